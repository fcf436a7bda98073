"""Which version serves, in a database that servers share: taken over from files once, and the same for all."""

import time

import pytest

from hwr_core.db.server_store import ServerStore
from hwr_core.errors import ModelUnavailable
from hwr_core.evaluation.promotion import Promotions
from hwr_core.evaluation.promotion_log import PROMOTE, ROLL_BACK
from hwr_core.evaluation.stored_pointers import FRESH, StoredPointers
from hwr_core.registry.registry import Registry
from tests.evaluation.conftest import champion, registry, worse_copy  # noqa: F401  fixtures


@pytest.fixture
def server(postgresql):
    """Open a server's registry on one database; each has connections of its own."""
    url, opened = postgresql.new_database(), []

    def make(folder, **how):
        opened.append(ServerStore(url, busy_timeout=30))
        return Registry(folder, pointers=lambda files: StoredPointers(opened[-1], files, **how))

    yield make
    for store in opened:
        store.close()


def test_what_the_files_say_is_taken_over_once(server, registry, champion):  # noqa: F811
    """Aliases, retired versions and the log; what the files say later no longer counts."""
    worse = worse_copy(registry)
    Promotions(registry).promote(worse, [], who="Ada", force=True, reason="x")
    Promotions(registry).retire(champion, who="Ada")
    shared = server(registry.folder)
    assert shared.champion_name() == worse.name
    assert shared.get(champion.name).is_retired
    assert [entry.action for entry in Promotions(shared).log()] == ["retire", PROMOTE]
    registry.serve(champion)
    assert server(registry.folder).champion_name() == worse.name


def test_a_promotion_holds_for_all_servers(server, registry, champion):  # noqa: F811
    """As soon as they look again; each can roll it back, and there is one log."""
    worse = worse_copy(registry)
    one, other = server(registry.folder), server(registry.folder)
    assert other.champion() == champion
    Promotions(one).promote(one.get(worse.name), [], who="Ada", force=True, reason="x")
    assert one.champion_name() == worse.name
    other.pointers.refresh()
    assert other.champion_name() == worse.name
    Promotions(other).roll_back(who="Bob")
    one.pointers.refresh()
    assert one.champion() == champion
    assert [(entry.who, entry.action) for entry in Promotions(one).log()] == [("Bob", ROLL_BACK), ("Ada", PROMOTE)]


def test_without_a_word_a_promotion_is_noticed_all_the_same(server, registry, champion):  # noqa: F811
    """What was read is believed for less than a second, by a clock that the test sets."""
    now = [0.0]
    worse = worse_copy(registry)
    one, other = server(registry.folder), server(registry.folder, clock=lambda: now[0])
    assert other.champion() == champion
    one.serve(worse)
    assert other.champion() == champion
    now[0] += FRESH
    assert other.champion() == worse


def test_what_was_read_last_holds_while_the_database_is_away(postgresql, server, registry, champion):  # noqa: F811
    """A server goes on reading images; what it never read it does not know, and nothing can be promoted."""
    now = [0.0]
    known, new = server(registry.folder, clock=lambda: now[0]), server(registry.folder)
    assert known.champion() == champion
    postgresql.stop()
    try:
        now[0] += FRESH
        assert known.champion() == champion
        with pytest.raises(ModelUnavailable, match="cannot be read: The database"):
            new.champion()
        with pytest.raises(ModelUnavailable, match="cannot be changed at present"):
            known.serve(champion)
    finally:
        postgresql.start()
    patience = time.monotonic() + 60
    while True:
        try:
            known.serve(worse_copy(registry))
        except ModelUnavailable:
            assert time.monotonic() < patience
        else:
            break
    assert known.champion() != champion


def test_a_change_that_fails_half_way_has_changed_nothing(server, registry, champion):  # noqa: F811
    """Log and alias are one transaction."""
    shared = server(registry.folder)
    assert shared.champion() == champion
    with pytest.raises(ZeroDivisionError), shared.pointers.changing() as change:
        change.log({"action": "promote"})
        change.point("champion", "another")
        raise ZeroDivisionError
    assert shared.champion() == champion
    assert shared.pointers.lines() == []


def test_a_missing_folder_of_the_served_version_is_said(server, registry, tmp_path, champion):  # noqa: F811
    """A server whose folder of versions lacks the one that is served."""
    assert server(registry.folder).champion() == champion
    with pytest.raises(ModelUnavailable, match="does not exist"):
        server(tmp_path / "bare").champion()
