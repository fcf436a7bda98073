"""The colours of all charts: distinct for colour-blind users, and visible on a light page and on a dark one.

Blue and orange are the pair of Okabe and Ito (2008) that survives every common kind of colour blindness.
"""

ACCENT = "#3f82e0"
CONTRAST = "#d9821f"
QUIET = "#9aa7b5"
BAND = "rgba(63, 130, 224, 0.2)"
RAMP = [(0.0, "rgba(154, 167, 181, 0.12)"), (0.25, "#8db3ea"), (1.0, "#1d4f9c")]
"""From none to all, for the cells of a matrix."""

SERIES = (ACCENT, CONTRAST, "#2f9e77", "#b0559c", "#7a6ff0", "#6b7785")
"""For several lines in one chart, in this order."""
