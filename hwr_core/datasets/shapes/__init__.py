"""Shapes of digits that the open sets hardly hold: drawn by curves with chance in them, or rare among recordings."""
