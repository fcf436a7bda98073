"""Live channels."""
