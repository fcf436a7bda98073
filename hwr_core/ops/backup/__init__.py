"""Backup and restore: the history, uploads, custom images and model versions in one archive."""
