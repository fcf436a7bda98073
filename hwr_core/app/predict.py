"""Predict one image and store the prediction: from the image file to its row in the history."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import Any

from hwr_core.db.store import Store
from hwr_core.events import Events
from hwr_core.experiments.routing import Routing
from hwr_core.recognition.events import PredictionMade
from hwr_core.recognition.pipeline import Explanation
from hwr_core.recognition.threads import Threads
from hwr_core.recognition.types import Assignment, Prediction
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source
from hwr_core.records.recorder import Recorder
from hwr_core.records.sent import Sent
from hwr_core.records.uploads import Upload
from hwr_core.records.users import DEFAULT_USER, get_active_user
from hwr_core.scripts.script import WESTERN
from hwr_core.settings import Settings

LOOKUPS = 4
"""Threads that may wait for the database on behalf of blank images."""


class PredictImage:
    """The use cases of one image. Safe to use from many threads."""

    def __init__(self, settings: Settings, store: Store, routing: Routing, recorder: Recorder, events: Events) -> None:
        self._settings = settings
        self._store = store
        self._routing = routing
        self._recorder = recorder
        self._events = events
        self._lookups = Threads(LOOKUPS, thread_name_prefix="lookups")

    def read(
        self,
        image: bytes,
        *,
        user_id: int | None = None,
        enhancement_level: float = 1.0,
        script: str = WESTERN,
        unit: str | None = None,
    ) -> Prediction:
        """Read one image file without storing anything.

        Args:
            image: the file.
            user_id: the user whose arm of a running experiment reads it; outside of any experiment if not given.
            enhancement_level: 0 to 3, how hard to clean it.
            script: the script to read it in, or AUTO for whichever it shows.
            unit: whom an experiment counts as one in place of the user, such as a device.

        Raises:
            ImageError: the bytes cannot be read as an image within the limits.
            InvalidValue: `enhancement_level` is outside 0 to 3, or the served version does not read the script.
            ModelUnavailable: there is no usable model.
        """
        reader, assignment = self._routing.reader(user_id, unit, script)
        return self._made(reader.read(image, enhancement_level, script), assignment)

    def explain(self, image: bytes, *, enhancement_level: float = 1.0, script: str = WESTERN) -> Explanation:
        """Read one image file and explain the prediction: all preprocessing stages, and which pixels matter.

        Takes and raises: what `read` takes and raises.
        """
        reader, _ = self._routing.reader(None, None, script)
        return reader.explain(image, enhancement_level, script)

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
        """Store a prediction in the history; when this returns, it is durable.

        Args:
            prediction: what the model said.
            user_id: the user it belongs to.
            source: where the image came from.
            file_name: the image file's, as sent.
            enhancement_level: what it was read with.
            image: the image file, stored by its content for the days that the settings say.

        Raises:
            InvalidValue: the image has no ink.
            UserNotFound: there is no such user.
            UserInactive: the user is deactivated.
            StoreError: the history cannot be written at present.
        """
        upload = upload_of(image, self._settings)
        new = NewPrediction(user_id, source, prediction, file_name, enhancement_level, upload)
        return self._recorder.store(new).result()

    def read_and_keep(  # noqa: PLR0913  all but one by name
        self,
        image: bytes,
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
        script: str = WESTERN,
        unit: str | None = None,
    ) -> Prediction | PredictionRecord:
        """Read one image file and store the prediction; one without ink is not stored and comes back as it is.

        Raises: what `read` and `keep` raise.
        """
        return self.start_read_and_keep(
            image,
            user_id=user_id,
            source=source,
            file_name=file_name,
            enhancement_level=enhancement_level,
            script=script,
            unit=unit,
        ).result()

    def start_read_and_keep(  # noqa: PLR0913  all but one by name
        self,
        image: bytes,
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
        script: str = WESTERN,
        unit: str | None = None,
        sent: Sent | None = None,
    ) -> Future[Prediction | PredictionRecord]:
        """Start `read_and_keep` and return at once, so that no thread of a server has to wait for it.

        `sent` is what the program that sends the image says of it. With an idempotency key that has stored a prediction
        before, that one comes back, marked as repeated; with another image than then the outcome is a Conflict.
        """
        sent = sent or Sent()
        outcome: Future[Prediction | PredictionRecord] = Future()
        reader, assignment = self._routing.reader(user_id, unit, script)

        def store(begun: Future[Prediction]) -> None:
            if not outcome.set_running_or_notify_cancel():
                return
            with _failing(outcome):
                prediction = self._made(begun.result(), assignment)
                stored: Future[Any]
                if prediction.seen is None:
                    # On another thread: while the database is busy, this one should go on.
                    stored = self._lookups.submit(self._confirmed, prediction, user_id)
                else:
                    upload = upload_of(image, self._settings)
                    new = NewPrediction(
                        user_id,
                        source,
                        prediction,
                        file_name,
                        enhancement_level,
                        upload,
                        sent.created_at,
                        sent.once(image),
                    )
                    stored = self._recorder.store(new)
                stored.add_done_callback(partial(_settle, outcome))

        begun = reader.start(image, enhancement_level, script)
        outcome.add_done_callback(lambda settled: settled.cancelled() and begun.cancel())
        context = copy_context()  # what it logs names the request
        begun.add_done_callback(lambda done: context.run(store, done))
        return outcome

    def close(self) -> None:
        """Wait for those who wait for the database. May be repeated."""
        self._lookups.shutdown()

    def _made(self, prediction: Prediction, assignment: Assignment | None) -> Prediction:
        prediction = replace(prediction, assignment=assignment)
        self._events.publish(PredictionMade(prediction))
        return prediction

    def _confirmed(self, prediction: Prediction, user_id: int) -> Prediction:
        confirm_user(self._store, user_id)
        return prediction


def upload_of(image: bytes | None, settings: Settings) -> Upload | None:
    """Return the image file to store beside a prediction; None where the settings keep none."""
    return Upload.of(image) if image is not None and settings.keep_uploads_days else None


def confirm_user(store: Store, user_id: int) -> None:
    """Raise UserNotFound or UserInactive for a user who cannot add to the history."""
    with store.session() as cursor:
        get_active_user(cursor, user_id)


@contextmanager
def _failing(outcome: Future[Any]) -> Iterator[None]:
    """Make an error of the block the outcome's, for whoever waits for it."""
    try:
        yield
    except BaseException as error:  # noqa: BLE001  theirs to judge
        outcome.set_exception(error)


def _settle(outcome: Future[Any], done: Future[Any]) -> None:
    """Give the outcome what has become of the last step."""
    if error := done.exception():
        outcome.set_exception(error)
    else:
        outcome.set_result(done.result())
