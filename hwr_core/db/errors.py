"""DuckDB's errors as errors of hwr: which concern the file, and what they mean. No path and no SQL gets out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from hwr_core.errors import StoreBusy, StoreUnavailable

_HOLDER = re.compile(r"(?:held|open) in\s+(?P<program>.+?)\s+\(PID (?P<pid>\d+)\)")
_LOCKED = ("Could not set lock", "File is already open in", "being used by another process")

# The first phrase found in the text decides: DuckDB has no error class or code of its own for any of these.
_REASONS = (
    ("No space left", "The disk that holds the history is full. Free some space and try again."),
    ("File too large", "The history's file may not grow any further. Raise the size limit and try again."),
    ("Read-only file system", "The history is on a read-only disk. Use another data folder (HWR_DATA_DIR)."),
    ("Permission denied", "This user has no permission to write the history. Grant access to the data folder."),
    ("Too many open files", "The server has too many files and connections open. Raise their limit (`ulimit -n`)."),
    ("Is a directory", "There is a folder where the file of the history should be. Move the folder away."),
    (
        "different configuration",
        "This program has already opened the file of the history by other means. Close it there first.",
    ),
    ("database file with version number", "The history was written by a newer DuckDB. Update hwr and its packages."),
    ("not a valid DuckDB", "The file of the history is not a DuckDB database. It was left unchanged: move it away."),
)
_DAMAGED = "The file of the history is damaged or unreadable. It was left unchanged: restore a backup, or move it away."
_WRITE_FAILED = "The history could not be written; nothing of this change was saved."


def is_lock_conflict(error: duckdb.Error) -> bool:
    """Whether the file could not be opened because another process holds it."""
    return any(phrase in str(error) for phrase in _LOCKED)


def busy(holder: duckdb.Error | None, waited: float, *, held_by_us: bool) -> StoreBusy:
    """The StoreBusy that says what can be done; a note names who holds the file, as far as DuckDB's conflict tells.

    A note is for whoever sees this machine: the command line, a notebook, the log. Clients of the server are told none.
    """
    name = "a long operation of this program" if held_by_us else "another program"
    error = StoreBusy(
        f"The history is held by {name}, which did not release it within {waited:g} seconds. "
        "Try again later, close that program, or use another data folder (HWR_DATA_DIR)."
    )
    if not held_by_us and (found := _HOLDER.search(str(holder))):
        program = re.split(r"[\\/]", found["program"])[-1]
        error.add_note(f"That program is {program}, process {found['pid']}.")
    return error


def unavailable(error: Exception, otherwise: str = _DAMAGED) -> StoreUnavailable:
    """The StoreUnavailable for an error of DuckDB or the file system."""
    return StoreUnavailable(next((reason for phrase, reason in _REASONS if phrase in str(error)), otherwise))


@contextmanager
def file_failures_translated() -> Iterator[None]:
    """Turn failures of the file itself into StoreUnavailable; other errors pass unchanged."""
    try:
        yield
    except duckdb.Error as error:
        if not _is_file_failure(error):
            raise
        raise unavailable(error) from error


@contextmanager
def commit_failures_translated() -> Iterator[None]:
    """Turn a failed commit into StoreUnavailable, except for conflicts of data, which the caller handles."""
    try:
        yield
    except duckdb.Error as error:
        if isinstance(error, duckdb.IntegrityError) or "conflict" in str(error).lower():
            raise
        raise unavailable(error, otherwise=_WRITE_FAILED) from error


def _is_file_failure(error: duckdb.Error) -> bool:
    # A failed checksum is raised as the bare base class; after a FatalException the connection is unusable.
    return type(error) is duckdb.Error or isinstance(error, (duckdb.IOException, duckdb.FatalException))
