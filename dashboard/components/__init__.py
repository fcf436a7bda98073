"""What several pages show or ask in the same way."""
