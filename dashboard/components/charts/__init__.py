"""What all pages with charts share."""
