"""Handwriting recognition that works on people's own writing.

What a researcher needs is here, and is loaded when it is first asked for: `from hwr_core import read`. Reading digits
needs no TensorFlow; only `hwr_core.training` imports it.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hwr_core.notebook.functions import (
        compare,
        evaluate,
        explain,
        history,
        load_dataset,
        load_recogniser,
        mistakes,
        open_workspace,
        read,
        read_number,
        train,
        tune,
    )

__all__ = [
    "compare",
    "evaluate",
    "explain",
    "history",
    "load_dataset",
    "load_recogniser",
    "mistakes",
    "open_workspace",
    "read",
    "read_number",
    "train",
    "tune",
]

__version__ = version("hwr")


def __getattr__(name: str) -> Any:
    """Load what a researcher calls when it is first asked for: importing hwr_core alone costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("hwr_core.notebook.functions"), name)


def __dir__() -> list[str]:
    """Name them for whoever completes by tab."""
    return sorted({*globals(), *__all__})
