"""The uploaded image of a stored prediction, small, and cached so that the next one can be prepared."""

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from dashboard.components.images import shrunk
from dashboard.services import PREVIEW_SIDE, preview, workspace
from hwr_core.app import PredictionRecord, data_url
from hwr_core.errors import ImageError, NotFound


@dataclass(frozen=True, slots=True)
class UploadPreview:
    """An image within the page, since a file would have to be fetched, and the sides of its proportions."""

    url: str
    width: int
    height: int

    def width_within(self, side: int) -> int:
        """Return how wide it is where its longer side has so many pixels."""
        return max(1, round(side * self.width / max(self.width, self.height)))


def upload_preview(record: PredictionRecord, side: int = PREVIEW_SIDE) -> UploadPreview | None:
    """Return the upload of a prediction, its longer side at most so many pixels.

    None where it was not stored, is gone, or is no image. Raises HwrError.
    """
    try:
        return _cached(record.upload, record.id, side)
    except (NotFound, ImageError):
        return None  # what the model saw is shown in its place


@st.cache_data(max_entries=400, ttl=timedelta(minutes=10), show_spinner=False)
def _cached(name: str | None, prediction_id: int, side: int) -> UploadPreview | None:
    if name is None:
        return None
    image = shrunk(preview(workspace().history.upload(prediction_id)), side)
    height, width = image.shape
    return UploadPreview(data_url(image), width, height)
