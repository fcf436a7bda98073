"""The model version that an installed package brings along: copied among the user's own once, and served if none is."""

import logging
import shutil
import tempfile
from pathlib import Path

from hwr_core.errors import ModelUnavailable
from hwr_core.files import because, write_whole

BROUGHT = ".shipped"
"""Names of the versions that were copied, a line each: one that the user has removed does not come back."""

log = logging.getLogger(__name__)


def bring(shipped: Path, models_dir: Path, champion: str) -> None:
    """Copy the shipped version into a folder of versions, unless it was before.

    It is served where no version is; a version that is served goes on until another one is promoted.

    Args:
        shipped: a folder with a version, and the file that names it.
        models_dir: the folder of versions, which is made where it is missing.
        champion: the name of the file that names the version to serve, in both folders.

    Raises:
        ModelUnavailable: it cannot be written.
    """
    try:
        name = (shipped / champion).read_text(encoding="utf-8").strip()
        list_file = models_dir / BROUGHT
        brought = list_file.read_text(encoding="utf-8").split() if list_file.exists() else []
        if name in brought:
            return
        models_dir.mkdir(parents=True, exist_ok=True)
        _copy(shipped / name, models_dir / name)
        if not (models_dir / champion).exists():
            write_whole(models_dir / champion, f"{name}\n".encode())
        elif brought:
            log.info("hwr has brought a new model version, %s. To serve it: hwr models promote %s", name, name)
        write_whole(list_file, "\n".join([*brought, name, ""]).encode())
    except OSError as error:
        raise ModelUnavailable(f"The shipped model cannot be copied to {models_dir}{because(error)}.") from error


def _copy(version: Path, target: Path) -> None:
    """Copy a version's folder, which is there whole or not at all, whoever else does the same at this moment."""
    if target.exists():
        return
    aside = Path(tempfile.mkdtemp(prefix=".shipped-", dir=target.parent))
    try:
        shutil.copytree(version, aside / version.name, copy_function=shutil.copyfile)
        (aside / version.name).rename(target)
    except OSError:
        if not target.exists():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
