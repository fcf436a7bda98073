"""Retraining as a habit: when enough new verified labels are there, a challenger is trained, measured and shadows.

Off unless `HWR_RETRAIN_AFTER` says after how many. It begins with the served version and learns from all data that is
here, corrections included; it never promotes anything: Home says that a challenger waits.
"""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

from hwr_core.app.modelling import Modelling
from hwr_core.app.replicas import Replicas
from hwr_core.datasets.sources import CORRECTIONS, MADE
from hwr_core.db.store import Store
from hwr_core.errors import HwrError
from hwr_core.events import Events
from hwr_core.experiments.shadow import Shadow
from hwr_core.jobs.queue import JobChanged
from hwr_core.jobs.table import JobKind, JobState
from hwr_core.records.events import LabelChanged

log = logging.getLogger(__name__)

CONFIG = {"epochs": 3, "learning_rate": 5e-4}
"""A training that begins with a good version: short, in small steps."""

GATHER = 5.0
"""Seconds after a label in which further ones are awaited."""


class Retraining:
    """The policy of one workspace. Safe to use from many threads."""

    def __init__(  # noqa: PLR0913, PLR0917  what it looks at
        self,
        after: int | None,
        store: Store,
        modelling: Modelling,
        shadow: Shadow,
        events: Events,
        replicas: Replicas,
    ) -> None:
        """`after`: so many new verified labels start a training; None starts none. One of the replicas does it."""
        self._after = after
        self._store = store
        self._modelling = modelling
        self._shadow = shadow
        self._events = events
        self._replicas = replicas
        self._listening = ExitStack()
        self._wake, self._closed = Event(), Event()

    def start(self) -> None:
        """Follow labels and jobs from now on, where the policy is on."""
        if self._after is not None:
            for events in (self._events, self._replicas.elsewhere):
                self._listening.enter_context(events.subscribed(self._hear))
            Thread(target=self._watch, name="retraining", daemon=True).start()

    def close(self) -> None:
        """Stop following. May be repeated."""
        self._listening.close()
        self._closed.set()
        self._wake.set()

    def settle(self) -> None:
        """Train if it is time to; let the challenger of the last training of this policy shadow.

        Raises: what training, the shadow and the store raise.
        """
        labels, learned, job = self._state()
        if job is not None and not self._is_over(job):
            return
        if self._after is not None and labels - learned >= self._after:
            self._train(labels)

    def _train(self, labels: int) -> None:
        there = [name for name, is_there in self._modelling.sources().items() if is_there]
        if not set(there).difference(MADE, {CORRECTIONS}):
            log.warning("No data sets are here to retrain on: corrections alone would make the model forget the rest.")
            return
        start = self._modelling.registry.champion_name()
        job = self._modelling.train({**CONFIG, "sources": there, "start": start})
        with self._store.writing() as cursor:
            cursor.execute("delete from retraining")
            cursor.execute("insert into retraining values ($1, $2, $3)", [labels, job.id, datetime.now(UTC)])
        log.info("Job %d retrains %s on %d verified labels.", job.id, start, labels)

    def _is_over(self, job_id: int) -> bool:
        """Whether a training of this policy has ended; if it made the challenger, that shadows from now on."""
        job = self._modelling.jobs.get(job_id)
        if not job.state.is_finished:
            return False
        made = (job.result or {}).get("model_version")
        if job.state is JobState.SUCCEEDED and made and made == self._modelling.registry.challenger_name():
            shadowing = self._shadow.report()
            if shadowing is None or shadowing.setting.started_at < job.created_at:
                self._shadow.set(made)
                log.info("%s, retrained by job %d, is the challenger and shadows.", made, job.id)
        return True

    def _state(self) -> tuple[int, int, int | None]:
        """How many verified labels there are, how many there were at the last training, and its job."""
        with self._store.session() as cursor:
            [(labels,)] = cursor.execute("select count(*) from labels where verified").fetchall()
            rows: Sequence[Any] = cursor.execute("select labels, job from retraining").fetchall()
        return (labels, *rows[0]) if rows else (labels, 0, None)

    def _hear(self, event: object) -> None:
        if isinstance(event, LabelChanged) and event.label is not None and event.label.verified:
            self._wake.set()
        if isinstance(event, JobChanged) and event.job.kind is JobKind.TRAIN and event.job.state.is_finished:
            self._wake.set()

    def _watch(self) -> None:
        while not self._closed.is_set():
            self._wake.wait()
            self._closed.wait(GATHER)
            self._wake.clear()
            if self._closed.is_set():
                return
            try:
                if self._replicas.leads:
                    self.settle()
            except HwrError as error:
                log.warning("Retraining: %s", error)
