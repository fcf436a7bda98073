"""What a request brings, before a route sees it: images, files, filters, and what is wrong with them in words."""
