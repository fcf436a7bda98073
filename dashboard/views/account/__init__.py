"""What the Account page shows."""
