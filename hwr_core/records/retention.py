"""How long predictions and image files are kept, and `hwr prune`, which removes the older ones."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, StoreUnavailable
from hwr_core.records.erasure import erase_numbers, erase_predictions
from hwr_core.records.uploads import Uploads

MAX_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days predictions, of digits and of numbers, and their image files are kept; None keeps them."""

    predictions: int | None
    uploads: int | None

    def __post_init__(self) -> None:
        """Refuse a number of days that is negative or beyond the calendar."""
        for days in (self.predictions, self.uploads):
            if days is not None and not 0 <= days <= MAX_DAYS:
                raise InvalidValue(f"The retention is {days:,} days; 0 to {MAX_DAYS:,} days is allowed.")


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed, or would be: predictions, image files, and the bytes of these files."""

    predictions: int
    uploads: int
    bytes: int


def prune(store: Store, uploads: Uploads, retention: Retention, *, dry_run: bool = False) -> Pruned:
    """Erase predictions older than the retention, with their feedback, and image files that no prediction refers to.

    Labelled images stay as long as their predictions, because models learn from them. Files that an interrupted write
    left behind are removed too. With `dry_run` nothing is removed. Raises StoreError.
    """
    now = datetime.now(UTC)
    stored = {image.name: image.size for image in uploads.stored()}  # before the lock: a full bucket takes its time
    with store.writing() as cursor:
        confirm_predictions(cursor, uploads)
        uploads.confirm_owner(cursor)
        if retention.predictions is None:
            erased = 0
        else:
            condition, values = "created_at < $1", [now - timedelta(days=retention.predictions)]
            erased = (
                erase_predictions(cursor, condition, values).predictions
                + erase_numbers(cursor, condition, values).predictions
            )
        if retention.uploads is not None:
            _forget_uploads(cursor, now - timedelta(days=retention.uploads))
        unused = stored.keys() - _used(cursor)
        freed = sum(stored[name] for name in unused)
        if dry_run:
            cursor.rollback()
            cursor.begin()  # the session commits at its end: nothing now
        else:
            uploads.remove_unfinished()
    if not dry_run:
        uploads.remove_unused(store, unused)
    return Pruned(erased, len(unused), freed)


def confirm_predictions(cursor: Cursor, uploads: Uploads) -> None:
    """Refuse a history without a prediction or a number where there are image files of some: its database is another.

    Raises StoreUnavailable.
    """
    anything = "select 1 from predictions union all select 1 from numbers limit 1"
    if cursor.execute(anything).fetchone() is None and any(uploads.names()):
        raise StoreUnavailable(
            "The history has no predictions, but there are image files of some: this is not their database. Restore a "
            "backup; if nobody needs these files, move the folder of image files away. Nothing was removed."
        )


def _forget_uploads(cursor: Cursor, until: datetime) -> None:
    cursor.execute(
        """
        update predictions
        set upload = null
        where created_at < $1
            and upload is not null
            and id not in (select prediction_id from labels)
        """,
        [until],
    )
    cursor.execute(
        "update numbers set upload = null where created_at < $1 and upload is not null and labelled_at is null", [until]
    )


def _used(cursor: Cursor) -> set[str]:
    rows = cursor.execute("select upload from used_uploads").fetchall()
    return {name for (name,) in rows}
