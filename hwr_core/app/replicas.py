"""Replicas: servers that share one PostgreSQL database. What happens on one of them is heard on the others.

Only the feed of events hears what others did: it was counted, shadowed and so on where it happened.
"""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from hwr_core.auth.service import AuthService, CallersChanged
from hwr_core.db.engines import server_link
from hwr_core.db.store import MODELS, Store, Word
from hwr_core.errors import Conflict, HwrError
from hwr_core.events import Events
from hwr_core.jobs.queue import JobChanged, JobQueue
from hwr_core.recognition.served_model import ServedModel
from hwr_core.records.events import LabelChanged, PredictionStored
from hwr_core.records.predictions import rows_by_id
from hwr_core.registry.registry import Registry
from hwr_core.settings import Settings

log = logging.getLogger(__name__)

PREDICTIONS, LABELS, JOBS, CALLERS = "predictions", "labels", "jobs", "callers"

MISSED = 1000
"""Predictions that are told afterwards, at most, where the link was broken."""


class Replicas:
    """What one server knows of the others. Where the history is a DuckDB file there are none, and it leads.

    Safe to use from many threads.
    """

    def __init__(  # noqa: PLR0913, PLR0917  what it tells and is told of
        self,
        settings: Settings,
        store: Store,
        events: Events,
        registry: Registry,
        model: ServedModel,
        access: AuthService,
        jobs: JobQueue,
    ) -> None:
        self._link = server_link(settings)
        self._store = store
        self._events = events
        self._registry = registry
        self._model = model
        self._access = access
        self._jobs = jobs
        self._listening = ExitStack()
        self._own: deque[int] = deque(maxlen=MISSED)
        self._newest: int | None = None
        self.elsewhere = Events()
        """What happens on the other servers."""
        self._hearers: Mapping[str, Callable[[tuple[int, ...]], None]] = {
            MODELS: self._models_changed,
            CALLERS: lambda _: self._access.forget_callers(),
            PREDICTIONS: self._predictions_stored,
            LABELS: self._labels_changed,
            JOBS: self._jobs_changed,
        }

    @property
    def leads(self) -> bool:
        """Whether this server does what only one may do, such as telling the webhook."""
        return self._link is None or self._link.is_leading

    @property
    def is_cut_off(self) -> bool:
        """Whether there may be other servers which it does not hear at present."""
        return self._link is not None and not self._link.is_connected

    def start(self) -> None:
        """Join the others. Raises Conflict where one process has the database to itself."""
        if self._link is None:
            return
        if not self._link.join(self._hear, self._catch_up):
            raise Conflict(
                "Another process has this database to itself, such as `hwr migrate-store`. Wait until it has ended, or "
                "choose another database (HWR_DATABASE_URL)."
            )
        self._newest = self._find_newest()
        self._listening.enter_context(self._events.subscribed(self._tell))

    def close(self) -> None:
        """Leave the others. May be repeated."""
        self._listening.close()
        if self._link is not None:
            self._link.close()

    def _tell(self, event: object) -> None:
        """Pass on what happened here."""
        assert self._link is not None  # else nobody subscribes
        match event:
            case PredictionStored(record=record):
                self._own.append(record.id)
                self._newest = max(self._newest or 0, record.id)
                self._link.say(Word(PREDICTIONS, (record.id,)))
            case LabelChanged(prediction_id=prediction_id, owner=owner):
                self._link.say(Word(LABELS, (prediction_id, owner)))
            case JobChanged(job=job):
                self._link.say(Word(JOBS, (job.id,)))
            case CallersChanged():
                self._link.say(Word(CALLERS))

    def _hear(self, word: Word) -> None:
        """Do what has to be done here for what happened elsewhere."""
        hearer = self._hearers.get(word.kind)
        try:
            if hearer is not None:  # a newer server may say more
                hearer(word.ids)
        except HwrError as error:
            log.warning("Another server's %s could not be followed: %s", word.kind, error)
        except Exception:  # whatever it is: the next words are to be heard
            log.exception("Another server's %s could not be followed.", word.kind)

    def _models_changed(self, _: tuple[int, ...]) -> None:
        self._registry.pointers.refresh()
        self._model.refresh()

    def _predictions_stored(self, ids: tuple[int, ...]) -> None:
        self._newest = max((self._newest or 0, *ids))
        if self.elsewhere.is_heard:
            with self._store.session() as cursor:
                found = rows_by_id(cursor, ids)
            for record in reversed(found):
                self.elsewhere.publish(PredictionStored(record, 0.0))

    def _labels_changed(self, ids: tuple[int, ...]) -> None:
        prediction_id, owner = ids
        if self.elsewhere.is_heard:
            with self._store.session() as cursor:
                found = rows_by_id(cursor, [prediction_id])
            if found:
                self.elsewhere.publish(LabelChanged(prediction_id, owner, found[0].label))

    def _jobs_changed(self, ids: tuple[int, ...]) -> None:
        if self.elsewhere.is_heard:
            job = self._jobs.get(ids[0])
            self.elsewhere.publish(JobChanged(job, self._jobs.progress(job)))

    def _find_newest(self) -> int | None:
        try:
            with self._store.session() as cursor:
                [(newest,)] = cursor.execute("select coalesce(max(id), 0) from predictions").fetchall()
        except HwrError as error:
            log.warning("The newest prediction could not be found: %s", error)
            return None
        return int(newest)

    def _catch_up(self) -> None:
        """Follow what may have been missed while the link was broken."""
        log.info("The link to the other servers is back.")
        self._hear(Word(MODELS))
        self._hear(Word(CALLERS))
        if self._newest is None:  # the database was away from the start: all that there is was there before
            self._newest = self._find_newest()
            return
        try:
            with self._store.session() as cursor:
                rows = cursor.execute(
                    "select id from predictions where id > $1 order by id limit $2", [self._newest, MISSED]
                ).fetchall()
        except HwrError as error:
            log.warning("What other servers did meanwhile could not be read: %s", error)
            return
        if missed := tuple(number for (number,) in rows if number not in self._own):
            self._hear(Word(PREDICTIONS, missed))
