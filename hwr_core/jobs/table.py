"""The table of jobs: one row per job, and one method per change of state.

Each change names the state it starts from. If the row is in another state, some other process has changed it:
JobConflict.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, JobConflict, NotFound
from hwr_core.notes import Notes
from hwr_core.records.users import fits_bigint, get_active_user

NO_NOTES = Notes()
"""Of a job of which nothing is said."""


class JobKind(StrEnum):
    """What a job does."""

    TRAIN = "train"
    SCRIPTS = "scripts"
    TUNE = "tune"
    EVALUATE = "evaluate"


class JobState(StrEnum):
    """What a job is doing, or how it ended."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_finished(self) -> bool:
        """Whether the job has ended; it changes only if it is resumed."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Job:
    """Work for a child process: one row of the table of jobs. Times are UTC.

    `config` is the job's validated config as JSON. `result` is set once the job has succeeded, `error` (a sentence)
    once it has failed. `attempt` counts how often it was started. `owner` is the server that runs it or ran it last, by
    its machine and its process; `stop_asked` says whether that was asked to stop it by way of the table.
    """

    id: int
    kind: JobKind
    state: JobState
    user_id: int
    config: Mapping[str, Any]
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempt: int = 0
    result: Mapping[str, Any] | None = None
    error: str | None = None
    notes: Notes = NO_NOTES
    owner: str | None = None
    stop_asked: bool = False

    @property
    def key(self) -> str:
        """Its number and time: another history has a job of this number too, and may share a place with this one."""
        return f"{self.id}-{self.created_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"

    @property
    def can_be_resumed(self) -> bool:
        """Whether it can continue from its last checkpoint."""
        return self.state in (JobState.FAILED, JobState.CANCELLED)


MAX_PAGE = 1000

_COLUMNS = (
    "id, kind, state, user_id, config, created_at, started_at, finished_at, attempt, result, error, notes, owner, "
    "stop_asked"
)


class Jobs:
    """The jobs of one store. Safe to use from many threads and processes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_shared = store.is_shared
        """Whether servers on several machines may run these jobs."""

    def add(self, kind: JobKind, config: Mapping[str, Any], user_id: int) -> Job:
        """Add a queued job. Raises UserNotFound and UserInactive."""
        with self._store.writing() as cursor:
            get_active_user(cursor, user_id)
            row = cursor.execute(
                f"""
                insert into jobs (id, kind, state, user_id, config, created_at, attempt)
                values (nextval('job_ids'), $1, $2, $3, $4, $5, 0)
                returning {_COLUMNS}
                """,  # noqa: S608  column names of our own
                [kind.value, JobState.QUEUED.value, user_id, json.dumps(dict(config)), datetime.now(UTC)],
            ).fetchone()
        assert row is not None  # an insert without a condition returns its row
        return _job_from_row(row)

    def get(self, job_id: int) -> Job:
        """Return one job. Raises NotFound."""
        with self._store.session() as cursor:
            return _get(cursor, job_id)

    def page(
        self,
        *,
        limit: int = 100,
        before: int | None = None,
        states: Sequence[JobState] = (),
        kind: JobKind | None = None,
    ) -> list[Job]:
        """Return the newest jobs, or those older than the job `before`; only these states and this kind, if given."""
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidValue(f"limit is {limit}; 1 to {MAX_PAGE} is allowed.")
        with self._store.session() as cursor:
            rows = cursor.execute(
                f"""
                select {_COLUMNS}
                from jobs
                where ($1::bigint is null or id < $1)
                    and (cardinality($2::text[]) = 0 or state in (select unnest($2::text[])))
                    and ($3::text is null or kind = $3)
                order by id desc
                limit $4
                """,  # noqa: S608  as above
                [before, [state.value for state in states], kind and kind.value, limit],
            ).fetchall()
        return [_job_from_row(row) for row in rows]

    def describe(self, job_id: int, notes: Notes) -> Job:
        """Replace what people say of a job. Raises NotFound."""
        with self._store.writing() as cursor:
            _get(cursor, job_id)
            cursor.execute("update jobs set notes = $2 where id = $1", [job_id, notes.model_dump_json()])
            return _get(cursor, job_id)

    def counts(self, *, patience: float | None = None) -> dict[JobState, int]:
        """Return the number of jobs in each state, waiting for the database as `Store.session` does."""
        with self._store.session(patience=patience) as cursor:
            found = dict(cursor.execute("select state, count(*) from jobs group by state").fetchall())
        return {state: found.get(state.value, 0) for state in JobState}

    def next_queued(self) -> Job | None:
        """Return the job whose turn it is, None if no job is queued."""
        with self._store.session() as cursor:
            row = cursor.execute(
                f"select {_COLUMNS} from jobs where state = '{JobState.QUEUED}' order by id limit 1"  # noqa: S608  as above
            ).fetchone()
        return None if row is None else _job_from_row(row)

    def claim(self, job_id: int, width: int, owner: str = "") -> Job | None:
        """Move a queued job to running; None if another process was quicker or `width` jobs run already.

        `owner` is the server that will run it, as `new_owner` names it: only jobs of its own machine count for `width`.
        """
        with self._store.writing() as cursor:
            row = cursor.execute(
                f"""
                update jobs
                set state = '{JobState.RUNNING}', started_at = $3, finished_at = null, attempt = attempt + 1,
                    error = null, result = null, owner = $4, heartbeat_at = now(), stop_asked = false
                where id = $1 and state = '{JobState.QUEUED}'
                    and (
                        select count(*) from jobs
                        where state = '{JobState.RUNNING}' and split_part(coalesce(owner, $4), ':', 1) = $5
                    ) < $2
                returning {_COLUMNS}
                """,  # noqa: S608  as above
                [job_id, width, datetime.now(UTC), owner, owner.partition(":")[0]],
            ).fetchone()
        return None if row is None else _job_from_row(row)

    def beat(self, owner: str, job_ids: Sequence[int]) -> dict[int, bool]:
        """Note that a server lives which runs these jobs; return those that are still its own, and which are to stop.

        The time is the database's: machines need not agree on it. Only rows of this server are changed, so it does not
        wait until it is its turn to write.
        """
        with self._store.session() as cursor:
            rows = cursor.execute(
                f"""
                update jobs
                set heartbeat_at = now()
                where owner = $1 and state = '{JobState.RUNNING}' and id in (select unnest($2::bigint[]))
                returning id, stop_asked
                """,  # noqa: S608  as above
                [owner, [*job_ids]],
            ).fetchall()
        return {job_id: bool(stop_asked) for job_id, stop_asked in rows}

    def abandoned(self, seconds: float) -> list[Job]:
        """Return the running jobs of whose server nothing was heard for so long."""
        with self._store.session() as cursor:
            rows = cursor.execute(
                f"""
                select {_COLUMNS} from jobs
                where state = '{JobState.RUNNING}'
                    and extract(epoch from now() - coalesce(heartbeat_at, started_at)) > $1
                order by id
                """,  # noqa: S608  as above
                [seconds],
            ).fetchall()
        return [_job_from_row(row) for row in rows]

    def ask_to_stop(self, job_id: int) -> None:
        """Ask the server that runs a job to stop it; it looks every few seconds."""
        with self._store.writing() as cursor:
            cursor.execute(
                f"update jobs set stop_asked = true where id = $1 and state = '{JobState.RUNNING}'",  # noqa: S608
                [job_id],
            )

    def succeed(self, job_id: int, result: Mapping[str, Any], *, attempt: int | None = None) -> Job:
        """Move a running job to succeeded. Raises NotFound and JobConflict, also where another attempt runs."""
        return self._finish(
            job_id, JobState.RUNNING, JobState.SUCCEEDED, result=json.dumps(dict(result)), attempt=attempt
        )

    def fail(self, job_id: int, error: str, *, attempt: int | None = None) -> Job:
        """Move a running job to failed. Raises what `succeed` raises."""
        return self._finish(job_id, JobState.RUNNING, JobState.FAILED, error=error, attempt=attempt)

    def cancel_running(self, job_id: int, *, attempt: int | None = None) -> Job:
        """Move a running job that was asked to stop to cancelled. Raises what `succeed` raises."""
        return self._finish(job_id, JobState.RUNNING, JobState.CANCELLED, attempt=attempt)

    def cancel_queued(self, job_id: int) -> Job:
        """Move a queued job to cancelled. Raises NotFound and JobConflict."""
        return self._finish(job_id, JobState.QUEUED, JobState.CANCELLED)

    def requeue(self, job_id: int) -> Job:
        """Move a failed or cancelled job back to queued. Raises NotFound and JobConflict."""
        with self._store.writing() as cursor:
            job = _get(cursor, job_id)
            if not job.can_be_resumed:
                raise JobConflict(f"Job {job_id} is {job.state}; only a failed or cancelled job can be resumed.")
            return _move(cursor, job_id, job.state, JobState.QUEUED, None, None, None)

    def _finish(  # noqa: PLR0913  each is one column
        self,
        job_id: int,
        old: JobState,
        new: JobState,
        *,
        result: str | None = None,
        error: str | None = None,
        attempt: int | None = None,
    ) -> Job:
        with self._store.writing() as cursor:
            if attempt is not None and _get(cursor, job_id).attempt != attempt:
                raise JobConflict(f"Attempt {attempt} at job {job_id} was given up: another one has begun.")
            return _move(cursor, job_id, old, new, datetime.now(UTC), result, error)


def _move(  # noqa: PLR0913, PLR0917  each is one column
    cursor: Cursor,
    job_id: int,
    old: JobState,
    new: JobState,
    finished_at: datetime | None,
    result: str | None,
    error: str | None,
) -> Job:
    _get(cursor, job_id)
    row = cursor.execute(
        f"""
        update jobs
        set state = $3, finished_at = $4, result = $5, error = $6
        where id = $1 and state = $2
        returning {_COLUMNS}
        """,  # noqa: S608  as above
        [job_id, old.value, new.value, finished_at, result, error],
    ).fetchone()
    if row is None:
        raise JobConflict(f"Job {job_id} is {_get(cursor, job_id).state}, not {old}; it cannot become {new}.")
    return _job_from_row(row)


def _get(cursor: Cursor, job_id: int) -> Job:
    row = None
    if fits_bigint(job_id):
        row = cursor.execute(f"select {_COLUMNS} from jobs where id = $1", [job_id]).fetchone()  # noqa: S608
    if row is None:
        raise NotFound(f"There is no job {job_id}.")
    return _job_from_row(row)


def _job_from_row(row: tuple[Any, ...]) -> Job:
    job_id, kind, state, user_id, config, created_at, started_at, finished_at, attempt, result, error, *others = row
    notes, owner, stop_asked = others
    return Job(
        id=job_id,
        kind=JobKind(kind),
        state=JobState(state),
        user_id=user_id,
        config=json.loads(config),
        created_at=created_at.astimezone(UTC),
        started_at=started_at and started_at.astimezone(UTC),
        finished_at=finished_at and finished_at.astimezone(UTC),
        attempt=attempt,
        result=result and json.loads(result),
        error=error,
        notes=Notes.model_validate_json(notes) if notes else NO_NOTES,
        owner=owner or None,
        stop_asked=bool(stop_asked),
    )
