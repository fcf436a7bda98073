"""The doubtful cells of scans: each with the image of its field, and a text to correct."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard.components.messages import leave_toast, literal
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.app import FormCell, FormRow, ReadForm, data_url
from hwr_core.errors import HwrError

ACROSS, MOST = 3, 30
"""Cells beside each other, and on one screen."""

MARKS = str.maketrans("", "", "-.,")
"""Which are no digits of a number, where its pattern names them."""

Place = tuple[int, int]
"""Of a cell: its row and its column."""


def show_checking(read: ReadForm, *, key: str) -> tuple[FormRow, ...] | None:
    """Show doubtful cells; return all rows once the user has checked some of them, None until then."""
    places = [
        (number, column)
        for number, row in enumerate(read.rows)
        for column, cell in enumerate(row.cells)
        if cell.is_doubtful
    ]
    shown = places[:MOST]
    st.subheader("Check these")
    more = f" {len(places) - MOST} more follow." if len(places) > MOST else ""
    st.caption(f"Type what stands there where it was misread. Tab leads to the next one, Enter saves them all.{more}")
    with st.form(f"{key}_form", border=False):
        texts: dict[Place, str] = {}
        for together in _rows(shown):
            for column, place in zip(st.columns(ACROSS), together, strict=False):
                with column:
                    texts[place] = _ask(read.rows[place[0]], place, key=key)
        pressed = st.form_submit_button("Save all", type="primary", icon=":material/done_all:")
    return _saved(read.rows, texts) if pressed else None


def _rows(places: Sequence[Place]) -> list[tuple[Place, ...]]:
    return [tuple(places[first : first + ACROSS]) for first in range(0, len(places), ACROSS)]


def _ask(row: FormRow, place: Place, *, key: str) -> str:
    cell = row.cells[place[1]]
    where = row.file_name if row.page == 1 else f"{row.file_name}, page {row.page}"
    st.image(data_url(cell.image), width="stretch", alt=f"{cell.name} on {where}")
    return st.text_input(
        literal(f"{cell.name}, {where}"),
        cell.shown,
        key=f"{key}_{cell.number_id}_{place[0]}_{place[1]}",
        help=_doubt(cell),
    )


def _doubt(cell: FormCell) -> str:
    if not cell.text:
        return "Nothing was found here."
    if cell.fits is False:
        return "It does not fit the pattern of this field."
    return f"{cell.confidence:.0%} sure."


def _saved(rows: Sequence[FormRow], texts: dict[Place, str]) -> tuple[FormRow, ...]:
    """Store what the user says; what cannot be stored is said, and is asked for again."""
    checked: dict[Place, FormCell] = {}
    for place, text in texts.items():
        cell = rows[place[0]].cells[place[1]]
        typed = "".join(text.split())
        digits = typed if cell.value is None else typed.translate(MARKS)
        try:
            if cell.number_id is not None:
                workspace().numbers.correct(cell.number_id, digits, user_id=user_id())
        except HwrError as error:
            leave_toast(f"{cell.name}: {error}", icon=":material/error:")
        else:
            value = None if cell.value is None else typed.replace(",", ".")
            checked[place] = replace(cell, text=digits, value=value, is_checked=True)
    return tuple(
        replace(row, cells=tuple(checked.get((number, column), cell) for column, cell in enumerate(row.cells)))
        for number, row in enumerate(rows)
    )
