"""Who users are: passwords, sessions, API keys, tokens, roles and their permissions."""
