"""Works take turns: only so many at once, step by step, and who no longer waits is passed over."""

import time
from collections.abc import Callable
from threading import Event, Thread

import pytest

from hwr_core.recognition import turns
from hwr_core.recognition.turns import Turns

WITHIN = 30.0


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    patience = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < patience
        time.sleep(0.01)


def test_a_short_work_goes_between_two_steps_of_a_long_one():
    """It waits for one step and no more."""
    one_at_a_time, order, begun = Turns(1), [], Event()

    def short() -> None:
        with one_at_a_time.taken(lambda: None):
            order.append("short")

    with one_at_a_time.taken(lambda: None) as let_another:
        let_another()  # nobody waits
        waiting = Thread(target=lambda: (begun.set(), short()))
        waiting.start()
        begun.wait(WITHIN)
        until(lambda: one_at_a_time.waiting == 1)
        order.append("first step")
        let_another()
        order.append("second step")
    waiting.join(WITHIN)
    assert order == ["first step", "short", "second step"]


def test_no_more_than_allowed_go_on_at_once():
    """Eight works on two turns, each of many steps: never more than two between their steps."""
    two, going, most = Turns(2), [], []

    def work(number: int) -> None:
        with two.taken(lambda: None) as let_another:
            for _ in range(10):
                going.append(number)
                most.append(len(going))
                time.sleep(0.001)
                going.remove(number)
                let_another()

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN)
    assert len(most) == 80
    assert max(most) <= 2


def test_who_no_longer_waits_is_passed_over(monkeypatch):
    """One whose client is gone leaves the queue, and the next has its turn."""
    monkeypatch.setattr(turns, "LOOK", 0.01)
    one_at_a_time, done = Turns(1), Event()

    def gone() -> None:
        raise ConnectionError

    def next_one() -> None:
        with one_at_a_time.taken(lambda: None):
            done.set()

    with one_at_a_time.taken(lambda: None):
        with pytest.raises(ConnectionError), one_at_a_time.taken(gone):
            pytest.fail("Nobody gave this turn.")
        Thread(target=next_one).start()
        assert not done.wait(0.05)
    assert done.wait(WITHIN)


def test_a_work_that_is_stopped_while_others_are_let_first_holds_no_turn(monkeypatch):
    """Its turn is not given twice."""
    monkeypatch.setattr(turns, "LOOK", 0.01)
    one_at_a_time, hold, held = Turns(1), Event(), Event()
    wanted = True

    def confirm() -> None:
        if not wanted:
            raise ConnectionError

    def other() -> None:
        with one_at_a_time.taken(lambda: None):
            held.set()
            hold.wait(WITHIN)

    with pytest.raises(ConnectionError), one_at_a_time.taken(confirm) as let_another:
        Thread(target=other).start()
        until(lambda: one_at_a_time.waiting == 1)
        wanted = False
        let_another()
    assert held.wait(WITHIN)
    hold.set()
    with one_at_a_time.taken(lambda: None), pytest.raises(ConnectionError), one_at_a_time.taken(confirm):
        pytest.fail("There is one turn, and it is taken.")
