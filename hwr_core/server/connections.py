"""How many connections there may be, in all and from one address, and which one gives way to a new one."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol


class Open(Protocol):
    """An open connection, as far as the bounds are concerned."""

    @property
    def address(self) -> str | None:
        """The client's address; None for a socket file."""

    @property
    def is_closed(self) -> bool:
        """Whether it has ended without saying so, as one does that has become a WebSocket."""

    def give_way(self) -> None:
        """End at once: its client has kept the server waiting the longest, and another one asks."""

    def on_second(self) -> bool:
        """Called once a second: end where the client has taken too long, and return whether it has."""


class Connections:
    """The open connections. A client that only waits to speak never keeps out another that wants to."""

    def __init__(self, most: int, most_of_one: int, is_of_many: Callable[[str], bool]) -> None:
        """Bound the connections.

        Args:
            most: most connections in all.
            most_of_one: most connections of one address.
            is_of_many: whether an address stands for many clients, as a proxy's does, and has no bound of its own.
        """
        self._all = _Bounded(most)
        self._of_one: defaultdict[str, _Bounded] = defaultdict(partial(_Bounded, most_of_one))
        self._is_of_many = is_of_many
        self.gave_way = 0
        self.refused = 0

    def admit(self, connection: Open) -> bool:
        """Take in a new connection, and return whether there was room for it: where all others are at work, none is."""
        groups = self._groups(connection)
        if not all(self._has_room(group) for group in groups):
            self.refused += 1
            self.leave(connection)
            return False
        for group in groups:
            group.add(connection)
        return True

    def waits_for(self, connection: Open) -> None:
        """From now on the server waits for this client."""
        for group in self._groups(connection):
            group.waits_for(connection)

    def works_for(self, connection: Open) -> None:
        """From now on this client waits for the server."""
        for group in self._groups(connection):
            group.works_for(connection)

    def leave(self, connection: Open) -> None:
        """Forget a connection, which may be forgotten already."""
        for group in self._groups(connection):
            group.remove(connection)
        address = connection.address
        if address is not None and not len(self._of_one.get(address, ())):
            self._of_one.pop(address, None)

    def end_overdue(self) -> int:
        """End the connections whose clients have taken too long, and return how many these were; for once a second."""
        overdue = 0
        for connection in list(self._all):
            if connection.is_closed:
                self.leave(connection)
            else:
                overdue += connection.on_second()
        return overdue

    def __len__(self) -> int:
        """Return how many connections are open."""
        return len(self._all)

    def _groups(self, connection: Open) -> "list[_Bounded]":
        address = connection.address
        if address is None or self._is_of_many(address):
            return [self._all]
        return [self._all, self._of_one[address]]

    def _has_room(self, group: "_Bounded") -> bool:
        if not group.is_full:
            return True
        longest = group.longest_waited_for()
        if longest is None:
            return False
        self.gave_way += 1
        self.leave(longest)
        longest.give_way()
        return True


class _Bounded:
    """Connections up to a number, and for which of them the server waits, the longest first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Open] = set()
        self._waited_for: dict[Open, None] = {}

    def __iter__(self) -> Iterator[Open]:
        return iter(self._open)

    def __len__(self) -> int:
        return len(self._open)

    @property
    def is_full(self) -> bool:
        return len(self._open) >= self._most

    def longest_waited_for(self) -> Open | None:
        return next(iter(self._waited_for), None)

    def add(self, connection: Open) -> None:
        self._open.add(connection)
        self._waited_for[connection] = None

    def waits_for(self, connection: Open) -> None:
        if connection in self._open:
            self._waited_for.pop(connection, None)  # to the end of the line
            self._waited_for[connection] = None

    def works_for(self, connection: Open) -> None:
        self._waited_for.pop(connection, None)

    def remove(self, connection: Open) -> None:
        self._open.discard(connection)
        self._waited_for.pop(connection, None)
