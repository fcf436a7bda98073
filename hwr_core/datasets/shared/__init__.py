"""Data that servers share by a storage."""
