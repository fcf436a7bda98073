"""What the Analytics page shows."""
