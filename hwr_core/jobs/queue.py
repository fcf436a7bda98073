"""The queue of jobs, as everyone else uses it: submit, look, cancel, resume. `runner.py` does the running."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwr_core.errors import JobConflict, NotFound
from hwr_core.events import Events
from hwr_core.jobs.events import Progress
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.runner import JobRunner, MakeSpec
from hwr_core.jobs.shared import SharedJobs
from hwr_core.jobs.table import Job, JobKind, Jobs, JobState
from hwr_core.notes import notes_of
from hwr_core.records.users import DEFAULT_USER

NOTHING_MORE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job has changed its state or made progress."""

    job: Job
    progress: Progress


class JobQueue:
    """The jobs of one data folder, run by this process once it is started. Safe to use from many threads."""

    def __init__(  # noqa: PLR0913  most by name
        self,
        table: Jobs,
        root: Path,
        *,
        program: str,
        width: int,
        spec: MakeSpec,
        events: Events,
        environment: Mapping[str, str] = NOTHING_MORE,
        shared: SharedJobs | None = None,
    ) -> None:
        """Make a queue.

        Args:
            table: where jobs and their states are stored.
            root: holds a folder for each job.
            program: the module that a child process runs; it gets the job's folder as its argument.
            width: how many jobs may run at once.
            spec: makes what the child process needs to know of a job.
            events: where JobChanged is published.
            environment: variables that child processes have beside ours.
            shared: where other servers find what jobs have printed, and this one what theirs have.
        """
        self._table = table
        self._root = root
        self._events = events
        self._shared = shared
        self._runner = JobRunner(
            table, root, program=program, width=width, spec=spec, announce=self._announce, environment=environment
        )

    def folder(self, job_id: int) -> JobFolder:
        """Return the folder of a job; what another server has stored of one that has ended is fetched first."""
        folder = JobFolder(self._root / str(job_id))
        if self._shared is not None and not folder.is_of_this_machine:
            with suppress(NotFound):
                job = self._table.get(job_id)
                if job.state.is_finished:
                    self._shared.fetch(job, folder)
        return folder

    def submit(self, kind: JobKind, config: Mapping[str, Any], user_id: int = DEFAULT_USER) -> Job:
        """Add a job to the end of the queue. Raises UserNotFound, UserInactive and StoreError."""
        self._root.mkdir(parents=True, exist_ok=True)
        return self._moved(self._table.add(kind, config, user_id))

    def get(self, job_id: int) -> Job:
        """Return a job. Raises NotFound."""
        return self._table.get(job_id)

    def page(self, **asked: Any) -> list[Job]:
        """Return the newest jobs first; takes what `Jobs.page` takes."""
        return self._table.page(**asked)

    def counts(self, *, patience: float | None = None) -> dict[JobState, int]:
        """Return the number of jobs in each state; waits so many seconds for the database. Raises StoreError."""
        return self._table.counts(patience=patience)

    def progress(self, job: Job) -> Progress:
        """Return how far a job has come."""
        if job.state is JobState.SUCCEEDED:
            return Progress(share=1.0)
        if job.state is JobState.QUEUED:
            return Progress(doing="Waiting for its turn")
        found = self.folder(job.id).events.progress()
        return found if job.state is JobState.RUNNING else Progress(share=found.share)

    def describe(self, job_id: int, title: str = "", tags: tuple[str, ...] = (), text: str = "") -> Job:
        """Replace what people say of a job. Raises NotFound, InvalidValue and StoreError."""
        return self._announce(self._table.describe(job_id, notes_of(title, tags, text)))

    def cancel(self, job_id: int) -> Job:
        """Cancel a job: at once if it is queued; a running one stops within seconds and keeps its checkpoints.

        Raises:
            NotFound: there is no such job.
            JobConflict: it has already ended.
        """
        job = self._table.get(job_id)
        if job.state is JobState.QUEUED:
            try:
                return self._moved(self._table.cancel_queued(job_id))
            except JobConflict:  # it was started at this very moment
                job = self._table.get(job_id)
        if job.state.is_finished:
            raise JobConflict(f"Job {job_id} has ended ({job.state}); only a queued or running job can be cancelled.")
        self.folder(job_id).request_stop()
        if self._table.is_shared:  # whoever runs it may be on another machine
            self._table.ask_to_stop(job_id)
        self._runner.wake()
        return job

    def resume(self, job_id: int) -> Job:
        """Put a failed or cancelled job back into the queue; it continues from its last checkpoint.

        Raises:
            NotFound: there is no such job.
            JobConflict: it has neither failed nor been cancelled.
        """
        return self._moved(self._table.requeue(job_id))

    def start(self) -> None:
        """Run jobs from now on, in the background; those that a dead process left running are settled first."""
        self._runner.start()

    def close(self) -> None:
        """Stop the running child processes; their jobs have failed and can be resumed. May be repeated."""
        self._runner.close()

    def _moved(self, job: Job) -> Job:
        self._announce(job)
        self._runner.wake()
        return job

    def _announce(self, job: Job) -> Job:
        """Publish that a job has changed its state or made progress, and return it."""
        if self._shared is not None and job.state.is_finished:
            self._shared.send(job, JobFolder(self._root / str(job.id)))
        self._events.publish(JobChanged(job, self.progress(job)))
        return job
