"""An example history: four weeks of three people, for those who have none of their own yet. It goes in one step.

The digits are hand-made strokes (`hwr_core.datasets.handmade`), drawn anew each time and read by the served version:
all that is shown of them is real but the people. In the last days one of them writes his sevens so narrow that they are
read as ones: something to find.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from hwr_core.datasets.handmade import hand_made_strokes
from hwr_core.errors import Conflict
from hwr_core.images.encode import as_png
from hwr_core.images.strokes import Strokes, draw, place
from hwr_core.images.types import Grey
from hwr_core.recognition.served_model import ServedModel
from hwr_core.records.feedback import FeedbackLog
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source
from hwr_core.records.recorder import Recorder
from hwr_core.records.uploads import Upload
from hwr_core.records.users import User, Users

PEOPLE = ("Ada", "Bela", "Cleo")
DOMAIN = "@example.invalid"
"""Of the addresses by which these people are known again; nobody else has one there (RFC 2606)."""

DAYS, PREDICTIONS, LABELLED = 28.0, 420, 0.6
"""How far back it goes, how many predictions it has, and of how many of them somebody says what they show."""

NARROW_SINCE, NARROW, SEVENS, BUSY = 5.0, 0.25, 0.6, 0.5
"""Days for which Bela has written narrow sevens, how wide they are, and which shares they make: of his digits, and he
of all who write."""

SCRIBBLES = 0.06
"""The share of images that show nothing."""


class Examples:
    """The example history of one workspace."""

    def __init__(self, users: Users, feedback: FeedbackLog, recorder: Recorder, model: ServedModel) -> None:
        self._users = users
        self._feedback = feedback
        self._recorder = recorder
        self._model = model

    def people(self) -> list[User]:
        """Return the users that it belongs to; none where it is not loaded. Raises StoreError."""
        return [user for user in self._users.all() if (user.email or "").endswith(DOMAIN)]

    def load(self) -> int:
        """Add the example history, and return how many predictions it has; some seconds.

        Raises:
            Conflict: it is there already, or a user has the name of one of these people.
            ModelUnavailable: there is no usable model.
            StoreError: the history cannot be written at present.
        """
        if self.people():
            raise Conflict("The example history is there already.")
        reader = self._model.reader()
        people = [self._users.create(f"Example {name}", f"{name.lower()}{DOMAIN}").id for name in PEOPLE]
        rng = np.random.default_rng(len(PEOPLE))
        digits, new = [], []
        for days, person, digit, image in _images(rng):
            file = as_png(image)
            moment = datetime.now(UTC) - timedelta(days=days)
            source = Source.UPLOAD if person else Source.DRAWING
            found = NewPrediction(people[person], source, reader.read(file), upload=Upload.of(file), created_at=moment)
            new.append(found)
            digits.append(digit)
        kept = [future.result() for future in self._recorder.store_all(new)]
        self._say_what_they_show(kept, digits, rng)
        return len(kept)

    def remove(self) -> int:
        """Remove the example history with its people, and return how many predictions it had. Raises StoreError."""
        return sum(self._users.delete(user.id) for user in self.people())

    def _say_what_they_show(
        self, kept: Sequence[PredictionRecord], digits: Sequence[int | None], rng: np.random.Generator
    ) -> None:
        said: dict[tuple[int, int | None], list[int]] = {}
        for record, digit in zip(kept, digits, strict=True):
            if rng.random() < LABELLED:
                said.setdefault((record.user_id, digit), []).append(record.id)
        for (user, digit), ids in said.items():
            self._feedback.give_all(ids, user_id=user, actual_digit=digit)


def _images(rng: np.random.Generator) -> Iterator[tuple[float, int, int | None, Grey]]:
    """Yield how many days ago it was, which person, what is shown (None for nothing), and the image, oldest first."""
    for days in np.sort(rng.uniform(0.0, DAYS, PREDICTIONS))[::-1].tolist():
        is_busy = days < NARROW_SINCE and rng.random() < BUSY
        person = 1 if is_busy else int(rng.integers(len(PEOPLE)))
        if rng.random() < SCRIBBLES:
            yield days, person, None, _drawn([rng.uniform(0, 1, (12, 2)).astype(np.float32)], rng)
            continue
        is_narrow = person == 1 and days < NARROW_SINCE and rng.random() < SEVENS
        digit = 7 if is_narrow else int(rng.integers(10))
        width = np.array([NARROW if is_narrow else 1.0, 1.0], np.float32)
        yield days, person, digit, _drawn([stroke * width for stroke in hand_made_strokes(digit, rng)], rng)


def _drawn(strokes: Strokes, rng: np.random.Generator) -> Grey:
    placed = place(list(strokes), side=280, fill=rng.uniform(0.4, 0.85))
    return draw(placed, side=280, pen=rng.uniform(8, 24))
