"""The workspace that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwr_core.app.workspace import Workspace


@contextmanager
def opened() -> Iterator["Workspace"]:
    """Open the workspace of the environment's settings for one command, and close it."""
    from hwr_core.app.workspace import Workspace  # here, so that --help does not wait for it
    from hwr_core.settings import load_settings

    with Workspace(load_settings()) as workspace:
        yield workspace
