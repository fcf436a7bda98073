"""The history of predictions in a notebook."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hwr_core.app.workspace import open_workspace
from hwr_core.errors import InvalidValue
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.number_filter import NumberFilter

if TYPE_CHECKING:  # pandas takes its time, which a single prediction should not
    import pandas as pd


def history(
    *, days: float | None = None, limit: int | None = None, images: bool = False, numbers: bool = False, **chosen: Any
) -> "pd.DataFrame":
    """Return kept predictions as a DataFrame, the newest first, also while the server runs.

    Args:
        days: only those of so many days until now.
        limit: the most rows, 1 or more; all when not given.
        images: add a column `seen`, uint8 28x28 each.
        numbers: whole numbers instead of single digits.
        chosen: fields of a `HistoryFilter`, such as `labelled="wrong"`, `digit=7` or `user_id=1`, or of a
            `NumberFilter`, such as `text="85"` or `accepted=False`.

    Raises:
        InvalidValue: a field is not allowed.
        UserNotFound: there is no such user.
        StoreError: the history cannot be read at present.
    """
    if numbers and images:
        raise InvalidValue(
            "images is for single digits: a number's file is at hand by `open_workspace().numbers.upload`."
        )
    kind = NumberFilter if numbers else HistoryFilter
    if days is not None:
        chosen["since"] = datetime.now(UTC) - timedelta(days=days)
    try:
        which = kind(**chosen)
    except TypeError as error:
        raise InvalidValue(f"{', '.join(chosen)}: {', '.join(kind.__slots__)} are allowed.") from error
    exports = open_workspace().exports
    if isinstance(which, NumberFilter):
        return exports.numbers_frame(which, limit=limit)
    return exports.frame(which, limit=limit, images=images)
