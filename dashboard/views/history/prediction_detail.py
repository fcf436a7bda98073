"""One stored prediction in full: the upload, what the model saw, what was read, and its labels."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import ANSWER_SIDE, show_probabilities, show_seen
from dashboard.components.history_link import link_to_user
from dashboard.components.label_buttons import UserLabel, pressed_label, save_or_remove, show_label_buttons
from dashboard.components.messages import literal, show_error
from dashboard.components.script_choice import title_of_name
from dashboard.components.user_switch import user_id
from dashboard.services import preview, workspace
from hwr_core.app import WESTERN, Feedback, PredictionRecord, data_url, values_of
from hwr_core.errors import HwrError, NotFound

LONGEST = 18
"""Figures of an id."""


def show_prediction(record: PredictionRecord, *, timezone: str) -> None:
    """All that is known about a prediction, and the buttons to label it."""
    prediction = record.prediction
    feedback = workspace().feedback.of_prediction(record.id)
    with st.container(border=True):
        st.subheader(f"Prediction {record.id}")
        left, right = st.columns(2, gap="medium")
        with left:
            with st.container(horizontal=True):
                _show_upload(record)
                if prediction.seen is not None:
                    show_seen(prediction.seen, side=ANSWER_SIDE, caption="What the model saw")
            st.markdown(f"**{wording.headline(prediction)}** {wording.detail(prediction)}")
        with right:
            _choose_label(record, feedback)
        left, right = st.columns(2, gap="medium")  # below: on a phone the buttons follow the answer
        with left:
            show_probabilities(prediction)
        with right:
            _show_origin(record, timezone=timezone)
        _show_feedback(feedback, prediction.script, timezone=timezone)
        _show_form(record)


def _show_origin(record: PredictionRecord, *, timezone: str) -> None:
    """Whose prediction it is, when and how it came in, and what read it."""
    prediction = record.prediction
    link_to_user(_names().get(record.user_id), record.user_id, key=f"detail_{record.id}_user")
    script = "" if prediction.script == WESTERN else title_of_name(prediction.script)
    facts = {
        "Time": f"{record.timestamp.astimezone(ZoneInfo(timezone)):%-d %B %Y, %H:%M:%S}",
        "Source": wording.source_word(record.source),
        "File": record.file_name,
        "Model": prediction.model_version,
        "Script": script,
        "Preprocessing": f"{prediction.timings.preprocessing * 1000:.1f} ms, enhancement {record.enhancement_level:g}",
        "Inference": f"{prediction.timings.inference * 1000:.1f} ms",
    }
    st.caption("  \n".join(f"{name}: {literal(fact)}" for name, fact in facts.items() if fact))


def _names() -> dict[int, str]:
    return {user.id: user.username for user in workspace().users.all()}


def show_by_id(asked: str, *, timezone: str) -> None:
    """Show the prediction that an address asks for by its id, or say that there is none."""
    try:
        if not asked.isdecimal() or len(asked) > LONGEST:
            raise NotFound(f"There is no prediction {asked[:LONGEST]!r}; an id is a whole number.")
        show_prediction(workspace().history.get(int(asked)), timezone=timezone)
    except HwrError as error:
        show_error(error)


def _choose_label(record: PredictionRecord, feedback: Sequence[Feedback]) -> None:
    """The label buttons, the user's own label marked; another label runs the page again, for its table."""
    key = f"detail_{record.id}"
    mine = [each.actual_digit for each in feedback if each.user_id == user_id() and each.replaced_at is None]
    current = UserLabel(mine[0]) if mine else None
    pressed = pressed_label(record.prediction, current, key=key)
    if pressed and save_or_remove(record.id, pressed, current, record.prediction.script) != current:
        st.rerun()
    show_label_buttons(record.prediction, current, key=key)


def _show_upload(record: PredictionRecord) -> None:
    if record.upload is None:
        return
    try:
        image = data_url(preview(workspace().history.upload(record.id)))
        st.image(image, width=ANSWER_SIDE, caption="Uploaded image", alt="The uploaded image")
    except NotFound as error:
        st.caption(str(error))
    except HwrError as error:
        show_error(error)


def _show_feedback(feedback: Sequence[Feedback], script: str, *, timezone: str) -> None:
    if not feedback:
        return
    names = _names()
    st.dataframe(
        {
            "User": [names.get(each.user_id, "") for each in feedback],
            "Label": [
                wording.NOT_A_DIGIT if each.actual_digit is None else wording.written(each.actual_digit, script)
                for each in feedback
            ],
            "Rating": [each.confidence_rating for each in feedback],
            "Comment": [each.comments for each in feedback],
            "Time": [each.timestamp for each in feedback],
            "Current": [each.replaced_at is None for each in feedback],
        },
        hide_index=True,
        key="detail_feedback",
        placeholder="–",
        alt="The labels of this prediction, newest first",
        column_config={"Time": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=timezone)},
    )


def _show_form(record: PredictionRecord) -> None:
    """For a label with a rating and a comment."""
    options = [*values_of(record.prediction.script), None]
    digit = record.label.digit if record.label else record.prediction.digit
    with (
        st.expander("Add a rating or a comment", icon=":material/edit_note:"),
        st.form("detail_form", border=False),
    ):
        label = st.selectbox(
            "Label",
            options,
            index=options.index(digit),
            format_func=lambda value: (
                wording.NOT_A_DIGIT if value is None else wording.written(value, record.prediction.script)
            ),
        )
        rating = st.feedback("stars", key="detail_rating")
        comments = st.text_area("Comment", max_chars=2000)
        if st.form_submit_button("Save", type="primary"):
            try:
                workspace().feedback.give(
                    record.id,
                    user_id=user_id(),
                    actual_digit=label,
                    confidence_rating=None if rating is None else rating + 1,
                    comments=comments,
                )
            except HwrError as error:
                show_error(error)
            else:
                st.rerun()
