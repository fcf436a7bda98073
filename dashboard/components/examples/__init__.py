"""Examples to click, for those who have no pen or no image at hand."""
