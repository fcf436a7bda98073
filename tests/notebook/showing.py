"""What IPython shows of a record, asked of its own formatter."""

from IPython.core.interactiveshell import InteractiveShell

from hwr_core.notebook import load_ipython_extension


def html_of(record) -> str | None:
    """Return the HTML that a notebook would show, or None where it would show text."""
    shell = InteractiveShell()
    load_ipython_extension(shell)
    assert shell.display_formatter is not None
    shown, _ = shell.display_formatter.format(record)
    assert "text/plain" in shown
    return shown.get("text/html")
