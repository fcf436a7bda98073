"""ASGI middleware: what every request passes, from the outside in."""
