"""The stored prediction under review, with its upload as far as that is still there."""

from dashboard.components.labelling.card import show_card
from dashboard.components.messages import show_error
from dashboard.components.upload_preview import UploadPreview, upload_preview
from hwr_core.app import PredictionRecord, Waiting
from hwr_core.errors import HwrError


def show_prediction_card(waiting: Waiting) -> None:
    """The image, large, and the answer beside it."""
    show_card(waiting.kept.prediction, _upload(waiting.kept), second=waiting.second)


def prepare_image(record: PredictionRecord) -> None:
    """Load the upload of a prediction before it is shown. Raises HwrError."""
    upload_preview(record.id, record.upload)


def _upload(record: PredictionRecord) -> UploadPreview | None:
    try:
        return upload_preview(record.id, record.upload)
    except HwrError as error:
        show_error(error)
        return None
