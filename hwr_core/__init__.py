"""Handwriting recognition that works on people's own writing.

What a researcher needs is here, and is loaded when it is first asked for: `from hwr_core import read`. Reading digits
needs no TensorFlow; only `hwr_core.training` imports it.
"""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hwr_core.notebook import (
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
    """Load what a researcher calls when it is first asked for, and let IPython show its results."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from hwr_core import notebook  # noqa: PLC0415  here, so that importing hwr_core costs nothing

    notebook.show_records()
    return getattr(notebook, name)


def __dir__() -> list[str]:
    """Name them for whoever completes by tab."""
    return sorted({*globals(), *__all__})
