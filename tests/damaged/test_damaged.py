"""Damaged pictures, documents and archives give an answer or an error in words, quickly, and bring nothing down."""

import time
import warnings
from pathlib import Path

import pytest

from hwr_core.workspace import Workspace
from tests.damaged.damage import damaged
from tests.damaged.files import whole_files
from tests.damaged.reading import FAULT, outcomes
from tests.damaged.run import SLOW, Figures
from tests.damaged.served import Sender
from tests.serving import serving

READ = range(1_000_000, 1_000_300)
SENT = range(2_000_000, 2_000_040)


@pytest.mark.parametrize("name", sorted(whole_files()))
def test_whole_files_are_read(workspace: Workspace, name: str) -> None:
    """Before any damage is done, every way of reading a file takes it."""
    found = dict(outcome.split(": ", 1) for outcome in outcomes(workspace, whole_files()[name]))
    if name.endswith(".zip"):
        assert (found["archive"], found["labelled"]) == ("read", "imported")
    else:
        assert found["document"] in ("page", "pages")
        assert found["picture"] == "NotAPicture" if name.endswith(".pdf") else found["picture"] != "NotAPicture"


def test_a_case_is_always_the_same() -> None:
    """What was found once can be looked at again."""
    assert [damaged(case) for case in range(50)] == [damaged(case) for case in range(50)]
    assert len({damaged(case) for case in range(50)}) > 40


def test_damaged_files_give_answers_or_errors_of_ours(workspace: Workspace) -> None:
    """None of them takes long, either."""
    with warnings.catch_warnings(action="ignore"):
        for case in READ:
            name, content = damaged(case)
            started = time.process_time()
            found = outcomes(workspace, content)
            assert not [outcome for outcome in found if FAULT in outcome], f"{case}, {name}: {found}"
            assert time.process_time() - started < SLOW, f"{case}, {name}"


def test_a_server_takes_damaged_uploads(tmp_path: Path) -> None:
    """Each is answered, with 4xx and a reason where need be, and the server lives on."""
    with serving(tmp_path / "data") as server:
        sender = Sender(server)
        answers = [sender.send(case, *damaged(case)) for case in SENT]
        assert not [answer for answer in answers if FAULT in answer]
        assert len({answer.partition(":")[0] for answer in answers}) == 4
        assert server.process.poll() is None


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Its figures are found again, and a fault is kept with its file."""
    figures = Figures()
    figures.note(0, ["picture: digit"], 0.1, tmp_path)
    figures.note(1, [f"picture: {FAULT} ValueError: no"], 0.1, tmp_path)
    figures.note(2, ["picture: digit"], SLOW + 1, tmp_path)
    figures.save(tmp_path / "figures.json")
    found = Figures.load(tmp_path / "figures.json")
    assert found == figures
    assert (found.done, found.slow, sorted(found.faults)) == (3, 1, ["1", "2"])
    assert len(list(tmp_path.glob("[12]-*"))) == 2
