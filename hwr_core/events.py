"""Whoever wants to know what happens, as it happens, such as metrics, without hwr_core knowing what becomes of it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from hwr_core.jobs.events import Progress
from hwr_core.jobs.table import Job
from hwr_core.recognition.types import NumberPrediction, Prediction
from hwr_core.records.labels import Label
from hwr_core.records.predictions import PredictionRecord

log = logging.getLogger(__name__)


class Observer:
    """Is told of each event by the thread in which it happens, so it has to be quick. Each method may be left out."""

    def on_prediction(self, prediction: Prediction) -> None:
        """An image was read, whether or not the prediction is kept."""

    def on_number(self, number: NumberPrediction) -> None:
        """The numbers of an image or a document were read."""

    def on_kept(self, kept: PredictionRecord, waited: float) -> None:
        """A prediction has become durable, so many seconds after it was handed in."""

    def on_not_kept(self, error: BaseException) -> None:
        """A prediction that was handed in could not be kept."""

    def on_label(self, prediction_id: int, owner: int, label: Label | None) -> None:
        """People say something else of a prediction of `owner` than before; None: nobody says anything any more."""

    def on_served(self, version: str) -> None:
        """Another model version reads from now on."""

    def on_job(self, job: Job, progress: Progress) -> None:
        """A job has moved to another state, or has come on."""


class Observers:
    """Those who observe a workspace at present. Safe to use from many threads."""

    def __init__(self) -> None:
        self._present: tuple[Observer, ...] = ()  # exchanged whole, so that whoever tells them needs no lock
        self._changing = Lock()

    @contextmanager
    def joined_by(self, observer: Observer) -> Iterator[None]:
        """Tell an observer what happens in the meantime."""
        with self._changing:
            self._present = (*self._present, observer)
        try:
            yield
        finally:
            with self._changing:
                self._present = tuple(each for each in self._present if each is not observer)

    def tell(self, event: Callable[[Observer], None]) -> None:
        """Tell all of them; one that fails costs nobody a prediction."""
        for observer in self._present:
            try:
                event(observer)
            except Exception:
                log.exception("An observer failed.")
