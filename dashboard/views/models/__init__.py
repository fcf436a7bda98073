"""What the Models page shows."""
