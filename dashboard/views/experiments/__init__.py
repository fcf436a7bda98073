"""What the Experiments page shows."""
