"""The REST API: HTTP in, one call into hwr_core, HTTP out."""
