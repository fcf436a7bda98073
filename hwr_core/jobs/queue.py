"""The queue of jobs: starts a child process for each, so many at once, and writes down how each ended."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from hwr_core.errors import HwrError, JobConflict, NotFound, StoreError
from hwr_core.events import Events
from hwr_core.jobs.events import EventKind, Progress
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import GRACE
from hwr_core.jobs.table import Job, JobKind, Jobs, JobState
from hwr_core.records.users import DEFAULT_USER

log = logging.getLogger(__name__)

LOOK = 0.3
"""Seconds between two looks at our children."""
OTHERS = 2.0
"""Seconds between two looks at jobs that another process runs, or keeps us from running."""
PUBLISHED_EVERY = 1.0
"""Seconds after which subscribers are told again how a job gets on."""
FAREWELL = 5.0
"""Seconds our children have to stop by themselves when we close."""

SERVER_GONE = "hwr was stopped while the job ran. It can be resumed from its last checkpoint."

Order = Callable[[Job], Mapping[str, Any]]
"""What a child is told about a job; called just before it starts."""


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job has moved to another state, or has made progress."""

    job: Job
    progress: Progress


@dataclass(slots=True)
class _Child:
    """A job that we run, and what was last published of it."""

    job: Job
    process: subprocess.Popen[bytes]
    published: Progress = field(default_factory=Progress)
    published_at: float = 0.0


class JobQueue:
    """The jobs of one data folder, run by this process once it is started. Safe to use from many threads."""

    def __init__(  # noqa: PLR0913  most by name
        self,
        table: Jobs,
        folder: Path,
        *,
        program: str,
        width: int,
        cores: int | None,
        order: Order,
        events: Events,
    ) -> None:
        self._table = table
        self._events = events
        self._folder = folder
        self._program = program
        self._width = width
        self._cores = cores or os.cpu_count() or 1
        self._order = order
        self._lock = Lock()
        self._children: dict[int, _Child] = {}
        self._wake = Event()
        self._closing = False
        self._recorder: Thread | None = None

    def folder(self, job_id: int) -> JobFolder:
        """Return the folder of a job."""
        return JobFolder(self._folder / str(job_id))

    def submit(self, kind: JobKind, config: Mapping[str, Any], user_id: int = DEFAULT_USER) -> Job:
        """Add a job to the end of the queue. Raises UserNotFound, UserInactive and StoreError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        job = self._published(self._table.add(kind, config, user_id))
        self._wake.set()
        return job

    def get(self, job_id: int) -> Job:
        """Return a job. Raises NotFound."""
        return self._table.get(job_id)

    def page(self, **asked: Any) -> list[Job]:
        """Return the newest jobs first; asked as `Jobs.page` is."""
        return self._table.page(**asked)

    def counts(self, *, patience: float | None = None) -> dict[JobState, int]:
        """Return how many jobs are in each state, waiting for the database so many seconds. Raises StoreError."""
        return self._table.counts(patience=patience)

    def progress(self, job: Job) -> Progress:
        """Return how far a job has come."""
        if job.state is JobState.SUCCEEDED:
            return Progress(share=1.0)
        if job.state is JobState.QUEUED:
            return Progress(doing="Waiting for its turn")
        found = self.folder(job.id).events.progress()
        return found if job.state is JobState.RUNNING else Progress(share=found.share)

    def cancel(self, job_id: int) -> Job:
        """Cancel a job: at once while it waits, else it stops within seconds and keeps its checkpoints.

        Raises:
            NotFound: there is no such job.
            JobConflict: it has ended already.
        """
        job = self._table.get(job_id)
        if job.state is JobState.QUEUED:
            try:
                return self._published(self._table.cancel_queued(job_id))
            except JobConflict:  # it was started at this very moment
                job = self._table.get(job_id)
        if job.state.is_finished:
            raise JobConflict(f"Job {job_id} is {job.state} already; only a queued or running one can be cancelled.")
        self.folder(job_id).ask_to_stop()
        self._wake.set()
        return job

    def resume(self, job_id: int) -> Job:
        """Put a failed or cancelled job back into the queue; it goes on from its last checkpoint.

        Raises:
            NotFound: there is no such job.
            JobConflict: it has neither failed nor been cancelled.
        """
        job = self._published(self._table.requeue(job_id))
        self._wake.set()
        return job

    def start(self) -> None:
        """Run jobs from now on, in the background; those that a dead process left running are settled first."""
        with self._lock:
            if self._recorder is None:
                self._recorder = Thread(target=self._keep, name="jobs", daemon=True)
                self._recorder.start()

    def close(self) -> None:
        """Stop our children; their jobs have failed and can be resumed. May be repeated."""
        self._closing = True
        self._wake.set()
        if self._recorder:
            self._recorder.join(FAREWELL + GRACE)

    def _keep(self) -> None:
        while not self._closing:
            try:
                # Where no job was ever submitted the history need not be opened.
                pause = self._turn() if self._folder.exists() else None
            except HwrError as error:  # the history is busy or cannot be written: what is due stays due
                log.warning("Jobs wait: %s", error)
                pause = OTHERS
            self._wake.wait(pause)
            self._wake.clear()
        self._say_farewell()

    def _turn(self) -> float | None:
        """Settle what has ended and start what may; return after how many seconds to look again, None for never."""
        for job_id, child in list(self._children.items()):
            if child.process.poll() is not None:
                self._settle(job_id, child.process.returncode)
                del self._children[job_id]
            else:
                self._publish_progress(child)
        if len(self._children) >= self._width:
            return LOOK
        waiting = self._settle_the_dead()
        while len(self._children) < self._width and self._start_next():
            pass
        if self._children:
            return LOOK
        return OTHERS if waiting or self._table.next_queued() else None

    def _settle_the_dead(self) -> bool:
        """Settle the running jobs whose process is gone; return whether other processes still run some."""
        running = self._table.page(limit=1000, states=[JobState.RUNNING])
        others = [job for job in running if job.id not in self._children]
        alive = [job for job in others if self.folder(job.id).has_a_living_child]
        for job in others:
            if job not in alive:
                self._settle(job.id, None)
        return bool(alive)

    def _settle(self, job_id: int, status: int | None) -> None:
        """Write down how an attempt ended, by what the child said last and by how its process ended."""
        folder = self.folder(job_id)
        ending = folder.events.ending()
        try:
            if ending and ending.kind is EventKind.DONE:
                settled = self._table.succeed(job_id, ending.data["result"])
            elif folder.is_asked_to_stop:
                settled = self._table.cancel_running(job_id)
            elif ending and ending.kind is EventKind.FAILED:
                settled = self._table.fail(job_id, ending.data["error"])
            else:
                settled = self._table.fail(job_id, SERVER_GONE if ending or status is None else _death(status))
            self._published(settled)
        except (JobConflict, NotFound) as error:  # another process was quicker, or the job's history was erased
            log.info("Job %s was settled already: %s", job_id, error)

    def _start_next(self) -> bool:
        """Start the job whose turn it is; False where none waits or none may run.

        Its folder is held before it is claimed: a job that runs always has a holder, or its holder is dead.
        """
        due = self._table.next_queued()
        if due is None or (held := self.folder(due.id).hold()) is None:
            return False
        try:
            job = self._table.claim(due.id, self._width)
            if job is not None:
                self._start(job, held)
        finally:
            os.close(held)
        return job is not None

    def _start(self, job: Job, held: int) -> None:
        folder = self.folder(job.id)
        try:
            folder.prepare({"kind": job.kind, "config": job.config, "cores": self._cores, **self._order(job)})
            self._children[job.id] = _Child(self._published(job), self._spawn(folder, held))
        except HwrError as error:
            self._published(self._table.fail(job.id, str(error)))
        except OSError as error:
            self._published(self._table.fail(job.id, f"The job's process cannot be started: {error.strerror}."))

    def _spawn(self, folder: JobFolder, held: int) -> subprocess.Popen[bytes]:
        threads = str(self._cores)
        environment = os.environ | {
            "OMP_NUM_THREADS": threads,
            "TF_NUM_INTRAOP_THREADS": threads,
            "TF_NUM_INTEROP_THREADS": "1",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "PYTHONUNBUFFERED": "1",
        }
        with folder.log_file.open("ab") as output:
            return subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-m", self._program, str(folder.path)],
                stdin=subprocess.PIPE,  # never written to: its end tells the child that we are gone
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                pass_fds=(held,),
                start_new_session=True,  # Ctrl-C is for us to handle; and all its helpers can be ended with it
            )

    def _published(self, job: Job) -> Job:
        """Return a job that has just moved to another state, once that is published."""
        self._events.publish(JobChanged(job, self.progress(job)))
        return job

    def _publish_progress(self, child: _Child) -> None:
        if time.monotonic() - child.published_at < PUBLISHED_EVERY:
            return
        child.published_at = time.monotonic()
        progress = self.progress(child.job)
        if progress != child.published:
            child.published = progress
            self._events.publish(JobChanged(child.job, progress))

    def _say_farewell(self) -> None:
        processes = {job_id: child.process for job_id, child in self._children.items()}
        for process in processes.values():
            assert process.stdin is not None  # we asked for the pipe
            process.stdin.close()
        for job_id, process in processes.items():
            try:
                status = process.wait(FAREWELL)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                status = process.wait()
            try:
                self._settle(job_id, status)
            except StoreError as error:  # whoever opens the queue next settles it
                log.warning("Job %s could not be settled: %s", job_id, error)
        self._children.clear()


def _death(status: int) -> str:
    """How a process ended that said nothing."""
    if status < 0:
        return (
            f"The job's process was ended by signal {-status}. On a full machine the system ends a process that takes "
            "too much memory. It can be resumed from its last checkpoint."
        )
    return f"The job's process ended with status {status} without saying why; its log tells more."
