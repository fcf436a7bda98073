"""Uploaded images, small: those of stored predictions, cached so that the next one can be prepared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from dashboard.components.answer import show_seen
from dashboard.components.images import shrunk
from dashboard.services import PREVIEW_SIDE, preview, workspace
from hwr_core.app import Grey, data_url
from hwr_core.errors import HwrError, ImageError, NotFound


@dataclass(frozen=True, slots=True)
class UploadPreview:
    """An image within the page, since a file would have to be fetched, and the sides of its proportions."""

    url: str
    width: int
    height: int

    def width_within(self, side: int) -> int:
        """Return how wide it is where its longer side has so many pixels."""
        return max(1, round(side * self.width / max(self.width, self.height)))


def as_preview(image: Grey) -> UploadPreview:
    """Return an image to be shown as it is."""
    height, width = image.shape
    return UploadPreview(data_url(image), width, height)


def upload_preview(prediction_id: int, name: str | None, side: int = PREVIEW_SIDE) -> UploadPreview | None:
    """Return the upload of a stored prediction, its longer side at most so many pixels.

    None where it was not stored (it has no name), is gone, or is no image. Raises HwrError.
    """
    try:
        return _cached(name, prediction_id, side)
    except (NotFound, ImageError):
        return None  # what the model saw is shown in its place


def upload_previews(stored: Iterable[tuple[int, str | None]], side: int = PREVIEW_SIDE) -> list[UploadPreview | None]:
    """The same of many; where one cannot be had because the store is not there, no other is waited for."""
    found: list[UploadPreview | None] = []
    is_there = True
    for prediction_id, name in stored:
        try:
            found.append(upload_preview(prediction_id, name, side) if is_there else None)
        except HwrError:
            is_there = False
            found.append(None)
    return found


def show_beside(upload: UploadPreview | None, seen: Grey, *, side: int, alt: str = "The uploaded image") -> None:
    """An original, where there is one, beside what the model saw of it, each at most `side` pixels wide and high."""
    with st.container(horizontal=True, gap=None, height=side + 4, border=False):
        if upload:
            st.image(upload.url, width=upload.width_within(side), alt=alt)
        show_seen(seen, side=side)


@st.cache_data(max_entries=400, ttl=timedelta(minutes=10), show_spinner=False)
def _cached(name: str | None, prediction_id: int, side: int) -> UploadPreview | None:
    if name is None:
        return None
    return as_preview(shrunk(preview(workspace().history.upload(prediction_id)), side))
