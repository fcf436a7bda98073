"""The program of a child process: whatever goes wrong is said in one sentence, and the trace is in the log."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hwr_core.jobs.events import EventKind
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.spec import JobSpec
from hwr_core.settings import PROJECT
from tests.jobs.specs import spec_of

PROGRAM = """
import os
import sys
from pathlib import Path
import hwr_core.training.worker as worker
from hwr_core.errors import DatasetMissing
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.table import JobKind

def work(spec, folder, report):
    raise {error}

worker.WORK = {{JobKind.TRAIN: work}}
status = worker.main(JobFolder(Path(sys.argv[1])))
sys.stderr.flush()
os._exit(status)
"""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("OSError(28, 'No space left on device')", "The job could not continue: No space left on device."),
        ("MemoryError()", "The job ran out of memory; a smaller batch needs less."),
        ("DatasetMissing('There is no data.')", "There is no data."),
        ("ZeroDivisionError('secret')", "The job failed unexpectedly (ZeroDivisionError); see its log."),
    ],
)
def test_what_goes_wrong_is_said_in_one_sentence(tmp_path: Path, error: str, words: str) -> None:
    """A full disk, too little memory, an error of ours, a bug: one sentence, without any text of a library."""
    assert failed(tmp_path, error, spec_of(tmp_path)) == words


@pytest.mark.parametrize(("priority", "niceness"), [("idle", 19), ("normal", os.nice(0))])
def test_a_job_gives_way_where_the_settings_say_so(tmp_path: Path, priority: str, niceness: int) -> None:
    """They come with the spec."""
    spec = spec_of(tmp_path).model_copy(update={"priority": priority})
    assert failed(tmp_path, "DatasetMissing(str(os.nice(0)))", spec) == str(niceness)


def failed(tmp_path: Path, error: str, spec: JobSpec) -> str:
    """Run a job that raises this, and return what is said of it."""
    folder = JobFolder(tmp_path / "1")
    folder.prepare(spec)
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(error=error), str(folder.path)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert child.wait(60) == 1
    ending = folder.events.ending()
    assert ending is not None
    assert ending.kind is EventKind.FAILED
    words: str = ending.data["error"]
    return words
