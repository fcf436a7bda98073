"""Figures of the Analytics page side by side: by user, source, digit or version, and of the period before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.messages import literal
from dashboard.components.wording import NOT_A_DIGIT, source_word
from dashboard.views.analytics.questions import ask
from dashboard.views.analytics.split_charts import Series
from hwr_core.app import NONE, Bucket, Dimension, Group, HistoryFilter, Source, Split, earlier

WHOLE = "Nothing"
SPLITS = {
    WHOLE: None,
    "User": Dimension.USER,
    "Source": Dimension.SOURCE,
    "Digit": Dimension.DIGIT,
    "Model": Dimension.MODEL_VERSION,
}


def choose_split() -> Dimension | None:
    """Let the user choose by what figures are split; the address has it as `split`."""
    return SPLITS[
        st.segmented_control(
            "Split by", [*SPLITS], default=WHOLE, required=True, wrap=False, key="split", bind="query-params"
        )
    ]


def groups_of(selected: HistoryFilter, by: Dimension | None) -> Sequence[Group]:
    """The filters of all lines of a chart, whose names are words of a page; says how many are left out."""
    if by is None:
        return [Group("", selected)]
    found: Split = ask("split", selected, by=by)
    if found.left_out:
        st.caption(f"Showing the {len(found.groups)} with most predictions; {found.left_out:,} are left out.")
    return [replace(group, value=_name(by, group.value)) for group in found.groups]


def choose_group(selected: HistoryFilter) -> HistoryFilter:
    """Let the user choose by what figures are split and which group is shown, where a chart has room for one."""
    by = choose_split()
    groups = groups_of(selected, by)
    if by is None or not groups:
        return selected
    chosen = {group.value: group.chosen for group in groups}
    names = [*chosen]
    shown: str = st.segmented_control(
        "Of",
        names,
        default=names[0],
        required=True,
        format_func=literal,
        key=f"group_{by}_{'_'.join(names)}",
        help="One group at a time.",
    )
    return chosen[shown]


def series_of(groups: Sequence[Group], bucket: Bucket, timezone: str) -> list[Series]:
    """The figures over time of each group."""
    return [
        Series(group.value, ask("over_time", group.chosen, bucket=bucket, timezone=timezone), group.chosen, place)
        for place, group in enumerate(groups)
    ]


def tables_of(question: str, groups: Sequence[Group], **details: Any) -> dict[str, pd.DataFrame]:
    """The answers to a question about each group, by their names."""
    return {group.value: ask(question, group.chosen, **details) for group in groups}


def joined(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The figures of all groups as one table, whose first column names the group."""
    return pd.concat([table.assign(group=name) for name, table in tables.items()]).set_index("group").reset_index()


def with_earlier(series: Sequence[Series], bucket: Bucket, timezone: str) -> Iterator[Series]:
    """The same, each followed by its own of the period before, moved to the present one."""
    yield from series
    for each in series:
        before = earlier(each.chosen, bucket=bucket, timezone=timezone)
        if before is not None:
            table: pd.DataFrame = ask("over_time", before.chosen, bucket=bucket, timezone=timezone)
            if len(table):
                moved = table.assign(start=table["start"] + pd.Timedelta(before.by))
                yield Series(f"{each.name} before".strip(), moved, before.chosen, each.colour, is_earlier=True)


def choose_earlier(selected: HistoryFilter, bucket: Bucket, timezone: str) -> bool:
    """Let the user choose whether the period before is shown; the address has it as `before`."""
    found = earlier(selected, bucket=bucket, timezone=timezone)
    shown = st.toggle(
        "Period before",
        key="before",
        bind="query-params",
        disabled=found is None,
        help="As dotted lines. Choose a period, such as 7 days, to have one before it.",
    )
    if not shown or found is None:
        return False
    st.caption(f"Dotted: {found.by.days} {'day' if found.by.days == 1 else 'days'} earlier.")
    return True


def _name(by: Dimension, value: str) -> str:
    if by is Dimension.SOURCE:
        return source_word(Source(value))
    return NOT_A_DIGIT if by is Dimension.DIGIT and value == NONE else value
