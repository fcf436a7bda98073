"""The shadow: what it reads, what it leaves out, and that nobody waits for it."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.errors import Conflict, InvalidValue, NotFound
from hwr_core.experiments import shadow as shadow_module
from hwr_core.experiments.shadow_table import ShadowReport
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.settings import Settings
from tests.handwriting import drawing, png

PATIENCE = 20.0


@pytest.fixture
def server(settings: Settings) -> Iterator[Workspace]:
    """A workspace that works in the background, as a server's does."""
    with Workspace(settings) as workspace:
        workspace.start()
        yield workspace


def another_version(workspace: Workspace) -> str:
    """A version that is not being served, and reads otherwise: the first one that was shipped."""
    return workspace.registry.names()[-1]


def keep(workspace: Workspace, digit: int) -> PredictionRecord:
    """Read a drawing and store the prediction."""
    kept = workspace.read_and_keep(png(drawing(digit)), source=Source.API)
    assert isinstance(kept, PredictionRecord)
    return kept


def report_of(workspace: Workspace, read: int) -> ShadowReport:
    """Wait until so many images are read."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        report = workspace.shadow.report()
        assert report is not None
        if report.read + report.setting.dropped >= read:
            return report
        time.sleep(0.05)
    raise AssertionError(f"The shadow has not read {read} images.")


def test_it_reads_what_is_stored_beside_the_one_that_answers(server: Workspace) -> None:
    """Each image once; labels say how both would have done; no answer is the shadow's."""
    served, other = server.served_model().name, another_version(server)
    server.shadow.set(other)
    kept = [keep(server, digit) for digit in range(10)]
    server.feedback.give(kept[3].id, actual_digit=3)
    server.feedback.give(kept[4].id, actual_digit=9)
    report = report_of(server, 10)
    assert (report.setting.version, report.read, report.setting.dropped) == (other, 10, 0)
    assert {each.prediction.model_version for each in kept} == {served}
    assert (report.answered.accuracy.right, report.answered.accuracy.total) == (1, 2)
    assert report.shadow.accuracy.total == 2
    assert report.agree + len(report.differing) == 10
    assert report.p_value == 1.0
    assert report.shadow.seconds > 0


def test_a_share_of_the_predictions_may_be_enough(server: Workspace) -> None:
    """About half of them, without counting the others as dropped."""
    server.shadow.set(another_version(server), 0.5)
    for number in range(40):
        keep(server, number % 10)
    time.sleep(2 * shadow_module.WRITE)
    report = server.shadow.report()
    assert report is not None
    assert 8 <= report.read <= 32
    assert report.setting.dropped == 0


def test_under_load_images_are_dropped_and_counted(server: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for two, a shadow that is slow leaves the others out; every prediction is stored all the same."""
    monkeypatch.setattr(shadow_module, "MOST_WAITING", 2)
    server.shadow.set(another_version(server))
    keep(server, 1)
    report_of(server, 1)
    read_on = Recogniser.read

    def slowly(recogniser: Recogniser, images: list[np.ndarray], script: str = "western") -> object:
        if recogniser.version == another_version(server):
            time.sleep(0.2)
        return read_on(recogniser, images, script)

    monkeypatch.setattr(Recogniser, "read", slowly)
    for number in range(20):
        keep(server, number % 10)
    monkeypatch.undo()
    keep(server, 1)
    until = time.monotonic() + PATIENCE
    while (report := server.shadow.report()) and report.setting.dropped == 0 and time.monotonic() < until:
        time.sleep(0.1)
    assert report is not None
    assert report.setting.dropped > 5
    assert server.history.count() == 22


def test_what_is_erased_is_erased_here_too(server: Workspace) -> None:
    """The shadow's reading of a prediction goes with it."""
    server.shadow.set(another_version(server))
    keep(server, 5)
    report_of(server, 1)
    server.users.erase_history(1)
    with server.store.session() as cursor:
        assert cursor.execute("select count(*) from shadow_readings").fetchall() == [(0,)]


def test_it_goes_on_after_a_restart_and_ends_when_told(settings: Settings) -> None:
    """The setting is in the database; another process may end it."""
    with Workspace(settings) as workspace:
        workspace.shadow.set(another_version(workspace))
    with Workspace(settings) as workspace:
        workspace.start()
        keep(workspace, 7)
        assert report_of(workspace, 1).read == 1
        workspace.shadow.clear()
        assert workspace.shadow.report() is None
        with pytest.raises(Conflict, match="no shadow"):
            workspace.shadow.clear()


def test_what_cannot_be_a_shadow_is_refused(workspace: Workspace) -> None:
    """The served version, one that does not exist, and a share of nothing."""
    with pytest.raises(Conflict, match="being served"):
        workspace.shadow.set(workspace.served_model().name)
    with pytest.raises(NotFound):
        workspace.shadow.set("nowhere")
    for share in (0.0, 1.5, float("nan")):
        with pytest.raises(InvalidValue, match="above 0 and at most 1"):
            workspace.shadow.set(another_version(workspace), share)
    assert workspace.shadow.report() is None
