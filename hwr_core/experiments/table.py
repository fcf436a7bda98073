"""The table of experiments: what was asked for, and what became of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from hwr_core.db.store import Store
from hwr_core.errors import Conflict, InvalidValue, NotFound
from hwr_core.experiments.types import SMALLEST, Arm, Experiment, ExperimentState, Metric, NewExperiment
from hwr_core.records.forms import checked_name
from hwr_core.records.users import get_active_user

MOST_ARMS = 4
LONGEST = timedelta(days=366)
"""From now to the end of an experiment, at most."""

MOST_OVER = 1e-6
"""By how much shares may add up to more than 1: they are binary fractions."""

_COLUMNS = "id, created_at, user_id, name, arms, ends_at, metric, smallest, adaptive, state, finished_at, reason"


class Experiments:
    """The stored experiments. Safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, new: NewExperiment, *, user_id: int) -> Experiment:
        """Store an experiment that runs from now on; when this returns, it is durable.

        Raises:
            InvalidValue: its name, arms, end or smallest difference is not allowed.
            Conflict: another one is running.
            UserNotFound, UserInactive: the user cannot add anything.
            StoreError: the database cannot be written at present.
        """
        now = datetime.now(UTC)
        experiment = _checked(new, user_id, now)
        with self._store.writing() as cursor:
            get_active_user(cursor, user_id)
            if running := [each for each in _rows(cursor, now) if each.is_running]:
                raise Conflict(f"Experiment {running[0].id}, {running[0].name!r}, is running. Stop it first.")
            [(new_id,)] = cursor.execute("select nextval('experiment_ids')").fetchall()
            cursor.execute(
                f"insert into experiments ({_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, null, '')",  # noqa: S608  ours
                [
                    new_id,
                    now,
                    user_id,
                    experiment.name,
                    _as_json(experiment.arms),
                    experiment.ends_at,
                    experiment.metric.value,
                    experiment.smallest,
                    experiment.adaptive,
                    ExperimentState.RUNNING.value,
                ],
            )
        return self.get(new_id)

    def all(self) -> list[Experiment]:
        """Return all experiments, newest first. Raises StoreError."""
        with self._store.session() as cursor:
            return _rows(cursor, datetime.now(UTC))

    def running(self, *, patience: float | None = None) -> Experiment | None:
        """Return the experiment that is running, after waiting for the database at most `patience` seconds, if given.

        Raises StoreError.
        """
        with self._store.session(patience=patience) as cursor:
            return next((each for each in _rows(cursor, datetime.now(UTC)) if each.is_running), None)

    def get(self, experiment_id: int) -> Experiment:
        """Return one experiment. Raises NotFound and StoreError."""
        found = [each for each in self.all() if each.id == experiment_id]
        if not found:
            raise NotFound(f"There is no experiment {experiment_id}.")
        return found[0]

    def finish(self, experiment_id: int, state: ExperimentState, reason: str) -> Experiment:
        """End an experiment. Raises NotFound, StoreError, and Conflict for one that has ended."""
        with self._store.writing() as cursor:
            if not self.get(experiment_id).is_running:
                raise Conflict(f"Experiment {experiment_id} has ended already.")
            cursor.execute(
                "update experiments set state = $2, finished_at = $3, reason = $4 where id = $1",
                [experiment_id, state.value, datetime.now(UTC), reason],
            )
        return self.get(experiment_id)

    def set_shares(self, experiment_id: int, arms: Sequence[Arm]) -> None:
        """Change the shares of an experiment's arms. Raises StoreError."""
        with self._store.writing() as cursor:
            cursor.execute("update experiments set arms = $2 where id = $1", [experiment_id, _as_json(arms)])


def _checked(new: NewExperiment, user_id: int, now: datetime) -> Experiment:
    """The experiment with nothing left open. Raises InvalidValue."""
    smallest = smallest_of(new.metric, new.smallest)
    confirm_arms(new.arms)
    if new.ends_at.tzinfo is None:
        raise InvalidValue("The end of an experiment needs an offset from UTC, such as 2026-12-31T12:00:00+00:00.")
    if not now < new.ends_at <= now + LONGEST:
        raise InvalidValue(f"The experiment ends at {new.ends_at.isoformat()}; from now to one year ahead is allowed.")
    name = checked_name(new.name, "The experiment")
    return Experiment(
        0, now, user_id, name, new.arms, new.ends_at, new.metric, smallest, new.adaptive, ExperimentState.RUNNING
    )


def smallest_of(metric: Metric, smallest: float | None) -> float:
    """Return the smallest difference that matters, by default the metric's. Raises InvalidValue."""
    smallest = SMALLEST[metric] if smallest is None else smallest
    if not 0 < smallest < 1:
        raise InvalidValue(f"The smallest difference is {smallest}; above 0 and below 1 is allowed.")
    return smallest


def confirm_arms(arms: Sequence[Arm]) -> None:
    """Raise InvalidValue for arms that no experiment can have."""
    if not 2 <= len(arms) <= MOST_ARMS:
        raise InvalidValue(f"The experiment has {len(arms)} arms; 2 to {MOST_ARMS} are allowed.")
    if len({arm.version for arm in arms}) < len(arms):
        raise InvalidValue("Two arms have the same model version; each needs one of its own.")
    for arm in arms:
        if not 0 < arm.share < 1:
            raise InvalidValue(f"The share of {arm.version} is {arm.share}; above 0 and below 1 is allowed.")
    if (total := sum(arm.share for arm in arms)) > 1 + MOST_OVER:
        raise InvalidValue(f"The shares of the arms add up to {total:.3g}; at most 1 is allowed.")


def _rows(cursor: Any, now: datetime) -> list[Experiment]:
    rows = cursor.execute(f"select {_COLUMNS} from experiments order by id desc").fetchall()  # noqa: S608  ours
    return [_experiment(row, now) for row in rows]


def _experiment(row: Sequence[Any], now: datetime) -> Experiment:
    new_id, created_at, user_id, name, arms, ends_at, metric, smallest, adaptive, state, finished_at, reason = row
    if state == ExperimentState.RUNNING and ends_at <= now:
        state, finished_at, reason = ExperimentState.ENDED, ends_at, "Its time was over."
    return Experiment(
        new_id,
        created_at.astimezone(UTC),
        user_id,
        name,
        tuple(Arm(**each) for each in json.loads(arms)),
        ends_at.astimezone(UTC),
        Metric(metric),
        smallest,
        adaptive,
        ExperimentState(state),
        finished_at and finished_at.astimezone(UTC),
        reason,
    )


def _as_json(arms: Sequence[Arm]) -> str:
    return json.dumps([asdict(arm) for arm in arms])
