"""Live channels: WebSockets on which drawings are read as they grow, and events are sent as they happen."""
