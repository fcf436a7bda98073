"""hwr backup and hwr restore: everything of value in one archive, and back."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from hwr_core.cli.arguments.options import Flag
from hwr_core.cli.output.status import DONE
from hwr_core.errors import InvalidValue


def backup(
    file: Annotated[Path, Parameter(name="FILE", help="Archive to write; one of this name is replaced.")], /
) -> int:
    """Write history, image files, own images and models to one archive."""
    from hwr_core.ops.backup.make import back_up
    from hwr_core.settings import load_settings

    made = back_up(load_settings(), file)
    counts = made.counts
    print(
        f"{file}: {counts.predictions:,} predictions, {counts.uploads:,} image files, {counts.images:,} own "
        f"images, {counts.versions} model versions ({file.stat().st_size / 1e6:,.1f} MB)"
    )
    if made.storage is not None:
        print(f"{counts.missing:,} image files lie in {made.storage}, which is not part of the archive.")
    elif counts.missing:
        print(f"{counts.missing:,} image files that predictions name were not there.")
    return DONE


def restore(
    file: Annotated[Path | None, Parameter(name="FILE", help="Archive to restore.")] = None,
    /,
    *,
    replace: Flag = False,
    finish: Flag = False,
) -> int:
    """Bring back what hwr backup saved.

    Args:
        replace: Also where the data folder is not empty.
        finish: Complete a restore that was interrupted.
    """
    if finish == (file is not None):
        raise InvalidValue("Name the archive to restore, or --finish an interrupted restore.")
    if file is None:
        _finish()
    else:
        _restore(file, replace=replace)
    return DONE


def _finish() -> None:
    from hwr_core.ops.backup.restore import finish_restore
    from hwr_core.settings import load_settings

    print("The restore is complete." if finish_restore(load_settings()) else "No restore was interrupted.")


def _restore(file: Path, *, replace: bool) -> None:
    from hwr_core.ops.backup.restore import restore
    from hwr_core.settings import load_settings

    settings = load_settings()
    done = restore(settings, file, replace=replace)
    counts = done.manifest.counts
    print(f"back: {counts.predictions:,} predictions, {counts.uploads:,} image files, {counts.versions} model versions")
    if done.manifest.storage != settings.storage_url:
        print(
            f"Its image files lie in {done.manifest.storage or 'the data folder'}, and hwr looks for them in "
            f"{settings.storage_url or 'the data folder'}: set HWR_STORAGE_URL, or run `hwr migrate-storage`."
        )
    if done.brought_forward:
        print(f"The database was brought up to date: {', '.join(done.brought_forward)}.")
    for folder in done.replaced:
        print(f"What was there before is now in {folder}; delete it when it is no longer wanted.")
