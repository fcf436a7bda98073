"""Sign-in by an identity provider."""
