"""What the pages of a dashboard tell of themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageMade:
    """A page was made for a browser, or made anew after a click.

    `page` is its title, of which there are few; `seconds` is the time that the server took, without the network.
    """

    page: str
    seconds: float
