"""Changing the labels of selected predictions: relabel, confirm, remove."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.label_buttons import NOT_A_DIGIT_NAME
from dashboard.components.messages import show_error
from dashboard.components.upload_preview import show_beside, upload_previews
from dashboard.components.user_switch import user_id
from dashboard.components.wording import NOT_A_DIGIT, in_script, written
from dashboard.services import workspace
from hwr_core.app import PredictionRecord, values_of
from hwr_core.errors import HwrError

LARGE = 112
"""Pixels of each of the two images of a prediction."""
MOST_LARGE = 6
"""Images of a selection that are shown large."""

REVISION = "labelled_revision"
"""How often the table was begun anew: a selection ends when what it shows has changed."""

REMOVE_HELP = "Removes your own label; an earlier label by another user, if there is one, counts again."


def label_digit(record: PredictionRecord) -> int | None:
    """The digit of a labelled prediction's label, None for not a digit."""
    assert record.label is not None  # only labelled predictions are asked for
    return record.label.digit


def script_of(record: PredictionRecord) -> str:
    """The script that a prediction was read in."""
    return record.prediction.script


def show_changes(selected: Sequence[PredictionRecord], reasons: Sequence[str]) -> None:
    """The selected predictions, large, with what speaks against their labels, and the buttons to change these."""
    if not selected:
        return
    with st.container(border=True):
        _show_images(selected, reasons)
        _show_relabel(selected)
        with st.container(horizontal=True):
            confirm = "Confirm label" if len(selected) == 1 else "Confirm labels"
            if st.button(confirm, icon=":material/verified:", key="labelled_verify"):
                _change_each(selected, workspace().feedback.verify)
            _show_remove(selected)


def _show_images(selected: Sequence[PredictionRecord], reasons: Sequence[str]) -> None:
    large = selected[:MOST_LARGE]
    with st.container(horizontal=True, gap="small"):
        uploads = upload_previews((record.id, record.upload) for record in large)
        for record, upload in zip(large, uploads, strict=True):
            if record.prediction.seen is not None:
                with st.container(width=2 * LARGE + 2, gap=None):
                    show_beside(upload, record.prediction.seen, side=LARGE)
                    st.caption(f"Prediction {record.id}")
    for record, reason in zip(selected[:MOST_LARGE], reasons, strict=False):
        label = in_script(label_digit(record), script_of(record))
        st.caption(f"Prediction {record.id}, labelled {label}. The model: {reason}.")


def _show_relabel(selected: Sequence[PredictionRecord]) -> None:
    st.markdown("Relabel as" if len(selected) == 1 else f"Relabel these {len(selected)} as")
    with st.container(horizontal=True, gap="xsmall"):
        scripts = {script_of(record) for record in selected}
        if len(scripts) > 1:
            st.caption("These are in several scripts. Select those of one to relabel them.")
            return
        script = scripts.pop()
        for digit in values_of(script):
            if st.button(written(digit, script), key=f"labelled_is_{digit}"):
                _relabel(selected, digit)
        if st.button(NOT_A_DIGIT, key=f"labelled_{NOT_A_DIGIT_NAME}"):
            _relabel(selected, None)


def _show_remove(selected: Sequence[PredictionRecord]) -> None:
    own = [record for record in selected if _has_own_label(record)]
    if not own:
        return
    words = "Remove label" if len(own) == 1 else f"Remove {len(own)} labels"
    if len(own) < len(selected):
        words = "Remove your label" if len(own) == 1 else f"Remove your {len(own)} labels"
    if st.button(words, icon=":material/undo:", key="labelled_remove", help=REMOVE_HELP):
        _change_each(own, lambda prediction_id: workspace().feedback.withdraw(prediction_id, user_id=user_id()))


def _has_own_label(record: PredictionRecord) -> bool:
    """Whether the user labels a prediction at present, and so has a label to remove."""
    feedback = workspace().feedback.of_prediction(record.id)
    return any(each.user_id == user_id() and each.replaced_at is None for each in feedback)


def _relabel(selected: Sequence[PredictionRecord], digit: int | None) -> None:
    """Give all of them the same label, or none of them."""
    ids = [record.id for record in selected]
    _change(lambda: workspace().feedback.give_all(ids, user_id=user_id(), actual_digit=digit))


def _change_each(selected: Sequence[PredictionRecord], change: Callable[[int], object]) -> None:
    """Change the label of each prediction; stop at the first that cannot be changed."""
    _change(lambda: [change(record.id) for record in selected])


def _change(act: Callable[[], object]) -> None:
    """Change labels and draw the table anew, or say why they cannot be changed."""
    try:
        act()
    except HwrError as error:
        show_error(error)
        return
    st.session_state[REVISION] = st.session_state.get(REVISION, 0) + 1
    st.rerun()
