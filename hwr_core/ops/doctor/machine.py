"""Checks of the machine: Python, packages, data folder and disk."""

import shutil
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from hwr_core.db.file_lock import unfinished_restore
from hwr_core.files import remove_dead
from hwr_core.ops.doctor.finding import Finding, State
from hwr_core.settings import IS_INSTALLED, Settings
from hwr_core.storage.places import is_object_address

OLDEST, TOO_NEW = (3, 11), (3, 14)
FOR_TRAINING = frozenset({"tensorflow", "tensorflow-cpu", "keras", "optuna"})
FULL, TIGHT = 200_000_000, 2_000_000_000
"""Free bytes below which hwr will soon fail, and below which a training may fill the disk."""


def python(running: tuple[int, ...] = tuple(sys.version_info[:3])) -> Finding:
    """Check that hwr is tested with this version of Python."""
    found = ".".join(map(str, running))
    if OLDEST <= running < TOO_NEW:
        return Finding("Python", State.GOOD, found)
    return Finding("Python", State.BAD, found, "Install Python 3.11, 3.12 or 3.13, then run `make setup`.")


def packages(settings: Settings, needs: list[str] | None = None) -> Finding:
    """Check that the packages that hwr requires on this system, with these settings, are installed.

    Everything else works without the packages for training: small container images leave them out.
    """
    extras = _extras(settings)
    asked = map(Requirement, requires("hwr") or [] if needs is None else needs)
    wanted = [
        need for need in asked if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
    ]
    problems = {need.name: problem for need in wanted if (problem := _problem(need))}
    if problems:
        state = State.DOUBTFUL if problems.keys() <= FOR_TRAINING else State.BAD
        purpose = "Only training needs them" if state is State.DOUBTFUL else "hwr needs them"
        everything = f"pip install 'hwr[{','.join(extras)}]'" if IS_INSTALLED else "make setup"
        return Finding("packages", state, "; ".join(problems.values()), f"{purpose}; `{everything}` installs all.")
    return Finding("packages", State.GOOD, f"all {len(wanted)} are installed")


def _extras(settings: Settings) -> list[str]:
    """What these settings ask for beside training."""
    wanted = {
        "postgres": settings.database_url is not None,
        "redis": settings.limits_url is not None,
        "sso": settings.oidc_issuer is not None,
        "storage": is_object_address(settings.storage_url or ""),
    }
    return ["train", *(extra for extra, is_wanted in wanted.items() if is_wanted)]


def data_folder(settings: Settings) -> Finding:
    """Check that the data folder can be written and no restore was interrupted."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data_dir) as file:
            file.write(b"hwr")
    except OSError as error:
        advice = "Give the user that runs hwr write permission, or use another folder (HWR_DATA_DIR)."
        return Finding("data folder", State.BAD, f"it cannot be written: {error.strerror}", advice)
    if unfinished_restore(settings.data_dir).exists():
        return Finding("data folder", State.BAD, "a restore was interrupted", "Run `hwr restore --finish`.")
    return Finding("data folder", State.GOOD, "it can be written")


def leftovers(settings: Settings) -> Finding:
    """Remove what killed processes have left: the copy of the database that a backup was made of, for one."""
    try:
        removed = remove_dead(settings.unfinished)
    except OSError as error:
        advice = f"Remove what is in {settings.unfinished} once no backup is being made."
        return Finding("leftovers", State.DOUBTFUL, f"they cannot be removed: {error.strerror}", advice)
    if removed:
        return Finding("leftovers", State.GOOD, f"removed, of processes that were killed: {', '.join(removed)}")
    return Finding("leftovers", State.GOOD, "none of killed processes")


def room(settings: Settings) -> Finding:
    """Check the free space on the disk of the data folder."""
    try:
        free = shutil.disk_usage(settings.data_dir).free
    except OSError as error:
        return Finding(
            "disk", State.BAD, f"it cannot be checked: {error.strerror}", "Use another data folder (HWR_DATA_DIR)."
        )
    found = f"{free / 1e9:,.1f} GB free"
    if free >= TIGHT:
        return Finding("disk", State.GOOD, found)
    advice = "Free some space; `hwr prune` removes image files older than the retention."
    return Finding("disk", State.BAD if free < FULL else State.DOUBTFUL, found, advice)


def _problem(need: Requirement) -> str:
    try:
        found = version(need.name)
    except PackageNotFoundError:
        return f"{need.name} is missing"
    return "" if need.specifier.contains(found, prereleases=True) else f"{need.name} is {found}, not {need.specifier}"
