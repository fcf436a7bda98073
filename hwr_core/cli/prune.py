"""hwr prune: an end to what is past its time."""

from functools import partial
from typing import Annotated, TypeAlias

from cyclopts import Parameter

from hwr_core.cli.arguments.confirm import confirmed
from hwr_core.cli.arguments.options import Flag, Yes
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.status import DONE, UNUSABLE

Days: TypeAlias = Annotated[int | None, Parameter(metavar="DAYS")]
OldName: TypeAlias = Annotated[int | None, Parameter(show=False)]
"""An earlier spelling, which scripts may still use."""


def prune(  # noqa: PLR0913  two of them are older spellings of two others
    *,
    dry_run: Flag = False,
    predictions_older_than: Days = None,
    uploads_older_than: Days = None,
    yes: Yes = False,
    readings_older_than: OldName = None,
    originals_older_than: OldName = None,
) -> int:
    """Delete predictions and image files that have expired.

    Args:
        dry_run: Show what would be deleted and delete nothing.
        predictions_older_than: Instead of HWR_KEEP_PREDICTIONS_DAYS.
        uploads_older_than: Instead of HWR_KEEP_UPLOADS_DAYS.
    """
    with opened() as workspace:
        delete = partial(
            workspace.prune,
            predictions_older_than=readings_older_than if predictions_older_than is None else predictions_older_than,
            uploads_older_than=originals_older_than if uploads_older_than is None else uploads_older_than,
        )
        due = delete(dry_run=True)
        what = f"{due.predictions:,} predictions and {due.uploads:,} image files ({due.bytes / 1e6:,.1f} MB)"
        if dry_run or not (due.predictions or due.uploads):
            print(f"{what} are past their time")
            return DONE
        if not confirmed(f"Delete {what}?", yes=yes):
            return UNUSABLE
        done = delete()
    print(f"{done.predictions:,} predictions and {done.uploads:,} image files deleted")
    return DONE
