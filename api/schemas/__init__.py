"""What goes in and out over HTTP, with an example on each field, and how the records of hwr_core become it."""
