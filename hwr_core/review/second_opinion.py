"""A second opinion on stored predictions: the challenger's predictions of the same images."""

from collections.abc import Sequence
from threading import Lock

from hwr_core.errors import ModelUnavailable, NotFound
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import Prediction
from hwr_core.records.predictions import PredictionRecord
from hwr_core.registry.registry import Registry


class SecondOpinion:
    """The challenger, asked about predictions of other versions. Safe to use from many threads.

    It is loaded at first use. Its latest answers are cached until there is another challenger, so that asking again
    costs nothing.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._lock = Lock()
        self._challenger: Recogniser | None = None
        self._answers: dict[int, Prediction] = {}

    def of(self, predictions: Sequence[PredictionRecord]) -> dict[int, Prediction]:
        """Return the challenger's prediction for each stored one in a script that it reads, by its id.

        Nothing without a challenger.

        Raises:
            ModelUnavailable: the challenger is missing or damaged.
        """
        with self._lock:
            challenger = self._current()
            if challenger is None:
                return {}
            known = dict(self._answers)
            for script in challenger.scripts:  # what it does not read it has no opinion on
                fresh = [kept for kept in predictions if kept.id not in known and kept.prediction.script == script.name]
                seen = [kept.prediction.seen for kept in fresh if kept.prediction.seen is not None]
                if seen:
                    known |= zip((kept.id for kept in fresh), challenger.read(seen, script.name), strict=True)
            self._answers = {kept.id: known[kept.id] for kept in predictions if kept.id in known}
            return self._answers

    def close(self) -> None:
        """Unload the challenger."""
        with self._lock:
            self._unload()

    def _current(self) -> Recogniser | None:
        name = self._registry.challenger_name()
        if self._challenger is None or self._challenger.version != name:
            self._unload()
            self._challenger = self._loaded(name) if name else None
        return self._challenger

    def _unload(self) -> None:
        if self._challenger is not None:
            self._challenger.close()
        self._challenger = None
        self._answers = {}

    def _loaded(self, name: str) -> Recogniser:
        try:
            return Recogniser.load(self._registry.get(name))
        except NotFound as error:
            raise ModelUnavailable(f"The challenger, {name!r}, does not exist.") from error
