"""All model versions as a table, with the accuracy of each on every suite."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard.views.models.figures import PERCENT, percent
from hwr_core.app import SUITES, ModelVersion, evaluations_of

Aliases = Mapping[str, list[str]]
"""The aliases of each version that has any."""


def choose_version(versions: Sequence[ModelVersion], aliases: Aliases) -> ModelVersion | None:
    """Show the table; return the selected version."""
    columns = st.column_config
    state = st.dataframe(
        pd.DataFrame([_row(version, aliases) for version in versions]),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="models_table",
        placeholder="–",
        alt="Model versions, newest first, with their accuracy on each suite",
        column_config={
            "Alias": columns.TextColumn(width=88),
            "Created": columns.DatetimeColumn(
                width=140, format="D MMM YYYY, HH:mm", timezone=st.context.timezone or "UTC"
            ),
            **{name: columns.NumberColumn(name, format=PERCENT, help=suite.about) for name, suite in SUITES.items()},
        },
    )
    rows = state["selection"]["rows"]
    return versions[rows[0]] if rows else None


def _row(version: ModelVersion, aliases: Aliases) -> dict[str, object]:
    found = evaluations_of(version)
    return {
        "Version": version.name,
        **({"Title": title} if (title := version.notes.title) else {}),
        "Alias": ", ".join(aliases.get(version.name, [])),
        "Architecture": version.card.architecture,
        "Created": version.card.created_at,
        **{suite: percent(found[suite].figures.accuracy.share) for suite in SUITES if suite in found},
    }
