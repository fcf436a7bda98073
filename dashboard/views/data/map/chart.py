"""A map of images -> a plotly figure. Knows no Streamlit."""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.components.palette import text_on
from dashboard.views.data.image_grid import described, name_of
from dashboard.views.data.map.colouring import Kind, kinds_of, legend_of
from hwr_core.app import ImageMap

HEIGHT, LOW_HEIGHT = 480, 330
"""Pixels; on a phone there has to be room beside it to scroll the page by."""
WORTH_NAMING = 0.01
"""A digit is named on the map where it is at least this share of its images."""
FAINT = 0.2
"""The opacity of images that are not selected while others are."""


def map_figure(found: ImageMap, coloured_by: str, *, selected: Collection[int] = (), is_low: bool = False) -> go.Figure:
    """One mark for each image, in the order of the map: the first trace of the figure.

    Args:
        found: the images and their places.
        coloured_by: one of COLOURINGS.
        selected: the numbers of the images that are selected already.
        is_low: for a phone.
    """
    kinds, chosen = kinds_of(found.shown, coloured_by), {*selected}
    legend = legend_of(kinds)
    figure = go.Figure()
    figure.add_scatter(
        x=_rounded(found.places[:, 0]),
        y=_rounded(found.places[:, 1]),
        mode="markers",
        marker={
            "color": [kind.colour for kind in kinds],
            "symbol": [kind.mark for kind in kinds],
            "size": 7,
            "opacity": 0.85,
        },
        hovertext=[f"{name_of(each)}: {described(each)}" for each in found.shown],
        hoverinfo="text",
        selectedpoints=[place for place, each in enumerate(found.shown) if each.number in chosen] or None,
        unselected={"marker": {"opacity": FAINT}},
        showlegend=False,
    )
    _add_legend(figure, legend, Counter(kinds))
    _name_digits(figure, found, kinds, legend, size=11 if is_low else 15)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_layout(
        height=LOW_HEIGHT if is_low else HEIGHT,
        margin={"l": 0, "r": 0, "t": 36, "b": 0},  # the tools stand above
        legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0, "itemclick": False, "itemdoubleclick": False},
        dragmode="select",
        hovermode="closest",
    )
    return figure


def _add_legend(figure: go.Figure, legend: Sequence[Kind], counts: Counter[Kind]) -> None:
    """A trace without an image for each kind: all images are in one, which keeps their order whatever their colours."""
    for kind in legend:
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            marker={"color": kind.colour, "symbol": kind.mark, "size": 9},
            name=f"{kind.name} ({counts[kind]:,})",
            hoverinfo="skip",
        )


def _name_digits(
    figure: go.Figure, found: ImageMap, kinds: Sequence[Kind], legend: Sequence[Kind], *, size: int
) -> None:
    """Write each digit in the middle of its images."""
    for kind in legend:
        there = np.array([each == kind for each in kinds])
        if not kind.is_digit or there.sum() < WORTH_NAMING * len(kinds):
            continue
        x, y = np.median(found.places[there], axis=0).tolist()
        colours = {"bgcolor": kind.colour, "font": {"color": text_on(kind.colour), "size": size}}
        figure.add_annotation(x=x, y=y, text=f"<b>{kind.name}</b>", showarrow=False, borderpad=size // 5, **colours)


def _rounded(places: np.ndarray) -> list[float]:
    """As few figures as a screen can show, since thousands are sent to the browser."""
    rounded: list[float] = np.round(places.astype(float), 3).tolist()
    return rounded
