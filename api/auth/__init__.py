"""Sign-in over HTTP: who asks, what they may, how often."""
