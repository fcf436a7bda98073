"""What IPython shows of a record, asked of its own formatter."""

from types import SimpleNamespace

from IPython.core.formatters import DisplayFormatter

from hwr_core.notebook import load_ipython_extension


def html_of(record) -> str | None:
    """Return the HTML that a notebook would show, or None where it would show text."""
    formatter = DisplayFormatter()
    load_ipython_extension(SimpleNamespace(display_formatter=formatter))
    shown, _ = formatter.format(record)
    assert "text/plain" in shown
    return shown.get("text/html")
