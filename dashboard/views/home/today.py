"""Today's figures, each beside what is usual."""

import streamlit as st

from hwr_core.app import Figure, Overview


def show_today(found: Overview) -> None:
    """Three figures: what was read today, how much of it is doubtful, and the accuracy of the last week."""
    columns = st.columns(3)
    with columns[0]:
        _show_read(found)
    with columns[1]:
        _show_doubtful(found)
    with columns[2]:
        _show_accuracy(found)


def _show_read(found: Overview) -> None:
    today = found.today
    st.metric(
        "Read today",
        f"{today.today.predictions:,}",
        delta=None if today.usual is None else f"{today.today.by_now - round(today.usual):+,}",
        delta_color="off",
        delta_description=None if today.usual is None else f"usual by now: {round(today.usual):,}",
        help="Usual is the median of the previous days up to this time of day, over at most four weeks.",
        chart_data=[day.predictions for day in today.days] if len(today.days) > 1 else None,
        chart_type="bar",
        border=True,
        height="stretch",
    )


def _show_doubtful(found: Overview) -> None:
    today = found.today
    doubtful, usually = today.doubtful, today.usually_doubtful
    st.metric(
        "Unsure or rejected today",
        "–" if doubtful is None else f"{doubtful:.1%}",
        delta=None if doubtful is None or usually is None else f"{(doubtful - usually) * 100:+.1f} points",
        delta_color="inverse" if today.is_unusually_doubtful else "off",
        delta_description=None if usually is None else f"usual: {usually:.1%}",
        help="A rise may mean new writers, different paper or a camera out of focus. Coloured where it is more than "
        "chance.",
        chart_data=[day.doubtful / max(day.predictions, 1) for day in today.days] if len(today.days) > 1 else None,
        border=True,
        height="stretch",
    )


def _show_accuracy(found: Overview) -> None:
    now, usual = found.accuracy, found.usual_accuracy
    labelled = f"of {now.total:,} labelled" if now.total else "none labelled yet"
    if now.share is None or usual.share is None:
        delta, description = labelled, None
    else:
        delta, description = f"{(now.share - usual.share) * 100:+.1f} points", f"usual: {usual.share:.1%}"
    fell = any(change.figure is Figure.WRONG for change in found.changes)
    st.metric(
        "Accuracy, last 7 days",
        "–" if now.share is None else f"{now.share:.1%}",
        help=f"Of {now.total:,} labelled predictions. Usual is the accuracy in the 28 days before. Coloured where it "
        "has fallen by more than chance.",
        delta=delta,
        delta_description=description,
        delta_color="normal" if fell else "off",
        delta_arrow="auto" if description else "off",
        border=True,
        height="stretch",
    )
