"""What the Upload page shows."""
