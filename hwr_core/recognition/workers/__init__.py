"""Processes that read images for the server, so that reading takes all cores and its own process answers."""
