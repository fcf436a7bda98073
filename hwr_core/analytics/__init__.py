"""Questions about the history, answered in SQL."""
