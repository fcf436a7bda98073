"""What hwr stands on: Python, packages, a folder and a disk."""

import shutil
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from hwr_core.db.file_lock import unfinished_restore
from hwr_core.ops.doctor.finding import Finding, State
from hwr_core.settings import Settings

OLDEST, TOO_NEW = (3, 11), (3, 14)
FOR_TRAINING = frozenset({"tensorflow", "tensorflow-cpu", "keras", "optuna"})
FULL, TIGHT = 200_000_000, 2_000_000_000
"""Bytes free below which nothing works for long, and below which a training may fill the disk."""


def python(running: tuple[int, ...] = tuple(sys.version_info[:3])) -> Finding:
    """Whether this Python is one that hwr is tested with."""
    found = ".".join(map(str, running))
    if OLDEST <= running < TOO_NEW:
        return Finding("Python", State.GOOD, found)
    return Finding("Python", State.BAD, found, "Install Python 3.11, 3.12 or 3.13, then run `make setup`.")


def packages(needs: list[str] | None = None) -> Finding:
    """Whether the packages that hwr asks for are there; those that are for other systems are passed over.

    Without those that only training needs everything else works: that is how a small image is made.
    """
    asked = map(Requirement, requires("hwr") or [] if needs is None else needs)
    wanted = [need for need in asked if need.marker is None or need.marker.evaluate({"extra": ""})]
    amiss = {need.name: complaint for need in wanted if (complaint := _complaint(need))}
    if amiss:
        state = State.DOUBTFUL if amiss.keys() <= FOR_TRAINING else State.BAD
        for_what = "Only training needs them" if state is State.DOUBTFUL else "hwr needs them"
        return Finding("packages", state, "; ".join(amiss.values()), f"{for_what}: `make setup` installs all.")
    return Finding("packages", State.GOOD, f"all {len(wanted)} are there")


def data_folder(settings: Settings) -> Finding:
    """Whether the data folder can be written, and is whole."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data_dir) as file:
            file.write(b"hwr")
    except OSError as error:
        advice = "Give the user that runs hwr the right to write there, or name another folder (HWR_DATA_DIR)."
        return Finding("data folder", State.BAD, f"it cannot be written: {error.strerror}", advice)
    if unfinished_restore(settings.data_dir).exists():
        return Finding("data folder", State.BAD, "a restore was interrupted", "Run `hwr restore --finish`.")
    return Finding("data folder", State.GOOD, "it can be written")


def room(settings: Settings) -> Finding:
    """Whether there is room on the disk of the data folder."""
    try:
        free = shutil.disk_usage(settings.data_dir).free
    except OSError as error:
        return Finding("disk", State.BAD, f"it cannot be looked at: {error.strerror}", "Name another (HWR_DATA_DIR).")
    found = f"{free / 1e9:,.1f} GB free"
    if free >= TIGHT:
        return Finding("disk", State.GOOD, found)
    advice = "Free some space; `hwr prune` takes away image files that are past their time."
    return Finding("disk", State.BAD if free < FULL else State.DOUBTFUL, found, advice)


def _complaint(need: Requirement) -> str:
    try:
        found = version(need.name)
    except PackageNotFoundError:
        return f"{need.name} is missing"
    return "" if need.specifier.contains(found, prereleases=True) else f"{need.name} is {found}, not {need.specifier}"
