"""Probabilities -> bars of plain HTML, which a browser draws at once after each stroke. Knows no Streamlit."""

import html
from collections.abc import Sequence

from dashboard.components.palette import ACCENT, QUIET

HEIGHT = 130
"""Pixels of a bar for certainty."""
WORTH_A_LABEL = 0.01

_ROW = f"display: flex; gap: 4%; align-items: flex-end; height: {HEIGHT + 46}px; text-align: center; line-height: 22px"
_SHARE = "margin: 0 -50%; font-size: 0.75rem; white-space: nowrap"  # wider than its bar, which on a phone is narrow
_BAR = "border-radius: 3px 3px 0 0; min-height: 1px"


def probability_bars(probabilities: Sequence[float], symbols: Sequence[str], predicted: str | None) -> str:
    """A bar for the probability of each symbol; the predicted one is coloured and bold."""
    of_symbols = [*zip(symbols, probabilities, strict=True)]
    spoken = ", ".join(f"{each}: {_percent(share)}" for each, share in of_symbols)
    bars = "".join(_bar(each, share, is_predicted=each == predicted) for each, share in of_symbols)
    return f'<div role="img" aria-label="Probability of each digit. {html.escape(spoken)}" style="{_ROW}">{bars}</div>'


def _bar(symbol: str, share: float, *, is_predicted: bool) -> str:
    label = html.escape(_percent(share)) if share >= WORTH_A_LABEL else ""
    weight, colour = (600, ACCENT) if is_predicted else (400, QUIET)
    return (
        f'<div style="flex: 1 1 0; min-width: 0; font-weight: {weight}">'
        f'<div style="{_SHARE}">{label}</div>'
        f'<div style="{_BAR}; height: {share * HEIGHT:.0f}px; background: {colour}"></div>'
        f"<div>{html.escape(symbol)}</div></div>"
    )


def _percent(share: float) -> str:
    """In whole per cent, and never rounded up to certainty."""
    return ">99%" if share >= 0.995 else f"{share:.0%}"
