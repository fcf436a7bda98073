"""Counters of requests and failed sign-ins, shared by servers where HWR_LIMITS_URL says so."""

import pytest
from limits import parse
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from hwr_core.auth import counters as counting
from hwr_core.auth.counters import AGAIN, Counters
from hwr_core.auth.login_throttle import LoginThrottle, Origin
from hwr_core.errors import InvalidValue, NotInstalled, TooManyRequests
from hwr_core.settings import Settings, load_settings

LIMIT = parse("5/hour")


@pytest.fixture
def shared(counters_server, tmp_path, monkeypatch):
    """Settings of servers that count together, however busy the machine is."""
    monkeypatch.setattr(counting, "PATIENCE", 30.0)
    return Settings(data_dir=tmp_path, limits_url=counters_server.url)


@pytest.mark.parametrize("strategy", [FixedWindowRateLimiter, MovingWindowRateLimiter])
def test_two_servers_have_one_limit(shared, strategy):
    """What one counts the other knows, and both say how long to wait."""
    one, other = Counters(strategy, shared), Counters(strategy, shared)
    who = strategy.__name__
    assert [each.hit(LIMIT, who) for each in (one, other) * 3] == [True] * 5 + [False]
    assert not one.test(LIMIT, who)
    assert 1 <= other.seconds_left(LIMIT, who) <= 3600
    one.clear(LIMIT, who)
    assert other.test(LIMIT, who)


def test_without_an_address_each_server_counts_by_itself(tmp_path):
    """And nothing is asked of another machine."""
    one, other = (Counters(FixedWindowRateLimiter, Settings(data_dir=tmp_path)) for _ in range(2))
    assert [one.hit(LIMIT, "Ada") for _ in range(6)] == [True] * 5 + [False]
    assert other.test(LIMIT, "Ada")
    assert not one.are_shared
    assert one.problem() is None


def test_guesses_at_one_server_count_at_the_other(shared):
    """A stranger who is refused by one is refused by all."""
    one, other, stranger = LoginThrottle(shared), LoginThrottle(shared), Origin("192.0.2.7")
    for each in (one, other, one, other, one):
        each.refuse_if_too_many("ada", stranger)
        each.failed("ada", stranger)
    with pytest.raises(TooManyRequests):
        other.refuse_if_too_many("ada", stranger)
    other.succeeded("ada", stranger)
    one.refuse_if_too_many("ada", stranger)


def test_a_server_counts_by_itself_while_the_counters_are_away(counters_server, shared, caplog):
    """The limit holds for each server, health says why, and later they count together again."""
    now = [0.0]
    one = Counters(FixedWindowRateLimiter, shared, clock=lambda: now[0])
    other = Counters(FixedWindowRateLimiter, shared)
    assert one.problem() is None
    counters_server.stop()
    try:
        assert [one.hit(LIMIT, "Bob") for _ in range(6)] == [True] * 5 + [False]
        assert caplog.text.count("counts by itself") == 1
        assert "HWR_LIMITS_URL" in one.problem()
    finally:
        counters_server.start()
    assert not one.hit(LIMIT, "Bob")
    now[0] += AGAIN
    assert one.hit(LIMIT, "Bob")
    assert one.problem() is None
    assert [other.hit(LIMIT, "Bob") for _ in range(5)] == [True] * 4 + [False]


def test_an_address_of_something_else_is_refused():
    """It says what is allowed, and never shows the address, which may hold a password."""
    with pytest.raises(InvalidValue, match="begins with redis://") as caught:
        load_settings(limits_url="memcached://:hidden@127.0.0.1")
    assert "hidden" not in str(caught.value)


def test_valkey_is_an_address_too(counters_server, tmp_path):
    """It speaks the same protocol."""
    settings = Settings(data_dir=tmp_path, limits_url=counters_server.url.replace("redis://", "valkey://"))
    assert Counters(FixedWindowRateLimiter, settings).hit(LIMIT, "Cleo")


def test_without_the_client_it_is_said_how_to_install_it(shared, monkeypatch):
    """At the start, not at the first request."""

    def missing(*_, **__):
        raise counting.ConfigurationError("redis")

    monkeypatch.setattr(counting, "RedisStorage", missing)
    with pytest.raises(NotInstalled, match=r"hwr\[redis\]"):
        Counters(FixedWindowRateLimiter, shared)
