"""What the Users page shows."""
