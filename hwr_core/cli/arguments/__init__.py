"""What commands take: options, files, passwords, and the workspace they work on."""
