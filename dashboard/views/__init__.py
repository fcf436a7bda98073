"""What each page shows, a folder for each page."""
