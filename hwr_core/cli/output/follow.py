"""A job from its submission to its end, as a command shows it."""

import sys
import time
from collections.abc import Callable

from hwr_core.app.workspace import Workspace
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.status import DONE, UNUSABLE
from hwr_core.errors import JobConflict
from hwr_core.jobs.events import EventKind, EventLog
from hwr_core.jobs.table import Job, JobState

SECONDS_BETWEEN_LOOKS = 0.5


def run_job(submit: Callable[[Workspace], Job], *, quiet: bool = False) -> Job:
    """Submit a job and follow it to its end; Ctrl-C stops it, and what it had done is kept."""
    with opened() as workspace:
        job = submit(workspace)
        workspace.modelling.jobs.start()
        return _follow(workspace, job, quiet=quiet)


def report_end(job: Job) -> int:
    """Print how a job ended, where it did not succeed, and return the exit status."""
    if job.state is JobState.SUCCEEDED:
        return DONE
    why = job.error or "it was cancelled"
    print(f"hwr: job {job.id}: {why} Resume it with `hwr jobs resume {job.id}`.", file=sys.stderr)
    return UNUSABLE


def _follow(workspace: Workspace, job: Job, *, quiet: bool) -> Job:
    """Print what a job says until it ends, unless it is to be quiet, and return it then."""
    jobs = workspace.modelling.jobs
    events = jobs.folder(job.id).events
    _, position = events.read()
    while True:
        try:
            # What the child said last is there before its job has ended.
            job = jobs.get(job.id)
            position = position if quiet else _print_news(events, position)
            if job.state.is_finished:
                return job
            time.sleep(SECONDS_BETWEEN_LOOKS)
        except KeyboardInterrupt:
            print(f"stopping job {job.id} ...", file=sys.stderr)
            try:
                jobs.cancel(job.id)
            except JobConflict as error:
                print(error, file=sys.stderr)


def _print_news(events: EventLog, position: int) -> int:
    news, position = events.read(position)
    for event in news:
        if event.kind is EventKind.LOG:
            print(event.data["text"], flush=True)
    return position
