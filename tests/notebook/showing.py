"""What IPython shows of a record, asked of its own formatter."""

from types import SimpleNamespace
from typing import Any

from IPython.core.formatters import DisplayFormatter

from hwr_core.notebook import load_ipython_extension


def html_of(record) -> str | None:
    """Return the HTML that a notebook would show, or None where it would show text.

    A whole InteractiveShell would write into the home folder and change this process; a kernel of its own is in
    test_display.py.
    """
    shell: Any = SimpleNamespace(display_formatter=DisplayFormatter())
    load_ipython_extension(shell)
    shown, _ = shell.display_formatter.format(record)
    assert "text/plain" in shown
    return shown.get("text/html")
