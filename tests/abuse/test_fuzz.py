"""Spoilt files end neither the process nor its patience; a hundred thousand of them are read by `make fuzz`."""

from pathlib import Path

import pytest

from tests.abuse.fuzz import ROUTES, State, fuzz, growth
from tests.abuse.mutants import mutant, uploads

COUNT, POSTED = 300, 15


def test_each_number_always_gives_the_same_input() -> None:
    """An input that once was at fault can be made again, and each kind of file has its turn."""
    assert mutant(4711) == mutant(4711)
    begun = {mutant(number)[0].partition(":")[0] for number in range(len(uploads()))}
    assert begun == set(uploads())


@pytest.mark.slow
def test_spoilt_files_are_answered_or_refused(tmp_path: Path) -> None:
    """No crash, no hang, nothing but an answer or an HwrError; a server answers them with neither 5xx nor silence."""
    state = State()
    fuzz(state, tmp_path, count=COUNT, posted=POSTED, after_each=lambda: None)
    assert state.faults == []
    assert growth(state) == []
    assert state.outcomes.total() == 3 * COUNT
    assert {what.partition(":")[0] for what in state.posted} == set(ROUTES)
    assert state.outcomes["decode: read"] and state.outcomes["files_of: read"]


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """What was found is saved, and read again."""
    state = State(next=500, faults=["17: it hung"])
    state.outcomes["decode: read"] = 3
    state.save(tmp_path / "state.json")
    assert State.of(tmp_path / "state.json") == state
