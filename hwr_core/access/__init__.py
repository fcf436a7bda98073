"""Who may come in and what each may do: passwords, sessions, API keys, tokens, rights. Knows no HTTP and no page."""
