"""Who is told when something happens. An event is any object; this module knows none of them.

Each room owns the types of the events that it publishes (`hwr_core.recognition.events`, `hwr_core.records.events`,
`hwr_core.jobs.queue`), and a subscriber picks those it wants by their type.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TypeAlias

log = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[object], object]
"""Is called with each event by the thread that publishes it, so it has to be quick."""


class Events:
    """The events of one workspace and their subscribers. Safe to use from many threads."""

    def __init__(self) -> None:
        self._handlers: tuple[Handler, ...] = ()  # replaced as a whole, so that publishing needs no lock
        self._changing = Lock()

    @contextmanager
    def subscribed(self, handler: Handler) -> Iterator[None]:
        """Call the handler with each event that is published as long as the context lasts."""
        with self._changing:
            self._handlers = (*self._handlers, handler)
        try:
            yield
        finally:
            with self._changing:
                self._handlers = tuple(each for each in self._handlers if each is not handler)

    @property
    def is_heard(self) -> bool:
        """Whether there are subscribers."""
        return bool(self._handlers)

    def publish(self, event: object) -> None:
        """Call all subscribers with the event; one that fails is logged and stops neither publisher nor others."""
        for handler in self._handlers:
            try:
                handler(event)
            except Exception:
                log.exception("A subscriber failed on %s.", type(event).__name__)
