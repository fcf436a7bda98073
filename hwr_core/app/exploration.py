"""Explore data: slices of the history and of data sets, images that are alike, and drift."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from hwr_core.app.drift import DriftCheck
from hwr_core.app.modelling import Modelling
from hwr_core.app.slices import KEPT, Shown
from hwr_core.datasets.request import Request
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import CORRECTIONS, load_images
from hwr_core.db.store import Store
from hwr_core.images.normalise import normalise_or_none
from hwr_core.images.surroundings import reduced
from hwr_core.images.types import Grey, OnProgress
from hwr_core.recognition.embedding import Embedder, in_two_dimensions, nearest
from hwr_core.recognition.served_model import ServedModel
from hwr_core.recognition.types import NONE, NOT_A_DIGIT
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.history import EVERYTHING, History
from hwr_core.records.predictions import PredictionRecord

CHUNK = 50
"""Images between two reports of progress."""

ORIGINAL_SIDE = 112
"""Pixels to which the images of a data set are reduced, to be looked at beside what the model sees of them."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An image and how similar it is: the cosine between the two images' inputs to the last layer, at most 1."""

    shown: Shown
    similarity: float


@dataclass(frozen=True, slots=True)
class ImageMap:
    """Images on a plane, those alike for the model near each other.

    `places` is float32 [n, 2], the place of each image. `share` of their variance, 0 to 1, can be seen on the plane.
    """

    shown: tuple[Shown, ...]
    places: NDArray[np.float32]
    share: float


class Exploration:
    """The data of one workspace, to look at. Safe to use from many threads."""

    def __init__(self, store: Store, history: History, modelling: Modelling, model: ServedModel) -> None:
        self._history = history
        self._modelling = modelling
        self._model = model
        self._embedder: Embedder | None = None
        self._loading = Lock()
        check = DriftCheck(store, model)
        self.can_compare_with = check.can_compare_with
        self.drift = check.drift

    def data_sets(self) -> list[str]:
        """Return the names of the data sets that are there; labelled predictions are explored in the history."""
        return [name for name, is_there in self._modelling.sources().items() if is_there and name != CORRECTIONS]

    def predictions(self, chosen: HistoryFilter = EVERYTHING, *, most: int) -> list[Shown]:
        """Return the newest stored predictions that a filter lets through. Raises what `History.page` raises."""
        page = self._history.page(chosen, limit=most)
        records = [*page.predictions]
        while len(records) < most and page.next is not None:  # a page has no more than the setting max_page
            page = self._history.page(chosen, limit=most - len(records), before=page.next)
            records += page.predictions
        return [_stored(each) for each in records]

    def some(self, prediction_ids: Sequence[int]) -> list[Shown]:
        """Return stored predictions as they are now, in this order, without those that exist no more."""
        return [_stored(each) for each in self._history.some(prediction_ids)]

    def prediction(self, number: int) -> Shown:
        """Return one stored prediction. Raises NotFound."""
        return _stored(self._history.get(number))

    def images(
        self, source: str, part: Part | None, *, most: int, on_progress: OnProgress = lambda _: None
    ) -> list[Shown]:
        """Return images of a data set, read by the served version: drawn at random, always the same ones.

        Args:
            source: the data set.
            part: of its split; None for all parts.
            most: the most images; those without ink are left out.
            on_progress: called with the share that is done.

        Raises:
            InvalidValue: there is no such data set.
            DatasetMissing: it is not there.
            ModelUnavailable: there is no usable model.
        """
        recogniser = self._model.reader().recogniser
        parts = [*Part] if part is None else [part]
        images = chain.from_iterable(
            load_images(source, self._modelling.places, Request(each, limit=most)) for each in parts
        )
        left = islice(images, most)
        found: list[Shown] = []
        taken = 0
        while chunk := list(islice(left, CHUNK)):
            seen = [(each, *sample) for sample in chunk if (each := normalise_or_none(sample[0])) is not None]
            for prediction, (_, image, label) in zip(recogniser.read([each for each, *_ in seen]), seen, strict=True):
                really = NONE if label == NOT_A_DIGIT else int(label)
                original = reduced(image, ORIGINAL_SIDE)
                found.append(Shown(source, len(found) + 1, prediction, really, original=original))
            taken += len(chunk)
            on_progress(min(1.0, taken / most))
        return found

    def neighbours(
        self, one: Shown, among: Sequence[Shown], *, most: int, on_progress: OnProgress = lambda _: None
    ) -> list[Neighbour]:
        """Return the images most similar to one, as the served version sees them, the most similar first.

        Raises:
            ModelUnavailable: there is no usable model.
        """
        others = [each for each in among if (each.source, each.number) != (one.source, one.number)]
        features = self._embed().features(_seen([one, *others]), on_progress)
        return [Neighbour(others[place], similarity) for place, similarity in nearest(features[0], features[1:], most)]

    def mapped(self, slice_: Sequence[Shown], on_progress: OnProgress = lambda _: None) -> ImageMap:
        """Return images as a map, as the served version sees them; what it computed for one before, it knows.

        Raises:
            ModelUnavailable: there is no usable model.
        """
        shown = tuple(each for each in slice_ if each.prediction.seen is not None)
        places, share = in_two_dimensions(self._embed().features(_seen(shown), on_progress))
        return ImageMap(shown, places, share)

    def _embed(self) -> Embedder:
        version = self._model.version()
        with self._loading:
            if self._embedder is None or self._embedder.version != version.name:
                self._embedder = Embedder(version)
            return self._embedder


def _stored(record: PredictionRecord) -> Shown:
    label = record.label
    really = None if label is None else NONE if label.digit is None else label.digit
    return Shown(KEPT, record.id, record.prediction, really, record.upload)


def _seen(slice_: Iterable[Shown]) -> list[Grey]:
    """What the model saw of each; every image of a slice has ink."""
    return [each.prediction.seen for each in slice_ if each.prediction.seen is not None]
