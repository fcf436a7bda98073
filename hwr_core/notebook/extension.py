"""Tells IPython how our records show as HTML. Only a running IPython loads more than this file."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Show every record that has a display as HTML: `%load_ext hwr_core.notebook`."""
    from hwr_core.notebook.display import as_html  # noqa: PLC0415  outside IPython nobody looks

    assert shell.display_formatter is not None  # IPython makes it with the shell
    formatter = shell.display_formatter.formatters["text/html"]
    for kind in as_html.registry:
        if kind is not object:
            formatter.for_type(kind, as_html)


def show_records() -> None:
    """Load the extension where IPython runs in this process; elsewhere load nothing."""
    if "IPython" not in sys.modules:
        return
    from IPython.core.getipython import get_ipython  # noqa: PLC0415  it is loaded already

    shell = get_ipython()
    if shell is not None:
        load_ipython_extension(shell)
