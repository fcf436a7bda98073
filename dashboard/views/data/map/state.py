"""A visitor's map: its images, which of them are selected, and the labels given by it. Knows no Streamlit."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hwr_core.app import ImageMap, Shown


@dataclass(frozen=True, slots=True)
class GroupLabel:
    """A label that one user gave many predictions at a moment; `digit` is None for no digit."""

    prediction_ids: tuple[int, ...]
    user_id: int
    digit: int | None
    moment: datetime


@dataclass
class MapState:
    """The map as it was when it was made: it does not change under a selection.

    `asked` is what it is a map of, `total` how many images there were of that then, `taken` how many of them are on it
    unless they have no picture. `drawn` are the images that are
    drawn as selected from the start: a figure is another one with each change of it, and forgets what was selected.
    """

    asked: Hashable
    map: ImageMap
    taken: int
    total: int
    selected: tuple[int, ...] = ()
    drawn: tuple[int, ...] = ()
    revision: int = 0
    _look: Hashable = field(default=None, repr=False)
    _listed: tuple[int, ...] = field(default=(), repr=False)
    _list_revision: int = field(default=0, repr=False)

    def select(self, places: Iterable[int]) -> None:
        """Select the images at these places of the map; each once, in its order."""
        count = len(self.map.shown)
        self.selected = tuple(self.map.shown[place].number for place in sorted({*places}) if 0 <= place < count)

    def select_in_list(self, places: Iterable[int]) -> None:
        """Select images in the list beside the figure, which is to show it too."""
        self.select(places)
        self._listed, self._look = self.selected, None

    def list_revision(self) -> int:
        """Return the number of the list: another one where something else was selected than in the last one."""
        if self.selected != self._listed:
            self._listed = self.selected
            self._list_revision += 1
        return self._list_revision

    def leave_out(self, number: int) -> None:
        """Select one image less; the figure is to show it."""
        self.selected, self._look = tuple(each for each in self.selected if each != number), None

    def clear(self) -> None:
        """Select nothing; the figure is made anew, since what was drawn around its marks would stay."""
        self.selected = self.drawn = ()
        self.revision += 1

    def renew(self, fresh: Sequence[Shown], *, gone: Collection[int] = ()) -> None:
        """Take over the labels that some images have now; those that are gone are selected no more."""
        by_number = {each.number: each for each in fresh}
        self.selected = tuple(each for each in self.selected if each not in gone)
        self.map = replace(self.map, shown=tuple(by_number.get(each.number, each) for each in self.map.shown))

    def drawn_as(self, coloured_by: str, *, is_new: bool) -> tuple[int, ...]:
        """Return which images the figure is to have selected from the start: all that are, where it is a new figure.

        That it is where it looks different, or `is_new` on the page.
        """
        look = (coloured_by, tuple(each.really for each in self.map.shown))
        if is_new or look != self._look:
            self.drawn, self._look = self.selected, look
        return self.drawn
