"""What is no digit and looks like somebody's writing: drawings, letters of fonts and of other scripts, noise."""
