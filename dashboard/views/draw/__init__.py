"""What the Draw page shows."""
