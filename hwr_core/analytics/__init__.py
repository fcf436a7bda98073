"""Analytics: questions about the history, answered in SQL."""
