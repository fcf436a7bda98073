"""What a notebook shows richly: a record says that it is shown, and `hwr_core.notebook.display` how."""

from importlib import import_module


class Shown:
    """A record that a notebook shows as HTML instead of as text."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        # By name: the display stands above all that it shows, and only whoever looks should load it.
        html: str = import_module("hwr_core.notebook.display").as_html(self)
        return html
