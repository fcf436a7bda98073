"""Predict many image files at once and store the predictions: one outcome for each file, in the order sent."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TypeAlias

from hwr_core.app.limits import limits_of
from hwr_core.app.predict import confirm_user, upload_of
from hwr_core.db.store import Store
from hwr_core.errors import Conflict, HwrError, InvalidValue
from hwr_core.events import Events
from hwr_core.experiments.routing import Routing
from hwr_core.images.types import OnProgress
from hwr_core.images.zip_files import files_of
from hwr_core.recognition.events import PredictionMade
from hwr_core.recognition.types import Assignment, Prediction
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source
from hwr_core.records.recorder import Recorder
from hwr_core.records.sent import Sent
from hwr_core.records.users import DEFAULT_USER
from hwr_core.scripts.script import WESTERN
from hwr_core.settings import Settings

NamedFile: TypeAlias = tuple[str, bytes]
"""A file's name and content."""


@dataclass(frozen=True, slots=True)
class FilePrediction:
    """The outcome for one file of a batch.

    Either a `prediction`, and its record `kept` once it is in the history, or the `error` that says why there is none.
    """

    file_name: str
    prediction: Prediction | None = None
    kept: PredictionRecord | None = None
    error: HwrError | None = None

    @property
    def has_ink(self) -> bool:
        """Whether there is something to store."""
        return self.prediction is not None and self.prediction.seen is not None


class PredictBatch:
    """The use cases of many files. Safe to use from many threads."""

    def __init__(self, settings: Settings, store: Store, routing: Routing, recorder: Recorder, events: Events) -> None:
        self._settings = settings
        self._store = store
        self._routing = routing
        self._recorder = recorder
        self._events = events

    def read_all(
        self,
        files: Sequence[NamedFile],
        *,
        user_id: int | None = None,
        enhancement_level: float = 1.0,
        script: str = WESTERN,
        unit: str | None = None,
    ) -> list[FilePrediction]:
        """Read many files on all cores, results in order, without storing anything; a bad file fails alone.

        Takes, but for the files, what `PredictImage.read` takes.

        Raises:
            InvalidValue: more files than one batch may hold, `enhancement_level` is outside 0 to 3, or the served
                version does not read the script.
            ModelUnavailable: there is no usable model.
        """
        most = self._settings.max_batch_files
        if len(files) > most:
            raise InvalidValue(f"The batch has {len(files)} files; at most {most} are allowed.")
        reader, assignment = self._routing.reader(user_id, unit, script)
        outcomes = reader.read_all([content for _, content in files], enhancement_level, script)
        return [self._outcome(name, outcome, assignment) for (name, _), outcome in zip(files, outcomes, strict=True)]

    def keep_all(  # noqa: PLR0913  all but two by name
        self,
        predictions: Sequence[FilePrediction],
        files: Sequence[NamedFile],
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        enhancement_level: float = 1.0,
        sent: Sent | None = None,
    ) -> list[FilePrediction]:
        """Store what `read_all` made of these files; what has no ink or an error stays as it is.

        `sent` is what the program that sends them says of all. What its idempotency key has stored before, for the file
        in the same place, comes back as it was stored, and another file there than then has a Conflict as its error.

        Raises:
            UserNotFound: there is no such user.
            UserInactive: the user is deactivated.
            StoreError: the history cannot be written at present.
        """
        confirm_user(self._store, user_id)
        given = sent or Sent()

        def new() -> Iterator[NewPrediction]:
            for place, (each, (_, content)) in enumerate(zip(predictions, files, strict=True)):
                if each.has_ink:
                    assert each.prediction is not None  # as has_ink says
                    yield NewPrediction(
                        user_id,
                        source,
                        each.prediction,
                        each.file_name,
                        enhancement_level,
                        upload_of(content, self._settings),
                        given.created_at,
                        given.once(content, f"file {place}"),
                    )

        stored = iter(self._recorder.store_all(new()))
        return [_kept(each, next(stored)) if each.has_ink else each for each in predictions]

    def unpack(self, archive: bytes, *, on_progress: OnProgress = lambda _: None) -> list[NamedFile]:
        """Return the files of a ZIP archive for a batch: no more, and no larger together, than a batch may be.

        `on_progress` is called with the share that is done; an error that it raises stops the unpacking.

        Raises:
            InvalidValue: it is no ZIP, is empty, too large or encrypted, or has an entry that leads out of it.
        """
        settings = self._settings
        return files_of(
            archive,
            limits_of(settings),
            max_files=settings.max_batch_files,
            max_bytes=settings.max_request_bytes,
            on_progress=on_progress,
        )

    def _outcome(self, name: str, outcome: Prediction | HwrError, assignment: Assignment | None) -> FilePrediction:
        if isinstance(outcome, HwrError):
            return FilePrediction(name, error=outcome)
        prediction = replace(outcome, assignment=assignment)
        self._events.publish(PredictionMade(prediction))
        return FilePrediction(name, prediction=prediction)


def _kept(read: FilePrediction, stored: Future[PredictionRecord]) -> FilePrediction:
    """The outcome for a file once it is stored, or is found to have been stored before."""
    try:
        record = stored.result()
    except Conflict as error:
        return FilePrediction(read.file_name, error=error)
    return replace(read, kept=record, prediction=record.prediction)
