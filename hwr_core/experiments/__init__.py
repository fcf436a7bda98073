"""Experiments between model versions: who is served by which, what comes of it, and when that is enough to tell."""
