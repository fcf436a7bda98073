"""Live channels: WebSockets on which drawings are read as they grow, and events told as they happen."""
