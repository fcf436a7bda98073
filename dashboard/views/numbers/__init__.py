"""What the Numbers page shows."""
