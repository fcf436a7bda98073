"""Long works take turns, so that a short one does not wait for the end of a long one."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock

LOOK = 0.25
"""Seconds after which whoever waits makes sure that the result is still wanted."""


class Turns:
    """So many works go on at once; after each step of one, whichever has waited longest takes its place.

    Safe to use from many threads.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: deque[Event] = deque()
        self._lock = Lock()

    @property
    def waiting(self) -> int:
        """How many works wait for their turn."""
        return len(self._waiting)

    @contextmanager
    def taken(self, confirm_wanted: Callable[[], object]) -> Iterator[Callable[[], None]]:
        """Wait for a turn, and yield a function that lets another work go first, to be called after each step.

        Args:
            confirm_wanted: called now and then while waiting; what it raises ends that.
        """
        self._take(confirm_wanted)
        held = True

        def let_another() -> None:
            nonlocal held
            if self._waiting:
                held = False
                self._give()
                self._take(confirm_wanted)
                held = True

        try:
            yield let_another
        finally:
            if held:
                self._give()

    def _take(self, confirm_wanted: Callable[[], object]) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = Event()
            self._waiting.append(mine)
        try:
            while not mine.wait(LOOK):
                confirm_wanted()
        except BaseException:
            self._leave(mine)
            raise

    def _leave(self, mine: Event) -> None:
        """Wait no longer; a turn that has come at this moment is given on."""
        with self._lock:
            waited = mine in self._waiting
            if waited:
                self._waiting.remove(mine)
        if not waited:
            self._give()

    def _give(self) -> None:
        """Hand the turn to the longest waiting: were it free for a moment, whoever gave it could take it again."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
