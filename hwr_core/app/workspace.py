"""The one door of hwr_core: opens store, registry and recogniser, and holds the use cases that front rooms call."""

import atexit
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self, TypeAlias

from hwr_core.analytics.queries import Analytics
from hwr_core.app.batch import FilePrediction
from hwr_core.app.event_feed import EventKind, Listener
from hwr_core.app.exploration import Exploration
from hwr_core.app.modelling import Modelling
from hwr_core.app.overview import Overview, Storage, overview, storage
from hwr_core.app.server_lock import SoleServer
from hwr_core.auth.service import AuthService
from hwr_core.db.store import Store
from hwr_core.errors import HwrError, ImageError, InvalidValue, StoreError
from hwr_core.events import Observer, Observers
from hwr_core.images.decode import Limits
from hwr_core.images.types import Box, OnProgress
from hwr_core.images.zip_files import files_of
from hwr_core.recognition.pipeline import Explanation, Reader
from hwr_core.recognition.served_model import ServedModel
from hwr_core.recognition.threads import Threads
from hwr_core.recognition.types import NumberPrediction, Prediction
from hwr_core.records.exports import Exports
from hwr_core.records.feedback import FeedbackLog
from hwr_core.records.history import History
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source
from hwr_core.records.recorder import Recorder
from hwr_core.records.retention import Pruned, Retention, prune
from hwr_core.records.uploads import Upload, Uploads
from hwr_core.records.users import DEFAULT_USER, Users, get_active_user
from hwr_core.registry.registry import ModelVersion, Registry
from hwr_core.review.queue import ReviewQueue
from hwr_core.review.service import COMPARED, ReviewService
from hwr_core.settings import Settings, load_settings

LOOKUPS = 4
"""Threads that may wait for the database on behalf of images without ink."""

NamedFile: TypeAlias = tuple[str, bytes]
"""A file's name and content."""


@dataclass(frozen=True, slots=True)
class Health:
    """What works at present; each problem is a sentence that a stranger may read."""

    model: ModelVersion | None
    database_connected: bool
    problems: tuple[str, ...]


class Workspace:
    """Settings, store, registry and recogniser of one data folder. Safe to use from many threads.

    Opening one touches no file: the database is opened and the model loaded when first needed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.registry = Registry(settings.models_dir)
        self._observers = Observers()
        self.store = Store(
            settings.database,
            busy_timeout=settings.store_busy_timeout,
            idle_release=settings.store_idle_release,
        )
        self._uploads = Uploads(settings.uploads)
        self.users = Users(self.store, self._uploads)
        self.access = AuthService(settings, self.store, self.users)
        self.history = History(self.store, self._uploads, max_page=settings.max_page)
        self.feedback = FeedbackLog(self.store, self._observers)
        self.analytics = Analytics(self.store)
        self.exports = Exports(self.store)
        self.review = ReviewService(
            ReviewQueue(self.store, max_page=settings.max_page),
            self.history,
            self.registry,
            compared=min(COMPARED, settings.max_page),
        )
        self._recorder = Recorder(self.store, self._uploads, self._observers)
        self._lookups = Threads(LOOKUPS, thread_name_prefix="lookups")
        self._model = ServedModel(self.registry, _limits(settings), self._observers)
        self.modelling = Modelling(settings, self.store, self.users, self.registry, self._observers)
        self.exploration = Exploration(self.store, self.history, self.modelling, self._model)
        self._sole_server = SoleServer(settings.data_dir)
        self.closed = False

    def read(self, image: bytes, *, enhancement_level: float = 1.0) -> Prediction:
        """Read one image file without keeping anything.

        Raises:
            ImageError: the bytes cannot be read as an image within the limits.
            InvalidValue: `enhancement_level` is outside 0 to 3.
            ModelUnavailable: there is no usable model.
        """
        return self._told(self._reader().read(image, enhancement_level))

    def read_number(
        self,
        document: bytes,
        *,
        enhancement_level: float = 1.0,
        boxes: Sequence[Box] | None = None,
        on_progress: OnProgress = lambda _: None,
    ) -> NumberPrediction:
        """Read all digits of an image, or of each page of a TIFF or PDF, without keeping anything.

        `boxes` (left, top, width, height) say where the digits stand on the only page; they are looked for when not
        given. `on_progress` hears of the share that is done; what it raises stops the prediction.

        Raises:
            ImageError: the bytes cannot be read as an image or a document within the limits.
            InvalidValue: `enhancement_level` is outside 0 to 3, or boxes are given for more than one page.
            ModelUnavailable: there is no usable model.
        """
        found = self._reader().read_number(document, enhancement_level, boxes=boxes, on_progress=on_progress)
        self._observers.tell(lambda observer: observer.on_number(found))
        return found

    def explain(self, image: bytes, *, enhancement_level: float = 1.0) -> Explanation:
        """Read one image file and say why it was read so: its way to the 28x28, and what in that matters.

        Raises: what `read` raises.
        """
        return self._reader().explain(image, enhancement_level)

    def keep(  # noqa: PLR0913  all but one by name
        self,
        prediction: Prediction,
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
        image: bytes | None = None,
    ) -> PredictionRecord:
        """Enter a prediction into the history; when this returns, it is durable.

        Args:
            reading: what was read.
            user_id: whose prediction it is.
            source: the door the image came in by.
            file_name: the image file's, as sent.
            enhancement_level: what it was read with.
            image: the image file, kept by its content for the days that the settings say.

        Raises:
            UserNotFound: there is no such user.
            UserInactive: the user is deactivated.
            StoreError: the history cannot be written at present.
        """
        new = NewPrediction(user_id, source, prediction, file_name, enhancement_level, self._upload(image))
        return self._recorder.keep(new).result()

    def read_and_keep(
        self,
        image: bytes,
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
    ) -> Prediction | PredictionRecord:
        """Read one image file and keep the prediction; one without ink is not kept and comes back as it is.

        Raises: what `read` and `keep` raise.
        """
        return self.start_read_and_keep(
            image, user_id=user_id, source=source, file_name=file_name, enhancement_level=enhancement_level
        ).result()

    def start_read_and_keep(
        self,
        image: bytes,
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
    ) -> Future[Prediction | PredictionRecord]:
        """Start `read_and_keep` and return at once, so that a server's thread need not wait for it."""
        outcome: Future[Prediction | PredictionRecord] = Future()
        reader = self._reader()

        def read_then_keep() -> None:
            if not outcome.set_running_or_notify_cancel():
                return
            with _failing(outcome):
                prediction = self._told(reader.read(image, enhancement_level))
                if prediction.seen is None:
                    # Elsewhere: a database that is held must not keep this core from reading.
                    self._lookups.submit(confirm, prediction)
                else:
                    new = NewPrediction(user_id, source, prediction, file_name, enhancement_level, self._upload(image))
                    self._recorder.keep(new).add_done_callback(lambda kept: _pass_on(kept, outcome))

        def confirm(prediction: Prediction) -> None:
            with _failing(outcome):
                self.confirm_user(user_id)
                outcome.set_result(prediction)

        reader.recogniser.start(read_then_keep)
        return outcome

    def read_all(self, files: Sequence[NamedFile], *, enhancement_level: float = 1.0) -> list[FilePrediction]:
        """Read many files on all cores, results in order, without keeping anything; a bad file fails alone.

        Raises:
            InvalidValue: more files than one batch may hold, or `enhancement_level` is outside 0 to 3.
            ModelUnavailable: there is no usable model.
        """
        if len(files) > self.settings.max_batch_files:
            raise InvalidValue(
                f"The batch has {len(files)} files; at most {self.settings.max_batch_files} are allowed."
            )
        outcomes = self._reader().read_all([content for _, content in files], enhancement_level)
        found = [_file_prediction(name, outcome) for (name, _), outcome in zip(files, outcomes, strict=True)]
        for each in found:
            if each.prediction is not None:
                self._told(each.prediction)
        return found

    def unpack(self, archive: bytes, *, on_progress: OnProgress = lambda _: None) -> list[NamedFile]:
        """Return the files of a ZIP archive for a batch: no more, and no larger together, than a batch may be.

        `on_progress` hears of the share that is done; what it raises stops the unpacking.

        Raises:
            InvalidValue: it is no ZIP, is empty, too large or encrypted, or has an entry that leads out of it.
        """
        settings = self.settings
        return files_of(
            archive,
            _limits(settings),
            max_files=settings.max_batch_files,
            max_bytes=settings.max_request_bytes,
            on_progress=on_progress,
        )

    def keep_all(
        self,
        predictions: Sequence[FilePrediction],
        files: Sequence[NamedFile],
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        enhancement_level: float = 1.0,
    ) -> list[FilePrediction]:
        """Enter what `read_all` found in these files into the history; what has no ink or an error stays as it is.

        Raises:
            UserNotFound: there is no such user.
            UserInactive: the user is deactivated.
            StoreError: the history cannot be written at present.
        """
        self.confirm_user(user_id)
        found = [(each, each.prediction, content) for each, (_, content) in zip(predictions, files, strict=True)]
        waiting = iter(
            self._recorder.keep_all(
                NewPrediction(user_id, source, prediction, each.file_name, enhancement_level, self._upload(content))
                for each, prediction, content in found
                if prediction is not None and prediction.seen is not None
            )
        )
        return [
            replace(each, kept=next(waiting).result())
            if prediction is not None and prediction.seen is not None
            else each
            for each, prediction, _ in found
        ]

    def confirm_user(self, user_id: int) -> None:
        """Raise UserNotFound or UserInactive for a user who cannot add to the history."""
        with self.store.session() as cursor:
            get_active_user(cursor, user_id)

    def prune(
        self,
        *,
        dry_run: bool = False,
        predictions_older_than: int | None = None,
        uploads_older_than: int | None = None,
    ) -> Pruned:
        """Take away the predictions and image files past their time, which is the settings' unless given, in days.

        Raises:
            InvalidValue: a number of days is negative.
            StoreError: the history cannot be written at present.
        """
        settings = self.settings
        retention = Retention(
            settings.keep_predictions_days if predictions_older_than is None else predictions_older_than,
            settings.keep_uploads_days if uploads_older_than is None else uploads_older_than,
        )
        return prune(self.store, self._uploads, retention, dry_run=dry_run)

    def start(self) -> None:
        """Do from now on what a server does in the background: run jobs, and take up promotions at once.

        Raises:
            Conflict: another process serves this data folder.
        """
        self._sole_server.take()
        self.modelling.jobs.start()
        self._model.watch()

    def served_model(self) -> ModelVersion:
        """Return the model version that reads, loading it if need be.

        Raises:
            ModelUnavailable: there is none.
        """
        return self._model.get()[0]

    def health(self) -> Health:
        """Say what works, by trying it."""
        problems = []
        model = None
        try:
            model = self.served_model()
        except HwrError as error:
            problems.append(str(error))
        if self._model.problem:
            problems.append(self._model.problem)
        try:
            self.users.get(DEFAULT_USER)
        except StoreError as error:
            return Health(model, database_connected=False, problems=(*problems, str(error)))
        return Health(model, database_connected=True, problems=tuple(problems))

    def overview(self, *, timezone: str = "UTC") -> Overview:
        """Say how everything stands: today against the usual, and what wants a person's attention.

        Raises:
            InvalidValue: there is no such time zone.
            StoreError: the history cannot be read at present.
        """
        return overview(self.settings, self.store, self.history, self.modelling, timezone)

    def storage(self) -> Storage:
        """Say how much room everything takes up, in bytes."""
        return storage(self.settings)

    def observed_by(self, observer: Observer) -> AbstractContextManager[None]:
        """Tell an observer, as long as the context lasts, of each prediction that this process makes or keeps."""
        return self._observers.joined_by(observer)

    @contextmanager
    def listening(
        self,
        wake: Callable[[], object],
        *,
        kinds: Collection[EventKind] = tuple(EventKind),
        user_id: int | None = None,
    ) -> Iterator[Listener]:
        """Collect what happens in this process as long as the context lasts.

        Args:
            wake: called, by any thread, when there is something to take; it has to be quick.
            kinds: what to collect.
            user_id: whose predictions, and what is said of them; None for everything, jobs and model versions included.
        """
        listener = Listener(wake, kinds, user_id)
        with self._observers.joined_by(listener):
            yield listener

    @property
    def waiting(self) -> int:
        """How many predictions wait for their turn to be written, about."""
        return self._recorder.waiting

    def _told(self, prediction: Prediction) -> Prediction:
        """Return a prediction that has just been made, once the observers know of it."""
        self._observers.tell(lambda observer: observer.on_prediction(prediction))
        return prediction

    def _upload(self, image: bytes | None) -> Upload | None:
        return Upload.of(image) if image is not None and self.settings.keep_uploads_days else None

    def _reader(self) -> Reader:
        return self._model.get()[1]

    def close(self) -> None:
        """Write what is waiting and let go of the database."""
        self.closed = True
        self.modelling.jobs.close()
        self._lookups.shutdown()
        self._recorder.close()
        self.store.close()
        self._model.close()
        self.review.close()
        self._sole_server.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_open: dict[tuple[Path, Path], Workspace] = {}
_opening = Lock()


def open_workspace(settings: Settings | None = None) -> Workspace:
    """Return this process's workspace for the folders of the settings, opening it the first time.

    API, dashboard and notebook cells in one process meet in one workspace, since one process holds the database once.
    """
    settings = settings or load_settings()
    place = settings.data_dir, settings.models_dir
    with _opening:
        if place not in _open or _open[place].closed:
            _open[place] = Workspace(settings)
            atexit.register(_open[place].close)  # a notebook or a script seldom closes what it opened
        return _open[place]


def _limits(settings: Settings) -> Limits:
    return Limits(settings.max_image_bytes, settings.max_image_pixels, settings.max_document_pages)


@contextmanager
def _failing(outcome: Future[Any]) -> Iterator[None]:
    """Give whoever waits for the outcome what goes wrong here."""
    try:
        yield
    except BaseException as error:  # noqa: BLE001  theirs to judge
        outcome.set_exception(error)


def _pass_on(kept: Future[PredictionRecord], outcome: Future[Prediction | PredictionRecord]) -> None:
    if error := kept.exception():
        outcome.set_exception(error)
    else:
        outcome.set_result(kept.result())


def _file_prediction(name: str, outcome: Prediction | ImageError) -> FilePrediction:
    if isinstance(outcome, ImageError):
        return FilePrediction(name, error=outcome)
    return FilePrediction(name, prediction=outcome)
