"""Runs the queued jobs of one data folder: starts child processes, a few at a time, and records how each ended."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

from hwr_core.errors import HwrError, JobConflict, NotFound, StoreError
from hwr_core.jobs.child import ChildProcess, describe_exit, environment_of
from hwr_core.jobs.events import EventKind, Progress
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.heartbeat import DEAD, Heartbeat, new_owner
from hwr_core.jobs.report import GRACE
from hwr_core.jobs.spec import JobSpec
from hwr_core.jobs.table import Job, Jobs, JobState

log = logging.getLogger(__name__)

POLL_OWN = 0.3
"""Seconds between two looks at our own children."""
POLL_OTHERS = 2.0
"""Seconds between two looks at jobs that another process runs, or that wait for another process."""
ANNOUNCE_EVERY = 1.0
"""Seconds between two announcements of a job's progress."""
STOP_TIMEOUT = 5.0
"""Seconds that our children have to stop by themselves when we close."""

SERVER_GONE = "hwr was stopped while the job ran. It can be resumed from its last checkpoint."
CUT_OFF = "The server that ran the job could not reach the database. It can be resumed from its last checkpoint."

MakeSpec = Callable[[Job], JobSpec]
"""Makes the spec of a job; called just before its child process starts."""


@dataclass(slots=True)
class _Running:
    """A job of ours with its child process, and the progress that was last announced."""

    job: Job
    process: ChildProcess
    announced: Progress = field(default_factory=Progress)
    announced_at: float = 0.0
    is_lost: bool = False
    """Whether we stop it because others may take it for dead."""


class JobRunner:
    """A background thread that starts and settles jobs. Several processes may each run one on the same data folder.

    Where they share a database, which is on other machines too, a job lives as long as its server's heartbeat; else, as
    long as its process holds the lock on its folder.
    """

    def __init__(  # noqa: PLR0913  most by name
        self,
        table: Jobs,
        root: Path,
        *,
        program: str,
        width: int,
        spec: MakeSpec,
        announce: Callable[[Job], Job],
        environment: Mapping[str, str],
    ) -> None:
        self._table = table
        self._root = root
        self._program = program
        self._width = width
        self._spec = spec
        self._announce = announce
        self._environment = environment
        self._owner = new_owner()
        self._heartbeat = Heartbeat(table, self._owner)
        self._running: dict[int, _Running] = {}
        self._looked_at = -POLL_OTHERS
        self._wake = Event()
        self._closing = False
        self._starting = Lock()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Run jobs from now on; those that a dead process left running are settled first. May be repeated."""
        with self._starting:
            if self._thread is None:
                if self._table.is_shared:
                    self._heartbeat.start()
                    Thread(target=self._fence, name="fence", daemon=True).start()
                self._thread = Thread(target=self._run, name="jobs", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """Look at the queue now: something has changed."""
        self._wake.set()

    def close(self) -> None:
        """Stop our children; their jobs have failed and can be resumed. May be repeated."""
        self._closing = True
        self._wake.set()
        if self._thread:
            self._thread.join(STOP_TIMEOUT + GRACE)

    def _run(self) -> None:
        while not self._closing:
            try:
                # As long as no job was ever submitted, the store is not opened.
                pause = self._turn() if self._root.exists() or self._table.is_shared else None
            except HwrError as error:  # the store is busy or read-only; the same is tried again
                log.warning("Jobs are paused: %s", error)
                pause = POLL_OTHERS
            self._wake.wait(pause)
            self._wake.clear()
        self._stop_children()
        self._heartbeat.close()

    def _turn(self) -> float | None:
        """Settle what has ended and start what may; return the seconds until the next look, None for no next look."""
        for job_id, running in list(self._running.items()):
            status = running.process.exit_status()
            if status is None:
                self._pass_on_what_is_asked(running)
                self._announce_progress(running)
            else:
                self._settle(running.job, status)
                self._let_go_of(job_id)
        if len(self._running) >= self._width and not self._table.is_shared:
            return POLL_OWN
        others_run = self._settle_orphans()
        while len(self._running) < self._width and self._start_next():
            pass
        if self._running:
            return POLL_OWN
        # Others, on other machines too, submit jobs without waking us where the database is shared.
        return POLL_OTHERS if others_run or self._table.is_shared or self._table.next_queued() else None

    def _pass_on_what_is_asked(self, running: _Running) -> None:
        """Stop a job that another server was asked to stop."""
        if self._heartbeat.stop_asked(running.job.id):
            self._folder(running.job.id).request_stop()

    def _fence(self) -> None:
        """Stop jobs that others may take for dead; on a thread that never waits for the database."""
        while not self._closing:
            for running in list(self._running.values()):
                self._stop_if_lost(running)
            time.sleep(POLL_OWN)

    def _stop_if_lost(self, running: _Running) -> None:
        if self._heartbeat.is_lost(running.job.id) and not running.is_lost:
            log.warning("Job %s is stopped: the database cannot be reached, or another server has it.", running.job.id)
            running.is_lost = True
            running.process.close_input()

    def _settle_orphans(self) -> bool:
        """Settle the running jobs whose process is dead; return whether other processes still run some."""
        if self._table.is_shared:
            if time.monotonic() - self._looked_at >= POLL_OTHERS:
                self._looked_at = time.monotonic()
                for job in self._table.abandoned(DEAD):
                    self._settle(job, None)
            return True
        running = self._table.page(limit=1000, states=[JobState.RUNNING])
        others = [job for job in running if job.id not in self._running]
        alive = [job for job in others if self._folder(job.id).is_locked]
        for job in others:
            if job not in alive:
                self._settle(job, None)
        return bool(alive)

    def _settle(self, job: Job, status: int | None) -> None:
        """Record how an attempt ended, from the child's last event and the exit status of its process."""
        try:
            self._announce(self._ended(job, self._folder(job.id), status))
        except (JobConflict, NotFound) as error:  # another process settled it first, or the history was erased
            log.info("Job %s had already ended: %s", job.id, error)

    def _ended(self, job: Job, folder: JobFolder, status: int | None) -> Job:
        last = folder.events.ending()
        if last and last.kind is EventKind.DONE:
            return self._table.succeed(job.id, last.data["result"], attempt=job.attempt)
        if folder.stop_requested or job.stop_asked:
            return self._table.cancel_running(job.id, attempt=job.attempt)
        if last and last.kind is EventKind.FAILED:
            return self._table.fail(job.id, last.data["error"], attempt=job.attempt)
        running = self._running.get(job.id)
        gone = CUT_OFF if running is not None and running.is_lost else SERVER_GONE
        why = gone if last or status is None else describe_exit(status)
        return self._table.fail(job.id, why, attempt=job.attempt)

    def _start_next(self) -> bool:
        """Start the job whose turn it is; return False if none waits or none may run.

        Its folder is locked before the job is claimed: a running job without a lock has lost its process. From the
        claim on the job may be asked to stop, so what an earlier attempt was asked is forgotten before.
        """
        due = self._table.next_queued()
        if due is None or (lock := self._folder(due.id).acquire_lock()) is None:
            return False
        try:
            self._folder(due.id).forget_stop()
            job = self._table.claim(due.id, self._width, self._owner)
            if job is not None:
                self._start(job, lock)
        finally:
            os.close(lock)
        return job is not None

    def _start(self, job: Job, lock: int) -> None:
        folder = self._folder(job.id)
        if self._table.is_shared:
            self._heartbeat.hold(job.id)
        try:
            spec = self._spec(job)
            folder.prepare(spec)
            self._announce(job)
            environment = {**environment_of(spec.cores), **self._environment}
            child = ChildProcess.start(self._program, folder, lock=lock, environment=environment)
            self._running[job.id] = _Running(job, child)
        except HwrError as error:
            self._announce(self._table.fail(job.id, str(error)))
        except OSError as error:
            self._announce(self._table.fail(job.id, f"The job's process cannot be started: {error.strerror}."))
        finally:
            if job.id not in self._running:
                self._heartbeat.drop(job.id)

    def _let_go_of(self, job_id: int) -> None:
        del self._running[job_id]
        self._heartbeat.drop(job_id)

    def _announce_progress(self, running: _Running) -> None:
        if time.monotonic() - running.announced_at < ANNOUNCE_EVERY:
            return
        running.announced_at = time.monotonic()
        progress = self._folder(running.job.id).events.progress()
        if progress != running.announced:
            running.announced = progress
            self._announce(running.job)

    def _stop_children(self) -> None:
        for running in self._running.values():
            running.process.close_input()
        for job_id, running in self._running.items():
            status = running.process.wait_or_kill(STOP_TIMEOUT)
            try:
                self._settle(running.job, status)
            except StoreError as error:  # the next runner on this folder settles it
                log.warning("Job %s could not be settled: %s", job_id, error)
        self._running.clear()

    def _folder(self, job_id: int) -> JobFolder:
        return JobFolder(self._root / str(job_id))
