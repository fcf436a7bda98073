"""Many images read at once: unpacked, read with a bar that tells how far it is, counted, chosen, in a table."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard.components import wording
from dashboard.components.images import shrunk
from dashboard.components.panels import TABLE_SIDE, show_error, show_file, thumbnail
from dashboard.components.progress import counted, is_stopped, telling
from dashboard.services import ReadFile, read_file, unpacked
from hwr_core.errors import HwrError
from hwr_core.images.encode import data_url
from hwr_core.images.zip_files import is_archive
from hwr_core.recognition.types import Verdict

FEW = 24
"""More images than these are shown as a table."""

ALL, READ, UNSURE, NO_DIGIT, NOT_READABLE = GROUPS = ("All", "Read", "Unsure", "No digit", "Not readable")
"""What became of an image, as the page counts it."""

_GROUP_OF = {
    Verdict.DIGIT: READ,
    Verdict.UNSURE: UNSURE,
    Verdict.NOT_A_DIGIT: NO_DIGIT,
    Verdict.NO_INK: NO_DIGIT,
}


@dataclass(frozen=True, slots=True)
class Upload:
    """One image that was uploaded, by itself or in an archive; `id` tells it from all others of the session."""

    id: str
    name: str
    content: bytes


def images_among(files: Sequence[Upload]) -> list[Upload]:
    """Return the files with those of archives in their archive's place; an archive that cannot be read says why."""
    found: list[Upload] = []
    for file in files:
        if not is_archive(file.content):
            found.append(file)
            continue
        work = f"{file.id}_unpacking"
        if is_stopped(work):
            continue
        try:
            with telling(f"Unpacking {file.name}", work=work) as hear:
                inside = unpacked(file.content, on_progress=hear)
        except HwrError as error:
            st.text(file.name)
            show_error(error)
            continue
        found += [Upload(f"{file.id}/{place}", name, content) for place, (name, content) in enumerate(inside)]
    return found


def read_with_progress(uploads: Sequence[Upload], enhancement_level: float) -> list[ReadFile]:
    """Read each image, with a bar that counts them; none where the person stops that. Raises ModelUnavailable."""
    work = f"prediction_{hash(tuple(upload.id for upload in uploads))}"
    if is_stopped(work):
        return []
    return [read_file(upload.content, enhancement_level) for upload in counted(uploads, "Read", work=work)]


def choose_group(outcomes: Sequence[ReadFile], *, key: str) -> list[int]:
    """Say how many became what; return the places of those that the person wants to see."""
    groups = [group_of(outcome) for outcome in outcomes]
    counts = {ALL: len(outcomes)} | {group: groups.count(group) for group in GROUPS[1:]}
    chosen = st.pills(
        "What became of them",
        GROUPS,
        default=ALL,
        required=True,
        format_func=lambda group: f"{group} {counts[group]}",
        key=key,
        label_visibility="collapsed",
    )
    return [place for place, group in enumerate(groups) if chosen in (ALL, group)]


def group_of(outcome: ReadFile) -> str:
    """What became of an image, in a word or two."""
    return NOT_READABLE if outcome.prediction is None else _GROUP_OF[outcome.prediction.verdict]


def show_outcomes(uploads: Sequence[Upload], outcomes: Sequence[ReadFile], *, key: str) -> None:
    """Show each image with its answer: few one below the other, many as a table from which one is chosen."""
    if not outcomes:
        st.caption("There are none of these.")
    elif len(outcomes) <= FEW:
        for upload, outcome in zip(uploads, outcomes, strict=True):
            show_file(upload.name, outcome)
    else:
        chosen = st.container()  # above: below so long a table it would not be seen
        place = _choose_row(uploads, outcomes, key=key)
        with chosen:
            if place is None:
                st.caption("Select a row to see its image in full.")
            else:
                show_file(uploads[place].name, outcomes[place])


def results(uploads: Sequence[Upload], outcomes: Sequence[ReadFile]) -> pd.DataFrame:
    """Everything that was found, to take along: a row for each image."""
    predictions = [outcome.prediction for outcome in outcomes]
    return pd.DataFrame(
        {
            "file": [upload.name for upload in uploads],
            "digit": pd.array([prediction and prediction.digit for prediction in predictions], dtype="Int64"),
            "verdict": [prediction.verdict.value if prediction else "not_readable" for prediction in predictions],
            "confidence": [round(prediction.confidence, 4) if prediction else None for prediction in predictions],
            "model_version": [prediction.model_version if prediction else None for prediction in predictions],
            "error": [str(outcome.error) if outcome.error else None for outcome in outcomes],
        }
    )


def _choose_row(uploads: Sequence[Upload], outcomes: Sequence[ReadFile], *, key: str) -> int | None:
    columns = st.column_config
    state = st.dataframe(
        {
            "Image": [_preview(outcome) for outcome in outcomes],
            "Seen": [thumbnail(outcome.prediction) if outcome.prediction else None for outcome in outcomes],
            "Read": [wording.symbol(outcome.prediction) if outcome.prediction else "" for outcome in outcomes],
            "Confidence": [_confidence(outcome) for outcome in outcomes],
            "File": [upload.name for upload in uploads],
            "Outcome": [group_of(outcome) for outcome in outcomes],
        },
        hide_index=True,
        row_height=44,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        key=key,
        alt="The images in the order they came in, with what was read",
        column_config={
            "Image": columns.ImageColumn(width=64),
            "Seen": columns.ImageColumn(width=58, help="What the model saw"),
            "Read": columns.TextColumn(width=56, alignment="center"),
            "Confidence": columns.TextColumn(width=92, alignment="right"),
            "Outcome": columns.TextColumn(width=104),
        },
    )
    rows = state["selection"]["rows"]
    return rows[0] if rows else None


def _preview(outcome: ReadFile) -> str | None:
    return None if outcome.preview is None else data_url(shrunk(outcome.preview, 2 * TABLE_SIDE))


def _confidence(outcome: ReadFile) -> str:
    prediction = outcome.prediction
    return "" if prediction is None or prediction.digit is None else wording.percent(prediction.confidence)
