"""One kept prediction in full: what came in, what was seen, what was read, and what people say."""

import streamlit as st

from dashboard.components import wording
from dashboard.components.labelling import offer_to_judge
from dashboard.components.panels import show_error, show_probabilities, show_seen
from dashboard.components.user_switch import user_id
from dashboard.services import preview, workspace
from hwr_core.errors import HwrError, NotFound
from hwr_core.images.encode import data_url
from hwr_core.records.feedback import Feedback
from hwr_core.records.predictions import PredictionRecord

SIDE = 140
LONGEST = 18
"""Figures of a prediction's number."""


def show_prediction(kept: PredictionRecord, *, timezone: str) -> None:
    """All that is known of a prediction, and the buttons to say what it really is."""
    prediction = kept.prediction
    with st.container(border=True):
        st.subheader(f"Number {kept.id}")
        left, right = st.columns(2, gap="medium")
        with left:
            with st.container(horizontal=True):
                _show_upload(kept)
                if prediction.seen is not None:
                    show_seen(prediction.seen, side=SIDE, caption="What the model saw")
            st.markdown(f"**{wording.headline(prediction)}** {wording.detail(prediction)}")
            st.caption(
                f"Model {prediction.model_version}. Prepared in {prediction.timings.preprocessing * 1000:.1f} ms, "
                f"read in {prediction.timings.inference * 1000:.1f} ms, enhancement {kept.enhancement_level:g}."
            )
        with right:
            show_probabilities(prediction)
            if offer_to_judge(prediction, lambda: kept.id, key=f"detail_{kept.id}", shortcuts=True):
                st.rerun()
        _show_trail(workspace().feedback.of_prediction(kept.id), timezone=timezone)
        _show_form(kept)


def show_asked(number: str, *, timezone: str) -> None:
    """Show the prediction that an address asks for by its number, or say that there is none."""
    try:
        if not number.isdecimal() or len(number) > LONGEST:
            raise NotFound(f"There is no prediction {number[:LONGEST]!r}; a prediction's number is needed.")
        show_prediction(workspace().history.get(int(number)), timezone=timezone)
    except HwrError as error:
        show_error(error)


def _show_upload(kept: PredictionRecord) -> None:
    if kept.upload is None:
        return
    try:
        image = data_url(preview(workspace().history.upload(kept.id)))
        st.image(image, width=SIDE, caption="As it came in", alt="The image")
    except NotFound as error:
        st.caption(str(error))
    except HwrError as error:
        show_error(error)


def _show_trail(said: list[Feedback], *, timezone: str) -> None:
    if not said:
        return
    names = {user.id: user.username for user in workspace().users.all()}
    st.dataframe(
        {
            "User": [names.get(each.user_id, "") for each in said],
            "Says": ["no digit" if each.actual_digit is None else str(each.actual_digit) for each in said],
            "Rating": [each.confidence_rating for each in said],
            "Comment": [each.comments for each in said],
            "Time": [each.timestamp for each in said],
            "Stands": [each.replaced_at is None for each in said],
        },
        hide_index=True,
        key="detail_trail",
        alt="What people said of this prediction, newest first",
        column_config={"Time": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=timezone)},
    )


def _show_form(kept: PredictionRecord) -> None:
    """For those who have more to say than right or wrong."""
    values = [str(digit) for digit in range(10)] + ["No digit"]
    digit = kept.label.digit if kept.label else kept.prediction.digit
    with st.expander("Say more", icon=":material/edit_note:"), st.form("detail_form", border=False):
        really = st.selectbox("Really", values, index=10 if digit is None else digit)
        rating = st.feedback("stars", key="detail_rating")
        comments = st.text_area("Comment", max_chars=2000)
        if st.form_submit_button("Save", type="primary"):
            try:
                workspace().feedback.give(
                    kept.id,
                    user_id=user_id(),
                    actual_digit=None if really == "No digit" else int(really),
                    confidence_rating=None if rating is None else rating + 1,
                    comments=comments,
                )
            except HwrError as error:
                show_error(error)
            else:
                st.rerun()
