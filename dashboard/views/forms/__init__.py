"""What the Forms page shows."""
