"""What the Settings page shows."""
