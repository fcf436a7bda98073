"""The images of a map as a table, in which they are selected by keyboard too."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.components import wording
from dashboard.components.downloads import offer_file
from dashboard.views.data.map.state import MapState
from hwr_core.app import Shown

TABLE = "data_map_table"


def show_table(state: MapState, source: str) -> None:
    """All images of the map with how they were read; the rows of those that are selected are marked."""
    table = table_of(state.map.shown)
    key = f"{TABLE}_{state.list_revision()}"
    places = [place for place, each in enumerate(state.map.shown) if each.number in {*state.selected}]
    # With a key it stays open where others come and go above it.
    with st.expander("Data", icon=":material/table:", key=f"{TABLE}_open"):
        st.caption("A click on the left of a row selects its image, and so does Shift+Space in it.")
        st.dataframe(
            table,
            hide_index=True,
            key=key,
            on_select=partial(_select, state, key),
            selection_mode="multi-row",
            selection_default={"selection": {"rows": places}},
            column_config={"Confidence": st.column_config.NumberColumn(format="percent")},
            alt="The images of the map: how each was read, and its label",
        )
        offer_file(table, f"map of {source}", key=TABLE, is_changing=True)


def table_of(shown: Sequence[Shown]) -> pd.DataFrame:
    """Return a row for each image, in the order of the map."""
    return pd.DataFrame(
        {
            "Number": [each.number for each in shown],
            "Read as": [wording.digit_symbol(each.read) for each in shown],
            "Confidence": [each.prediction.confidence for each in shown],
            "Label": ["" if each.really is None else wording.digit_symbol(each.really) for each in shown],
        }
    )


def _select(state: MapState, key: str) -> None:
    state.select_in_list(st.session_state[key]["selection"]["rows"])
