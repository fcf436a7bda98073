"""Experiments: started, looked at, stopped; and what stops them by itself."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from hwr_core.db.store import Store
from hwr_core.errors import Conflict, HwrError, InvalidValue
from hwr_core.experiments.outcomes import outcomes_of, outcomes_since
from hwr_core.experiments.plan import ExperimentPlan, plan
from hwr_core.experiments.report import ExperimentReport, report
from hwr_core.experiments.routing import Routing
from hwr_core.experiments.shares import adapted
from hwr_core.experiments.table import Experiments, confirm_arms, smallest_of
from hwr_core.experiments.types import Arm, Experiment, ExperimentState, Metric, NewExperiment
from hwr_core.recognition.served_model import ServedModel
from hwr_core.records.users import DEFAULT_USER
from hwr_core.registry.registry import Registry

log = logging.getLogger(__name__)

LOOK = 30.0
"""Seconds between two looks at a running experiment."""

REMEMBERED = timedelta(days=30)
"""The time by whose predictions an experiment is planned."""

USUAL_VARIANCE = {
    Metric.ACCURACY: 0.95 * 0.05,
    Metric.CORRECTIONS: 0.03 * 0.97,
    Metric.REFUSALS: 0.02 * 0.98,
    Metric.LATENCY: 0.003**2,
}
"""Of one outcome, where too few users have any: 5 % are wrong, 3 % corrected, 2 % refused; and 3 ms."""

LONGEST_REASON = 500


class ExperimentService:
    """The experiments of one workspace. Safe to use from many threads."""

    def __init__(self, store: Store, registry: Registry, served: ServedModel, routing: Routing) -> None:
        self._store = store
        self._table = Experiments(store)
        self._registry = registry
        self._served = served
        self._routing = routing
        self._closed = Event()
        self.all = self._table.all
        self.get = self._table.get

    def start(self, new: NewExperiment, user_id: int = DEFAULT_USER) -> Experiment:
        """Start an experiment, owned by a user. From now on each user is served by the version of one arm.

        Raises:
            InvalidValue: its name, arms, end or smallest difference is not allowed.
            NotFound: there is no such version.
            ModelUnavailable: a version is damaged.
            Conflict: another experiment is running, or a version is retired.
            StoreError: the database cannot be written at present.
        """
        confirm_arms(new.arms)
        for arm in new.arms:
            if self._registry.get(arm.version).is_retired:
                raise Conflict(f"{arm.version} is retired. Restore it first.")
            self._routing.load(arm.version)
        experiment = self._table.add(new, user_id=user_id)
        self._routing.refresh()
        log.info("Experiment %d, %r, has started.", experiment.id, experiment.name)
        return experiment

    def stop(self, experiment_id: int, reason: str = "") -> Experiment:
        """Stop an experiment: everybody is read by the served version again. Raises NotFound, Conflict, StoreError."""
        if len(reason) > LONGEST_REASON or not reason.isprintable():
            raise InvalidValue(f"The reason may have up to {LONGEST_REASON} printable characters.")
        return self._finish(experiment_id, ExperimentState.STOPPED, reason.strip())

    def report(self, experiment_id: int) -> ExperimentReport:
        """Return an experiment with what its arms have shown so far. Raises NotFound and StoreError."""
        experiment = self.get(experiment_id)
        with self._store.session() as cursor:
            return report(experiment, outcomes_of(cursor, experiment.id))

    def plan(
        self, arms: tuple[Arm, ...], metric: Metric = Metric.ACCURACY, smallest: float | None = None
    ) -> ExperimentPlan:
        """Return how many predictions an experiment would need, by those of the served version in the last 30 days.

        Raises InvalidValue, ModelUnavailable and StoreError.
        """
        confirm_arms(arms)
        since = datetime.now(UTC) - REMEMBERED
        with self._store.session() as cursor:
            found = outcomes_since(cursor, self._served.version().name, since)
        mean, total = found.mean(metric), float(found.of(metric)[1].sum())
        variance = USUAL_VARIANCE[metric] if mean is None else mean.variance * total
        return plan(arms, variance, smallest_of(metric, smallest), total / REMEMBERED.days)

    def settle(self) -> None:
        """Look at the running experiment: end it where it is decided or harms users, and adapt its shares.

        Raises StoreError.
        """
        running = self._table.running()
        if running is None:
            return
        with self._store.session() as cursor:
            outcomes = outcomes_of(cursor, running.id)
        found = report(running, outcomes)
        if (harm := found.harm) is not None:
            self._finish(running.id, ExperimentState.STOPPED, harm)
        elif found.is_decided:
            self._finish(running.id, ExperimentState.DECIDED, found.verdict)
        elif running.adaptive:
            self._table.set_shares(running.id, adapted(running, outcomes))
            self._routing.refresh()

    def watch(self, leads: Callable[[], bool]) -> None:
        """Settle again and again in the background from now on, while an experiment runs and this server leads."""
        self._routing.refresh(wait=False)
        Thread(target=self._watch, args=(leads,), name="experiments", daemon=True).start()

    def close(self) -> None:
        """Stop watching. May be repeated."""
        self._closed.set()

    def _watch(self, leads: Callable[[], bool]) -> None:
        while not self._closed.wait(LOOK):
            if self._routing.running is None or not leads():  # an idle server leaves the database alone
                continue
            try:
                self.settle()
            except HwrError as error:
                log.warning("The experiment could not be looked at: %s", error)

    def _finish(self, experiment_id: int, state: ExperimentState, reason: str) -> Experiment:
        experiment = self._table.finish(experiment_id, state, reason)
        self._routing.refresh()
        log.info("Experiment %d, %r, is %s. %s", experiment.id, experiment.name, state, reason)
        return experiment
