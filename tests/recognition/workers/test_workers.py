"""Processes that read for the server: the same predictions, whatever becomes of the processes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from hwr_core.errors import NotAnImage, WorkerLost
from hwr_core.images.decode import Limits
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import Prediction, Timings
from hwr_core.recognition.workers import pool
from hwr_core.recognition.workers.pool import Workers
from hwr_core.registry.registry import CARD, LITERT, ModelVersion, Registry
from hwr_core.scripts.script import WESTERN
from tests.handwriting import drawing, png
from tests.processes import wait_for_the_end_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there are no workers"),
]

SEVEN = png(drawing(7))
PATIENCE = 120.0


@pytest.fixture(scope="module")
def version(models: Path) -> ModelVersion:
    """The version being served."""
    return Registry(models).champion()


@pytest.fixture(scope="module")
def workers(version: ModelVersion) -> Iterator[Workers]:
    """Two workers, ready to read."""
    workers = Workers(2, Limits())
    workers.start(str(version.folder))
    _until(lambda: len(workers.ready) == 2)
    yield workers
    workers.close()


@pytest.fixture(scope="module")
def reader(recogniser: Recogniser, version: ModelVersion, workers: Workers) -> Reader:
    """A reader that has the workers read."""
    return Reader(recogniser, Limits(), workers=workers, folder=str(version.folder))


def _until(is_so: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < patience
        time.sleep(0.02)


def test_workers_read_what_the_server_would(recogniser: Recogniser, reader: Reader) -> None:
    """All but the time is the same: digits, what is none, and blank images."""
    by_itself = Reader(recogniser, Limits())
    for image in (SEVEN, png(drawing(3, pen=30)), png(drawing(8) * 0)):
        timeless = Timings(0.0, 0.0)
        assert replace(reader.read(image), timings=timeless) == replace(by_itself.read(image), timings=timeless)


def test_errors_come_back_as_they_are(reader: Reader) -> None:
    """A file that cannot be read fails alone, also one that is larger than a socket takes at once."""
    found = reader.read_all([SEVEN, b"", bytes(3_000_000), SEVEN])
    assert [type(each) for each in found[1:3]] == [NotAnImage, NotAnImage]
    assert [getattr(each, "digit", None) for each in (found[0], found[3])] == [7, 7]


def test_a_version_that_is_gone_is_refused(workers: Workers, version: ModelVersion) -> None:
    """A worker says what the server would, and reads on."""
    begun = workers.read(str(version.folder.with_name("20200101T000000Z-00000")), SEVEN, 1.0, WESTERN)
    assert begun is not None
    with pytest.raises(LookupError, match="no model version"):
        begun.result(PATIENCE)


def test_a_document_tells_how_far_it_is(reader: Reader) -> None:
    """Its steps and pages come back while it is read."""
    steps: list[float] = []
    pages: list[str] = []
    found = reader.read_number(SEVEN, on_progress=steps.append, on_page=lambda page: pages.append(page.text))
    assert found.text == "7"
    assert pages == ["7"]
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0.0, 1.0)


def test_a_document_that_nobody_wants_is_stopped(reader: Reader, workers: Workers) -> None:
    """What the caller raises at a step comes out, and the worker has nothing left to do."""

    def enough(share: float) -> None:
        raise KeyError(share)

    with pytest.raises(KeyError):
        reader.read_number(SEVEN, on_progress=enough)
    _until(lambda: not any(worker.has for worker in workers._workers))  # noqa: SLF001  nobody else needs to know


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_does_not_end_before_its_server(reader: Reader, workers: Workers, asked: signal.Signals) -> None:
    """What Ctrl-C and systemd send to all processes at once does not end it in the middle of an image."""
    before = workers.ready
    for process in before:
        os.kill(process, asked)
    assert [each.result(PATIENCE).digit for each in [reader.start(SEVEN) for _ in range(10)]] == [7] * 10
    assert workers.ready == before


def test_what_a_killed_worker_had_is_read_again(reader: Reader, workers: Workers) -> None:
    """Each image is read, and the worker is replaced."""
    before = workers.ready
    begun = [reader.start(SEVEN) for _ in range(60)]
    os.kill(before[0], signal.SIGKILL)
    assert [each.result(PATIENCE).digit for each in begun] == [7] * 60
    _until(lambda: len(workers.ready) == 2)
    assert before[0] not in workers.ready


def test_an_image_that_ends_workers_is_given_up(
    reader: Reader, workers: Workers, version: ModelVersion, tmp_path: Path
) -> None:
    """After two of them it is refused; what waited behind it is read. A pipe in place of a model is never loaded."""
    endless = tmp_path / "20200101T000000Z-00000"
    endless.mkdir()
    shutil.copy(version.folder / CARD, endless)
    os.mkfifo(endless / LITERT)
    begun = workers.read(str(endless), SEVEN, 1.0, WESTERN)
    assert begun is not None
    killed: set[int] = set()
    for _ in range(2):
        _until(lambda: bool(_holders(workers, begun) - killed))
        [holder] = _holders(workers, begun) - killed
        behind = [reader.start(SEVEN) for _ in range(5)]
        os.kill(holder, signal.SIGKILL)
        killed.add(holder)
        assert [each.result(PATIENCE).digit for each in behind] == [7] * 5
    with pytest.raises(WorkerLost, match="was ended, and then another"):
        begun.result(PATIENCE)


def _holders(workers: Workers, begun: Future[Prediction]) -> set[int]:
    """The processes that have an image, at most one."""
    with workers._changed:  # noqa: SLF001  which nobody else needs to know
        return {
            worker.process.pid
            for worker in workers._workers  # noqa: SLF001
            if any(each.outcome is begun for each in worker.has.values())
        }


def test_closing_finishes_what_is_being_read(recogniser: Recogniser, version: ModelVersion) -> None:
    """All images are read, the processes end, and whoever comes later reads by itself."""
    workers = Workers(1, Limits())
    reader = Reader(recogniser, Limits(), workers=workers, folder=str(version.folder))
    workers.start()
    assert reader.read(SEVEN).digit == 7  # before any of them is ready
    _until(lambda: len(workers.ready) == 1)
    [process] = workers.ready
    begun = [reader.start(SEVEN) for _ in range(20)]
    workers.close()
    workers.close()
    assert [each.result(0).digit for each in begun] == [7] * 20
    assert not Path(f"/proc/{process}").exists()
    assert reader.read(SEVEN).digit == 7


def test_processes_that_never_get_ready_leave_reading_to_the_server(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are tried again later and later, and meanwhile all is read."""
    monkeypatch.setattr("hwr_core.recognition.workers.worker.PROGRAM", "no.such.program")
    monkeypatch.setattr(pool, "REST", 0.01)
    workers = Workers(1, Limits())
    workers.start()
    _until(lambda: workers._failures >= 2)  # noqa: SLF001
    assert Reader(recogniser, Limits(), workers=workers, folder="nowhere").read(SEVEN).digit == 7
    workers.close()


WITH_WORKERS = """
import time
from hwr_core.images.decode import Limits
from hwr_core.recognition.workers.pool import Workers

workers = Workers(2, Limits())
workers.start()
while len(workers.ready) < 2:
    time.sleep(0.05)
print(*workers.ready, flush=True)
time.sleep(600)
"""


def test_workers_end_with_a_server_that_is_killed() -> None:
    """Nothing is left of them after SIGKILL."""
    with subprocess.Popen([sys.executable, "-c", WITH_WORKERS], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        processes = [int(each) for each in server.stdout.readline().split()]
        server.kill()
    assert len(processes) == 2
    for each in processes:
        wait_for_the_end_of(each)


HEAVY = """
import sys
import hwr_core.recognition.workers.program
print(*sorted({"duckdb", "fastapi", "pandas", "pyarrow", "starlette", "streamlit", "tensorflow"} & sys.modules.keys()))
"""


def test_a_worker_loads_only_what_reading_needs() -> None:
    """No database, no server, no tables."""
    found = subprocess.run([sys.executable, "-c", HEAVY], capture_output=True, text=True, check=True)
    assert not found.stdout.strip()
