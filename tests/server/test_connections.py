"""How many connections there may be, and which gives way: by the rules alone, without a socket."""

from dataclasses import dataclass, field

import pytest

from hwr_core.server.connections import Connections


@dataclass(eq=False)
class Client:
    """What the bounds see of a connection."""

    address: str | None = "192.0.2.1"
    is_closed: bool = False
    has_given_way: bool = field(default=False, init=False)
    is_overdue: bool = False

    def give_way(self) -> None:
        """Remember it."""
        self.has_given_way = True

    def on_second(self) -> bool:
        """Too late, if the test says so."""
        return self.is_overdue


@pytest.fixture
def connections() -> Connections:
    """Four in all, two of one address, and a proxy."""
    return Connections(4, 2, lambda address: address == "127.0.0.1")


def test_the_one_that_waits_longest_gives_way(connections: Connections):
    """Of an address with all its connections, the first that the server waits for is ended; a new one gets in."""
    first, second, third = Client(), Client(), Client()

    assert all(connections.admit(client) for client in (first, second, third))

    assert (first.has_given_way, second.has_given_way, len(connections)) == (True, False, 2)


def test_who_has_just_been_answered_waits_anew(connections: Connections):
    """A connection goes to the end of the line with each request."""
    first, second = Client(), Client()
    connections.admit(first)
    connections.admit(second)
    connections.works_for(first)
    connections.waits_for(first)

    connections.admit(Client())

    assert (first.has_given_way, second.has_given_way) == (False, True)


def test_those_at_work_are_never_ended(connections: Connections):
    """With all connections of an address at work a new one is refused, and other addresses still have room."""
    at_work = [Client(), Client()]
    for client in at_work:
        connections.admit(client)
        connections.works_for(client)

    assert not connections.admit(Client())
    assert connections.admit(Client("192.0.2.2"))
    assert not any(client.has_given_way for client in at_work)
    assert connections.refused == 1


def test_a_proxy_may_have_all(connections: Connections):
    """The address of a proxy stands for many clients: only the bound of all applies."""
    clients = [Client("127.0.0.1") for _ in range(5)]

    assert all(map(connections.admit, clients))

    assert [client.has_given_way for client in clients] == [True, False, False, False, False]


def test_one_that_has_ended_makes_room(connections: Connections):
    """Who leaves is not counted any more, nor is a WebSocket that has ended without a word."""
    left, websocket = Client(), Client()
    connections.admit(left)
    connections.admit(websocket)
    for client in (left, websocket):
        connections.works_for(client)
    connections.leave(left)
    connections.leave(left)
    websocket.is_closed = True

    assert connections.end_overdue() == 0
    assert len(connections) == 0
    assert connections.admit(Client())


def test_the_overdue_are_counted(connections: Connections):
    """What the log says how many there were."""
    connections.admit(Client(is_overdue=True))
    connections.admit(Client("192.0.2.2"))

    assert connections.end_overdue() == 1
