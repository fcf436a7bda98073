"""What became of uploaded images: in which order they are shown, and counted by outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components import wording
from dashboard.components.save_button import Unsaved
from dashboard.services import FileResult
from dashboard.views.upload.files import Upload
from hwr_core.app import Source, Verdict

ALL, READ, UNSURE, REJECTED, UNREADABLE = GROUPS = ("All", "Read", "Unsure", wording.NOT_A_DIGIT, "Unreadable")
"""The outcomes of an image, as the page counts them."""

_GROUP_OF = {
    Verdict.DIGIT: READ,
    Verdict.UNSURE: UNSURE,
    Verdict.NOT_A_DIGIT: REJECTED,
    Verdict.NO_INK: REJECTED,
}
_ORDER = (Verdict.UNSURE, Verdict.NOT_A_DIGIT, Verdict.DIGIT, Verdict.NO_INK, None)
"""Those that most need a user's eye first; of those that are alike the least confident."""


@dataclass(frozen=True, slots=True)
class UploadedImage:
    """A file, what became of it, and its prediction if that may be saved: blank images are not."""

    upload: Upload
    result: FileResult
    unsaved: Unsaved | None

    @property
    def group(self) -> str:
        """The outcome, in a word or two."""
        prediction = self.result.prediction
        return UNREADABLE if prediction is None else _GROUP_OF[prediction.verdict]


def uploaded_images(uploads: Sequence[Upload], results: Sequence[FileResult], level: float) -> list[UploadedImage]:
    """Return each image with what became of it, in the order of the files."""
    source = Source.BATCH if len(results) > 1 else Source.UPLOAD
    return [
        UploadedImage(upload, result, _unsaved(upload, result, source, level))
        for upload, result in zip(uploads, results, strict=True)
    ]


def unsure_first(images: Sequence[UploadedImage]) -> list[UploadedImage]:
    """Return the images in the order in which they are to be looked at."""
    return sorted(images, key=_rank)


def choose_group(images: Sequence[UploadedImage], *, key: str) -> list[UploadedImage]:
    """Count the outcomes; return the images of the selected one."""
    groups = [image.group for image in images]
    counts = {ALL: len(images)} | {group: groups.count(group) for group in GROUPS[1:]}
    selected = st.pills(
        "Outcome",
        GROUPS,
        default=ALL,
        required=True,
        format_func=lambda group: f"{group} {counts[group]}",
        key=key,
        label_visibility="collapsed",
    )
    return [image for image in images if selected in (ALL, image.group)]


def _rank(image: UploadedImage) -> tuple[int, float]:
    prediction = image.result.prediction
    if prediction is None:
        return _ORDER.index(None), 0.0
    return _ORDER.index(prediction.verdict), prediction.confidence


def _unsaved(upload: Upload, result: FileResult, source: Source, level: float) -> Unsaved | None:
    prediction = result.prediction
    if prediction is None or prediction.seen is None:
        return None
    name = f"{upload.id} at {level} in {prediction.script}"
    return Unsaved(name, prediction, source, upload.name, level, upload.content)
