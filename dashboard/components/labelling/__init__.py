"""One way to label images one after another, by keys and buttons, on every page that does."""
