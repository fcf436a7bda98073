"""Whether recent predictions of Western digits are like the usual."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hwr_core.analytics.changes import LATELY, Cause, Change, Figure
from hwr_core.analytics.samples import NamedDigits, named_digits, sample_inputs
from hwr_core.analytics.totals import accuracy
from hwr_core.db.store import Store
from hwr_core.evaluation.drift import DIFFERENT, EDGES, Drift, Feature, Inputs, Level, compare, describe
from hwr_core.recognition.served_model import ServedModel
from hwr_core.records.filters import HistoryFilter
from hwr_core.registry.card import ModelCard
from hwr_core.scripts.script import WESTERN
from hwr_core.statistics import Proportion

SAMPLED = 4_000
"""So many predictions of a period tell what its images are like: chance moves the index by 0.005 at most."""

FRESH = 60.0
"""Seconds for which a drift is remembered: to look for one takes longer than all other figures of Home."""


class Against(StrEnum):
    """What recent predictions are compared with."""

    TRAINING = "training"
    """The validation images of the version that serves, where its card says what they are like."""
    EARLIER = "earlier"
    """All earlier predictions of the history."""


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Whether recent predictions are like the usual, and how right they are.

    `named.confidence` is the accuracy to be expected without a label: calibrated confidences are right on average
    ("average confidence", against which Garg et al., 2022, "Leveraging unlabeled data to predict out-of-distribution
    performance", measure their ATC). It holds as far as the calibration holds, so it promises too much for images that
    are very different. `accuracy` rests on labels, and is that of Analytics: refusals count, too.
    """

    against: Against
    drift: Drift
    named: NamedDigits
    accuracy: Proportion
    recent: int
    """All recent predictions, of which `drift` may look at a sample."""
    reference: int
    """All images that they are compared with."""
    model_changed: bool
    """Whether other versions made the earlier predictions than the recent ones, which by itself moves confidences."""

    @property
    def verdict(self) -> str:
        """The answer in plain words."""
        return self.drift.verdict("the training data" if self.against is Against.TRAINING else "before")


OF_THE_MODEL = frozenset({Feature.DIGIT, Feature.CONFIDENCE})
"""What another model version changes even where the images are the same."""


class DriftCheck:
    """The use case of whoever watches what comes in. Safe to use from many threads."""

    def __init__(self, store: Store, model: ServedModel) -> None:
        self._store = store
        self._model = model
        self._found: tuple[float, DriftReport | None] = 0.0, None

    def can_compare_with(self) -> list[Against]:
        """Return what recent predictions can be compared with, the best first. Raises ModelUnavailable."""
        known = inputs_of(self._model.version().card)
        return [Against.EARLIER] if known is None else [Against.TRAINING, Against.EARLIER]

    def drift(self, recent: timedelta, against: Against, *, now: datetime | None = None) -> DriftReport:
        """Say whether the predictions of the time just past are like the usual.

        Against the training data only those of the served version count; without a card that tells of its data,
        earlier predictions take its place.

        Raises:
            ModelUnavailable: there is no usable model to compare with its training data.
            StoreError: the history cannot be read at present.
        """
        since = (now or datetime.now(UTC)) - recent
        version = self._model.version() if against is Against.TRAINING else None
        trained = version and inputs_of(version.card)
        recently = HistoryFilter(
            since=since, script=WESTERN, model_version=version.name if version and trained else None
        )
        ours = sample_inputs(self._store, recently, SAMPLED)
        inputs = describe(ours.digits, ours.confidence, ours.seen)
        named, right = named_digits(self._store, recently), accuracy(self._store, recently)
        if trained:
            found = compare(inputs, trained)
            return DriftReport(Against.TRAINING, found, named, right, ours.total, found.reference, model_changed=False)
        before = sample_inputs(self._store, HistoryFilter(until=since, script=WESTERN), SAMPLED)
        found = compare(inputs, describe(before.digits, before.confidence, before.seen))
        changed = bool(ours.versions and before.versions) and ours.versions != before.versions
        return DriftReport(Against.EARLIER, found, named, right, ours.total, before.total, model_changed=changed)

    def changes(self) -> list[Change]:
        """Return the drift of the last 7 days where they are certainly different from before, a minute old at most.

        What another model version can have changed by itself is no drift of the images. Raises StoreError.
        """
        moment, found = self._found
        if found is None or time.monotonic() - moment > FRESH:
            found = self.drift(LATELY, Against.EARLIER)
            self._found = time.monotonic(), found
        shifts = [
            shift
            for shift in (found.drift.shifts if found.drift.level is Level.DIFFERENT else ())
            if shift.psi > DIFFERENT and not (found.model_changed and shift.feature in OF_THE_MODEL)
        ]
        if not shifts:
            return []
        most = max(shifts, key=lambda shift: shift.psi)
        return [Change(Figure.DRIFT, None, None, None, Cause(shift=most.words))]


def inputs_of(card: ModelCard) -> Inputs | None:
    """Return what a version's validation images are like; None where its card does not say, or in other bins."""
    if card.inputs is None:
        return None
    known = card.inputs.features
    if {name: histogram.edges for name, histogram in known.items()} != {each.value: EDGES[each] for each in Feature}:
        return None
    images = card.inputs.images
    return Inputs({each: tuple(share * images for share in known[each].shares) for each in Feature})
