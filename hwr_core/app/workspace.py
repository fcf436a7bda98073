"""The facade of hwr_core: the services and use cases of one data folder, opened and closed together."""

import atexit
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from hwr_core.analytics.queries import Analytics
from hwr_core.app.alerts import Alerts
from hwr_core.app.batch import PredictBatch
from hwr_core.app.drift import DriftCheck
from hwr_core.app.event_feed import EventFeed
from hwr_core.app.examples import Examples
from hwr_core.app.exploration import Exploration
from hwr_core.app.forms.reading import ReadForms
from hwr_core.app.housekeeping import Housekeeping
from hwr_core.app.limits import limits_of, workers_of
from hwr_core.app.modelling import Modelling
from hwr_core.app.numbers import PredictNumbers
from hwr_core.app.predict import PredictImage
from hwr_core.app.replicas import Replicas
from hwr_core.app.retraining import Retraining
from hwr_core.app.server_lock import SoleServer
from hwr_core.app.status import Status
from hwr_core.auth.service import AuthService
from hwr_core.db.engines import open_store
from hwr_core.errors import HwrError
from hwr_core.evaluation.stored_pointers import open_registry
from hwr_core.events import Events
from hwr_core.experiments.routing import Routing
from hwr_core.experiments.service import ExperimentService
from hwr_core.experiments.shadow import Shadow
from hwr_core.experiments.shadow_table import ShadowTable
from hwr_core.experiments.table import Experiments
from hwr_core.recognition.served_model import ServedModel
from hwr_core.recognition.workers.pool import Workers
from hwr_core.records.exports import Exports
from hwr_core.records.feedback import FeedbackLog
from hwr_core.records.forms import Forms
from hwr_core.records.history import History
from hwr_core.records.numbers import Numbers
from hwr_core.records.recorder import Recorder
from hwr_core.records.uploads import Uploads
from hwr_core.records.users import Users
from hwr_core.review.number_queue import NumberQueue
from hwr_core.review.queue import ReviewQueue
from hwr_core.review.service import COMPARED, ReviewService
from hwr_core.settings import Settings, load_settings


class Workspace:
    """The services and use cases of one data folder. Safe to use from many threads.

    Opening one touches no file: the database is opened and the model loaded when first needed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.closed = False
        self.events = Events()
        self._listening = ExitStack()
        self.store = open_store(settings)
        self.registry = open_registry(settings, self.store)
        self._uploads = Uploads.of(settings)
        self._recorder = Recorder(self.store, self._uploads, self.events)
        self._sole_server = SoleServer(settings)
        self._open_services(settings)
        self._open_use_cases(settings)

    def _open_services(self, settings: Settings) -> None:
        most = settings.max_page
        self.users = Users(self.store, self._uploads)
        self.access = AuthService(settings, self.store, self.users, events=self.events)
        self.history = History(self.store, self._uploads, max_page=most)
        self.feedback = FeedbackLog(self.store, self.events)
        self.numbers = Numbers(self.store, self._uploads, max_page=most)
        self.forms = Forms(self.store)
        self.exports = Exports(self.store)
        self.number_review = NumberQueue(self.store, self.numbers, max_page=most)
        queue = ReviewQueue(self.store, max_page=most)
        self.review = ReviewService(queue, self.history, self.registry, compared=min(COMPARED, most))
        limits = limits_of(settings)
        self._workers = Workers(workers_of(settings), limits)
        self.model = ServedModel(self.registry, limits, self.events, workers=self._workers)
        self.analytics = Analytics(self.store, DriftCheck(self.store, self.model).changes)
        self._routing = Routing(Experiments(self.store), self.registry, self.model, limits, workers=self._workers)
        self.experiments = ExperimentService(self.store, self.registry, self.model, self._routing)
        self.shadow = Shadow(ShadowTable(self.store), self.registry)
        self.modelling = Modelling(settings, self.store, self.users, self.registry, self.events)
        self.replicas = Replicas(
            settings, self.store, self.events, self.registry, self.model, self.access, self.modelling.jobs
        )
        self.retraining = Retraining(
            settings.retrain_after, self.store, self.modelling, self.shadow, self.events, self.replicas
        )
        self.alerts = Alerts(settings.webhook, self.store, self.analytics, self.replicas)
        self.examples = Examples(self.users, self.feedback, self._recorder, self.model)
        self.exploration = Exploration(self.store, self.history, self.modelling, self.model)

    def _open_use_cases(self, settings: Settings) -> None:
        """Make each use case callable by its name; what it does and raises is said where it is defined."""
        self._predict = PredictImage(settings, self.store, self._routing, self._recorder, self.events)
        self.read = self._predict.read
        self.explain = self._predict.explain
        self.keep = self._predict.keep
        self.read_and_keep = self._predict.read_and_keep
        self.start_read_and_keep = self._predict.start_read_and_keep

        batch = PredictBatch(settings, self.store, self._routing, self._recorder, self.events)
        self.read_all = batch.read_all
        self.keep_all = batch.keep_all
        self.unpack = batch.unpack

        self._predict_numbers = PredictNumbers(settings, self.store, self.model, self.numbers, self.events)
        self.read_number = self._predict_numbers.read_number
        self.keep_number = self._predict_numbers.keep_number
        self.read_and_keep_number = self._predict_numbers.read_and_keep_number
        self.start_read_and_keep_number = self._predict_numbers.start_read_and_keep_number
        self._read_forms = ReadForms(settings, self.store, self.model, self.forms, self.numbers, self.events)
        self.add_form = self._read_forms.add_form
        self.read_forms = self._read_forms.read_forms
        self.start_read_forms = self._read_forms.start_read_forms
        self.served_model = self.model.version
        self.serving = self._routing.serving
        self.listening = EventFeed(self.events, self.replicas.elsewhere).listening

        status = Status(
            settings,
            self.store,
            self._uploads,
            self.history,
            self.model,
            self.modelling,
            self.experiments,
            self.access,
            self.replicas,
            self.analytics,
        )
        self.health = status.health
        self.overview = status.overview
        self.scripts = status.scripts

        housekeeping = Housekeeping(settings, self.store, self._uploads)
        self.storage = housekeeping.storage
        self.prune = housekeeping.prune
        self.tidy_up = housekeeping.tidy_up

    @property
    def waiting(self) -> int:
        """How many predictions wait for their turn to be written, about."""
        return self._recorder.waiting

    def start(self) -> None:
        """Do from now on what a server does in the background: run jobs, and take up promotions at once.

        Raises:
            Conflict: another process serves this data folder.
        """
        self._sole_server.share()
        self.replicas.start()
        self._start_workers()
        self.tidy_up()
        self.modelling.jobs.start()
        self.model.watch()
        self.experiments.watch(lambda: self.replicas.leads)
        self._listening.enter_context(self.events.subscribed(self.shadow.hear))
        self.shadow.watch()
        self.retraining.start()
        self.alerts.start()

    def _start_workers(self) -> None:
        try:
            served = str(self.registry.champion().folder)
        except HwrError:
            served = ""  # they load one as soon as there is one
        self._workers.start(served)

    def close(self) -> None:
        """Write what is waiting and let go of the database. May be repeated."""
        self.closed = True
        self.retraining.close()
        self.alerts.close()
        self.experiments.close()
        self.shadow.close()
        self._listening.close()
        self.modelling.jobs.close()
        self._predict.close()
        self._predict_numbers.close()
        self._read_forms.close()
        self._workers.close()
        self._recorder.close()
        self.replicas.close()
        self.store.close()
        self._routing.close()
        self.model.close()
        self.review.close()
        self._sole_server.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_open: dict[tuple[Path, Path, SecretStr | None, str | None], Workspace] = {}
_opening = Lock()


def open_workspace(settings: Settings | None = None) -> Workspace:
    """Return this process's workspace for the places that the settings name, opening it the first time.

    API, dashboard and notebook cells in one process share one workspace, since a process opens the database once.
    """
    settings = settings or load_settings()
    place = settings.data_dir, settings.models_dir, settings.database_url, settings.storage_url
    with _opening:
        if place not in _open or _open[place].closed:
            _open[place] = Workspace(settings)
            atexit.register(_open[place].close)  # a notebook or a script seldom closes what it opened
        return _open[place]
