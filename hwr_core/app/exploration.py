"""Looking at data: slices of the history and of data sets as read images, images that are alike, and drift."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import chain, islice
from threading import Lock
from typing import Literal, TypeAlias

from hwr_core.analytics.samples import NamedDigits, named_digits, sample_inputs
from hwr_core.app.modelling import Modelling
from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.request import Request
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import CORRECTIONS, SOURCES, load_images
from hwr_core.db.store import Store
from hwr_core.evaluation.drift import EDGES, Drift, Feature, Inputs, compare, describe
from hwr_core.images.types import Grey, OnProgress
from hwr_core.recognition.embedding import Embedder, nearest
from hwr_core.recognition.served_model import ServedModel
from hwr_core.recognition.types import NONE, NOT_A_DIGIT, Prediction
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.history import EVERYTHING, History
from hwr_core.records.predictions import PredictionRecord
from hwr_core.registry.card import ModelCard

KEPT = "kept"
"""The source of what lies in the history."""

CHUNK = 50
"""After so many images it is told how many are done."""

SAMPLED = 4_000
"""So many predictions of a period tell what its images are like: chance moves the index by 0.005 at most."""

Digit: TypeAlias = int | Literal["none"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One image of a slice, as the model reads it.

    `really` is what it shows, None while nobody has said. `number` is the kept prediction's, or the image's place in its
    slice of a data set, from 1.
    """

    source: str
    number: int
    prediction: Prediction
    really: Digit | None

    @property
    def read(self) -> Digit:
        """What it was read as."""
        return NONE if self.prediction.digit is None else self.prediction.digit

    @property
    def is_mistake(self) -> bool:
        """Whether it is known to be something else than it was read as."""
        return self.really is not None and self.really != self.read


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An image and how alike it is: the cosine between what the last layer is given for both, at most 1."""

    shown: Shown
    similarity: float


class Against(StrEnum):
    """What recent predictions are compared with."""

    TRAINING = "training"
    """The validation images of the version that reads, where its card says what they are like."""
    EARLIER = "earlier"
    """All earlier predictions of the history."""


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Whether recent predictions are like the usual, and how right they are.

    `named.confidence` is the accuracy to be expected without a label: calibrated confidences are right on average
    ("average confidence", against which Garg et al., 2022, "Leveraging unlabeled data to predict out-of-distribution
    performance", measure their ATC). It holds as far as the calibration holds, so it says too much of images that are
    very different. `named.accuracy` is what people say.
    """

    against: Against
    drift: Drift
    named: NamedDigits
    recent: int
    """All recent predictions, of which `drift` may look at a sample."""
    reference: int
    """All images that they are compared with."""
    model_changed: bool
    """Whether other versions read the earlier predictions than the recent ones, which by itself moves confidences."""

    @property
    def verdict(self) -> str:
        """The answer in plain words."""
        return self.drift.verdict("the training data" if self.against is Against.TRAINING else "before")


class Exploration:
    """The data of one workspace, to look at. Safe to use from many threads."""

    def __init__(self, store: Store, history: History, modelling: Modelling, served: ServedModel) -> None:
        self._store = store
        self._history = history
        self._modelling = modelling
        self._served = served
        self._embedder: Embedder | None = None
        self._loading = Lock()

    def data_sets(self) -> list[str]:
        """Return the names of the data sets that are there; labelled predictions are looked at in the history."""
        return [name for name, is_there in self._modelling.sources().items() if is_there and name != CORRECTIONS]

    def predictions(self, chosen: HistoryFilter = EVERYTHING, *, most: int) -> list[Shown]:
        """Return the newest kept predictions that a filter lets through. Raises what `History.page` raises."""
        return [_kept(each) for each in self._history.page(chosen, limit=most).predictions]

    def prediction(self, number: int) -> Shown:
        """Return one kept prediction. Raises NotFound."""
        return _kept(self._history.get(number))

    def images(
        self, source: str, part: Part | None, *, most: int, on_progress: OnProgress = lambda _: None
    ) -> list[Shown]:
        """Return images of a data set, read by the served version: chosen by chance, always the same ones.

        Args:
            source: the data set.
            part: of its split; None for all parts.
            most: so many at most; those without ink are left out.
            on_progress: hears of the share that is done.

        Raises:
            InvalidValue: there is no such data set.
            DatasetMissing: it is not there.
            ModelUnavailable: there is no usable model.
        """
        recogniser = self._served.get()[1].recogniser
        parts = [*Part] if part is None else [part]
        images = chain.from_iterable(
            load_images(source, self._modelling.places, Request(each, limit=most)) for each in parts
        )
        left = islice(images, most)
        found: list[Shown] = []
        taken = 0
        while chunk := list(islice(left, CHUNK)):
            samples = normalised_samples(chunk)
            for prediction, label in zip(recogniser.read(list(samples.images)), samples.labels.tolist(), strict=True):
                found.append(Shown(source, len(found) + 1, prediction, NONE if label == NOT_A_DIGIT else label))
            taken += len(chunk)
            on_progress(min(1.0, taken / most))
        return found

    def neighbours(
        self, one: Shown, among: Sequence[Shown], *, most: int, on_progress: OnProgress = lambda _: None
    ) -> list[Neighbour]:
        """Return the images most like one, the most alike first, as the served version sees likeness.

        Raises:
            ModelUnavailable: there is no usable model.
        """
        others = [each for each in among if (each.source, each.number) != (one.source, one.number)]
        embedder = self._embed()
        features = embedder.features(_seen([one, *others]), on_progress)
        return [Neighbour(others[place], similarity) for place, similarity in nearest(features[0], features[1:], most)]

    def can_compare_with(self) -> list[Against]:
        """Return what recent predictions can be compared with, the best first. Raises ModelUnavailable."""
        known = inputs_of(self._served.get()[0].card)
        return [Against.EARLIER] if known is None else [Against.TRAINING, Against.EARLIER]

    def drift(self, recent: timedelta, against: Against, *, now: datetime | None = None) -> DriftReport:
        """Say whether the predictions of the time just past are like the usual.

        Against the training data only those of the served version count; without a card that tells of its data,
        earlier predictions take its place.

        Raises:
            ModelUnavailable: there is no usable model.
            StoreError: the history cannot be read at present.
        """
        since = (now or datetime.now(UTC)) - recent
        version = self._served.get()[0]
        trained = inputs_of(version.card) if against is Against.TRAINING else None
        chosen = HistoryFilter(since=since, model_version=version.name if trained else None)
        ours = sample_inputs(self._store, chosen, SAMPLED)
        recently = describe(ours.digits, ours.confidence, ours.seen)
        named = named_digits(self._store, chosen)
        if trained:
            found = compare(recently, trained)
            return DriftReport(Against.TRAINING, found, named, ours.total, found.reference, model_changed=False)
        before = sample_inputs(self._store, HistoryFilter(until=since), SAMPLED)
        found = compare(recently, describe(before.digits, before.confidence, before.seen))
        changed = bool(ours.versions and before.versions) and ours.versions != before.versions
        return DriftReport(Against.EARLIER, found, named, ours.total, before.total, model_changed=changed)

    def _embed(self) -> Embedder:
        version = self._served.get()[0]
        with self._loading:
            if self._embedder is None or self._embedder.version != version.name:
                self._embedder = Embedder(version)
            return self._embedder


def about(source: str) -> str:
    """Return what a source of images holds, in a few words."""
    return "predictions that were kept" if source == KEPT else SOURCES[source].about


def matching(
    slice_: Iterable[Shown], *, really: Digit | None = None, read: Digit | None = None, only_mistakes: bool = False
) -> list[Shown]:
    """Return the images of a slice that are really, and were read as, what is asked; None asks for nothing."""
    return [
        each
        for each in slice_
        if (really is None or each.really == really)
        and (read is None or each.read == read)
        and (each.is_mistake or not only_mistakes)
    ]


def confusion(slice_: Iterable[Shown]) -> Counter[tuple[Digit, Digit]]:
    """Return how often what is really (the first of each pair) was read as what (the second), where it is known."""
    return Counter((each.really, each.read) for each in slice_ if each.really is not None)


def inputs_of(card: ModelCard) -> Inputs | None:
    """Return what a version's validation images are like; None where its card does not say, or in other bins."""
    if card.inputs is None:
        return None
    known = card.inputs.features
    if {name: histogram.edges for name, histogram in known.items()} != {each.value: EDGES[each] for each in Feature}:
        return None
    images = card.inputs.images
    return Inputs({each: tuple(share * images for share in known[each].shares) for each in Feature})


def _kept(kept: PredictionRecord) -> Shown:
    label = kept.label
    really = None if label is None else NONE if label.digit is None else label.digit
    return Shown(KEPT, kept.id, kept.prediction, really)


def _seen(slice_: Iterable[Shown]) -> list[Grey]:
    """What the model saw of each; whatever is shown has ink."""
    return [each.prediction.seen for each in slice_ if each.prediction.seen is not None]
