"""What hwr makes of one file, in every way in which it takes files: an answer or an error of ours, nothing else."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path

from hwr_core.datasets.imports import import_zip
from hwr_core.errors import HwrError
from hwr_core.images.archive import is_archive
from hwr_core.images.decode import Limits
from hwr_core.workspace import Workspace

FAULT = "FAULT"
"""Begins what comes of a file with which anything but an answer or an error of ours came."""


def outcomes(workspace: Workspace, content: bytes) -> list[str]:
    """Read a file as a picture and as a document, and an archive in both ways too; say what came of each."""
    ways: dict[str, Callable[[], str]] = {
        "picture": lambda: workspace.read(content).verdict.value,
        "document": lambda: "pages" if workspace.read_number(content).pages > 1 else "page",
    }
    if is_archive(content):
        ways |= {
            "archive": lambda: _read_all(workspace, content),
            "labelled": lambda: _imported(workspace, content),
        }
    return [f"{name}: {_outcome(way)}" for name, way in ways.items()]


def _outcome(way: Callable[[], str]) -> str:
    try:
        return way()
    except HwrError as error:
        assert str(error).endswith((".", "!", "?")), f"no sentence: {error}"
        return type(error).__name__
    except Exception as error:  # noqa: BLE001  what must not come is what is looked for
        return f"{FAULT} {type(error).__name__}: {error}"


def _read_all(workspace: Workspace, content: bytes) -> str:
    workspace.read_all(workspace.unpack(content))
    return "read"


def _imported(workspace: Workspace, content: bytes) -> str:
    settings = workspace.settings
    limits = Limits(settings.max_picture_bytes, settings.max_picture_pixels)
    with tempfile.TemporaryDirectory() as folder:
        import_zip(
            io.BytesIO(content),
            Path(folder) / "own",
            limits,
            max_files=settings.max_zip_files,
            max_bytes=settings.max_zip_bytes,
        )
        escaped = [each for each in Path(folder).iterdir() if each.name != "own"]
    assert not escaped, f"written beside its folder: {escaped}"
    return "imported"
