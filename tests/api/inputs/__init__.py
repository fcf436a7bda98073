"""What a request brings."""
