"""The colours of charts, measured."""

import tomllib

import pandas as pd
import pytest

from dashboard.components.palette import ACCENT, CONTRAST, QUIET, SERIES, luminance, shade, text_on
from dashboard.views.analytics.charts import confusion
from hwr_core.settings import PROJECT
from tests.dashboard.colours import COLOUR_BLIND, contrast, least_difference

GRAPHICS, TEXT = 3.0, 4.5
"""Contrasts that WCAG 2.2 asks for: of what has to be told apart (1.4.11), and of words (1.4.3)."""
APART = 20.0
"""Of two colours in CIE Lab; two shades that are just seen to differ are 2.3 apart."""


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest) -> str:
    """The background of a theme."""
    themes = tomllib.loads((PROJECT / "dashboard" / ".streamlit" / "config.toml").read_text())["theme"]
    colour: str = themes[request.param]["backgroundColor"]
    return colour


@pytest.mark.parametrize("colour", sorted({ACCENT, CONTRAST, QUIET, *SERIES}))
def test_every_colour_stands_out_on_both_pages(colour: str, page: str) -> None:
    """Bars and lines are seen in light and dark."""
    assert contrast(colour, page) >= GRAPHICS


@pytest.mark.parametrize("eye", COLOUR_BLIND)
@pytest.mark.parametrize("colours", [[ACCENT, CONTRAST, QUIET], list(SERIES)], ids=["outcomes", "series"])
def test_colours_of_one_chart_are_told_apart_by_every_eye(colours: list[str], eye: str) -> None:
    """Every two of them differ, whatever kind of colour blindness looks."""
    assert least_difference(colours, COLOUR_BLIND[eye]) >= APART


def test_a_matrix_has_figures_that_can_be_read() -> None:
    """In every shade, and in the cell that is selected; the larger the share, the darker the cell."""
    shares = [place / 200 for place in range(201)]
    shades = [shade(share) for share in shares]
    assert min(contrast(colour, text_on(colour)) for colour in [*shades, CONTRAST]) >= TEXT
    levels = [luminance(colour) for colour in shades]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 4 * levels[-1]


def test_the_matrix_tells_counts_or_shares_of_a_label() -> None:
    """A row adds up to its label; less than one per cent is not nothing."""
    table = pd.DataFrame({"actual_digit": ["7", "7", "1"], "digit": ["7", "1", "1"], "predictions": [299, 1, 5]})
    assert list(confusion(table).data[0].text) == [299, 1, 5]
    assert list(confusion(table, as_shares=True).data[0].text) == ["100", "<1", "100"]
