"""The colours of all charts: told apart by colour-blind users, and visible on a light page and on a dark one.

Tests measure both: at least 3 to 1 against either page, and every two far enough apart for every common kind of colour
blindness. Knows no Streamlit.
"""

ACCENT = "#3f82e0"
CONTRAST = "#c8741a"
QUIET = "#7d8a98"
BAND = "rgba(63, 130, 224, 0.2)"

SERIES = (ACCENT, CONTRAST, "#a300f4", "#e55b5b", "#b77791", "#636399")
"""For several lines in one chart, in this order."""

LIGHTEST, DARKEST = "#e3edfa", "#123a7a"
"""The ends of the scale for the cells of a matrix, from none to all; the same on both pages."""


def shade(share: float) -> str:
    """The colour of a cell with this share of its row, 0 to 1: the larger, the darker."""
    ends = zip(rgb(LIGHTEST), rgb(DARKEST), strict=True)
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in ends)


def text_on(colour: str) -> str:
    """Black or white, whichever can be read better on a colour: one of them always has a contrast above 4.5."""
    return "#000000" if luminance(colour) > BLACK_IS_BETTER else "#ffffff"


BLACK_IS_BETTER = (0.05 * 1.05) ** 0.5 - 0.05
"""The luminance on which black and white have the same contrast, by the formula of WCAG 2."""


def luminance(colour: str) -> float:
    """The relative luminance of a colour as WCAG 2 defines it, 0 to 1."""
    weights = (0.2126, 0.7152, 0.0722)
    return sum(weight * _linear(value / 255) for weight, value in zip(weights, rgb(colour), strict=True))


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour such as "#3f82e0", 0 to 255."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
