"""The link between servers of one database: they hear each other, one leads, and PostgreSQL may restart."""

import time

import psycopg
import pytest

from hwr_core.db.server_link import ServerLink
from hwr_core.db.store import CHANNEL, Word

PATIENCE = 60.0


class Heard:
    """A server's link, what it heard, and how often it was made anew."""

    def __init__(self, url):
        self.link = ServerLink(url)
        self.words, self.reconnected = [], 0
        assert self.link.join(self.words.append, self._count)

    def _count(self):
        self.reconnected += 1


def until(condition):
    """Wait until something holds."""
    patience = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.02)


@pytest.fixture
def url(postgresql):
    """A database of its own."""
    return postgresql.new_database()


@pytest.fixture
def server(url):
    """Join the servers of the database."""
    joined = []

    def join():
        joined.append(Heard(url))
        return joined[-1]

    yield join
    for each in joined:
        each.link.close()


def test_servers_hear_each_other_and_not_themselves(server):
    """In the order in which it was said, however much it was."""
    one, other = server(), server()
    said = [Word("predictions", (number,)) for number in range(500)]
    for word in said:
        one.link.say(word)
    other.link.say(Word("callers"))
    until(lambda: len(other.words) == 500 and one.words)
    assert other.words == said
    assert one.words == [Word("callers")]


def test_what_a_server_says_last_is_heard(server):
    """It ends in order: its jobs have failed, and the others know."""
    one, other = server(), server()
    one.link.say(Word("jobs", (3,)))
    one.link.close()
    until(lambda: other.words == [Word("jobs", (3,))])


def test_one_server_leads_and_another_one_when_it_has_gone(server):
    """Never two of them."""
    one, other = server(), server()
    until(lambda: one.link.is_leading or other.link.is_leading)
    time.sleep(1.5)
    assert one.link.is_leading != other.link.is_leading
    leader, second = (one, other) if one.link.is_leading else (other, one)
    leader.link.close()
    assert not leader.link.is_leading
    until(lambda: second.link.is_leading)


def test_after_a_restart_of_postgresql_the_link_and_its_locks_are_back(postgresql, server, url):
    """Without a restart of the servers: one leads again, and they hear each other."""
    one, other = server(), server()
    postgresql.stop()
    until(lambda: not (one.link.is_connected or other.link.is_connected))
    assert not (one.link.is_leading or other.link.is_leading)
    one.link.say(Word("callers"))
    postgresql.start()
    until(lambda: one.reconnected and other.reconnected)
    one.link.say(Word("models"))
    until(lambda: Word("models") in other.words)
    until(lambda: one.link.is_leading or other.link.is_leading)
    assert one.link.is_leading != other.link.is_leading


def test_a_database_that_is_away_is_joined_when_it_is_back(postgresql, server):
    """A server may start before its database does."""
    postgresql.stop()
    try:
        early = server()
        assert not early.link.is_connected
    finally:
        postgresql.start()
    until(lambda: early.link.is_connected)


def test_what_others_say_on_the_channel_breaks_nothing(server, url, caplog):
    """Another program's words are left alone."""
    one = server()
    with psycopg.connect(url, autocommit=True) as connection:
        for payload in ("", "hello", "{}", '{"from": "x", "words": [[1]]}', "[]"):
            connection.execute("select pg_notify(%s, %s)", [CHANNEL, payload])
        connection.execute("select pg_notify(%s, %s)", [CHANNEL, '{"from": "x", "words": [["jobs", [3]]]}'])
    until(lambda: one.words)
    assert one.words == [Word("jobs", (3,))]
    assert "does not know" in caplog.text
