"""The history of predictions in a notebook."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hwr_core.app.workspace import open_workspace
from hwr_core.errors import InvalidValue
from hwr_core.records.filters import HistoryFilter

if TYPE_CHECKING:  # pandas takes its time, which a single prediction should not
    import pandas as pd


def history(
    *, days: float | None = None, limit: int | None = None, images: bool = False, **chosen: Any
) -> "pd.DataFrame":
    """Return kept predictions as a DataFrame, the newest first, also while the server runs.

    Args:
        days: only those of so many days until now.
        limit: the most rows, 1 or more; all when not given.
        images: add a column `seen`, uint8 28x28 each.
        chosen: fields of a `HistoryFilter`, such as `labelled="wrong"`, `digit=7` or `user_id=1`.

    Raises:
        InvalidValue: a field is not allowed.
        UserNotFound: there is no such user.
        StoreError: the history cannot be read at present.
    """
    try:
        which = HistoryFilter(**chosen)
    except TypeError as error:
        raise InvalidValue(f"{', '.join(chosen)}: {', '.join(HistoryFilter.__slots__)} are allowed.") from error
    if days is not None:
        which = replace(which, since=datetime.now(UTC) - timedelta(days=days))
    return open_workspace().exports.frame(which, limit=limit, images=images)
