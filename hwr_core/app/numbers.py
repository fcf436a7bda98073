"""Predict whole numbers, all digits of an image or a document, and store what was read."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from threading import Event
from typing import Any

from hwr_core.app.predict import confirm_user, upload_of
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, Stopped, TakesTooLong
from hwr_core.events import Events
from hwr_core.images.types import Box, OnProgress
from hwr_core.recognition.events import NumberPredicted
from hwr_core.recognition.patterns import Pattern
from hwr_core.recognition.pipeline import OnPage
from hwr_core.recognition.served_model import ServedModel
from hwr_core.recognition.threads import Threads
from hwr_core.recognition.turns import Turns
from hwr_core.recognition.types import NumberPrediction
from hwr_core.records.number_rows import NewNumber, NumberRecord
from hwr_core.records.numbers import Numbers
from hwr_core.records.predictions import Source
from hwr_core.records.sent import Sent
from hwr_core.records.users import DEFAULT_USER
from hwr_core.scripts.script import WESTERN
from hwr_core.settings import Settings

AT_ONCE = max(1, (os.cpu_count() or 1) - 1)
"""Documents that are read at the same time: one core is left for single digits."""

BEGUN = 6
"""Documents that may hold a page at once, up to 150 MB each: those that take turns, and no more of them."""

STARTED = 64
"""Documents that may wait for their turn in the background; further ones wait to be looked at."""


class PredictNumbers:
    """The use cases of a document. Safe to use from many threads."""

    def __init__(self, settings: Settings, store: Store, model: ServedModel, numbers: Numbers, events: Events) -> None:
        self._settings = settings
        self._store = store
        self._model = model
        self._numbers = numbers
        self._events = events
        self._begun, self._turns = Turns(BEGUN), Turns(AT_ONCE)
        self._threads = Threads(STARTED, thread_name_prefix="documents")
        self._closed = Event()

    def read_number(  # noqa: PLR0913  all but one by name
        self,
        document: bytes,
        *,
        enhancement_level: float = 1.0,
        boxes: Sequence[Box] | None = None,
        max_error: float | None = None,
        pattern: str | None = None,
        script: str = WESTERN,
        on_progress: OnProgress = lambda _: None,
        on_page: OnPage = lambda _: None,
    ) -> NumberPrediction:
        """Read all digits of an image, or of each page of a TIFF or PDF, without storing anything.

        `boxes` (left, top, width, height) say where the digits stand on the only page; without them they are searched
        for. `max_error` is the share of accepted lines that may be wrong, HWR_MAX_ERROR when not given. `pattern` says
        what each line may be, as `hwr_core.recognition.patterns` describes it, or by a name of HWR_PATTERNS: digits
        that fit are preferred, and what does not fit is never accepted. `script` is that of the digits, or AUTO for
        the one that most of a page speaks for. `on_progress` is called with the share that is
        done, at each line and while the document waits for its turn; an error that it raises stops the prediction.
        `on_page` is called after each page with all that is read.

        Raises:
            ImageError: the bytes cannot be read as an image or a document within the limits, that of time among them.
            InvalidValue: `enhancement_level` is outside 0 to 3, `max_error` not above 0 and at most 0.5, `pattern` is
                none, or boxes are given for more than one page.
            ModelUnavailable: there is no usable model.
            Stopped: the workspace was closed meanwhile.
        """
        reader = self._model.reader()
        expected = self._pattern(pattern)
        work = _Work(self._settings.number_seconds, self._closed, on_progress)
        with self._begun.taken(work.confirm_wanted), self._turns.taken(work.confirm_wanted) as let_another:
            work.begin(let_another)
            number = reader.read_number(
                document,
                enhancement_level,
                boxes=boxes,
                max_error=self._allowed(max_error),
                pattern=expected,
                script=script,
                on_progress=work.step,
                on_page=on_page,
            )
        self._events.publish(NumberPredicted(number))
        return number

    def read_and_keep_number(  # noqa: PLR0913  all but one by name
        self,
        document: bytes,
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
        boxes: Sequence[Box] | None = None,
        max_error: float | None = None,
        pattern: str | None = None,
        script: str = WESTERN,
        on_progress: OnProgress = lambda _: None,
        on_page: OnPage = lambda _: None,
        sent: Sent | None = None,
    ) -> NumberPrediction | NumberRecord:
        """Read all digits of a document and store them; one without digits is not stored and comes back as it is.

        Takes what `read_number` takes, and whose number it is, where it came from, what its file was called, and what
        the program that sends the document says of it. With an idempotency key that has stored a number before, nothing
        is read: that number comes back, marked as repeated.

        Raises:
            UserNotFound, UserInactive: the user cannot add to the history.
            Conflict: the idempotency key came with another document before.
            StoreError: the history cannot be written at present.
            Also what `read_number` raises.
        """
        sent = sent or Sent()
        once = sent.once(document)
        if once and (before := self._numbers.sent_before(user_id, once)):
            return before
        found = self.read_number(
            document,
            enhancement_level=enhancement_level,
            boxes=boxes,
            max_error=max_error,
            pattern=pattern,
            script=script,
            on_progress=on_progress,
            on_page=on_page,
        )
        if not found.digits:
            confirm_user(self._store, user_id)
            return found
        new = self._new(found, user_id, source, file_name, enhancement_level, max_error, pattern, document)
        return self._numbers.add(replace(new, created_at=sent.created_at, once=once))

    def keep_number(  # noqa: PLR0913  all but one by name
        self,
        found: NumberPrediction,
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
        max_error: float | None = None,
        pattern: str | None = None,
        document: bytes | None = None,
    ) -> NumberRecord:
        """Store a number that was read; when this returns, it is durable.

        Args:
            found: what was read.
            user_id: whose number it is.
            source: where it came from.
            file_name: what its file was called.
            enhancement_level: what it was read with.
            max_error: the same.
            pattern: the same.
            document: the file, stored by its content for the days that the settings say.

        Raises:
            InvalidValue: there are no digits, or `pattern` is none.
            UserNotFound, UserInactive: the user cannot add to the history.
            StoreError: the history cannot be written at present.
        """
        if not found.digits:
            raise InvalidValue("A number without digits cannot be stored.")
        return self._numbers.add(
            self._new(found, user_id, source, file_name, enhancement_level, max_error, pattern, document)
        )

    def start_read_and_keep_number(  # noqa: PLR0913  all but one by name
        self,
        document: bytes,
        *,
        keep: bool = True,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
        boxes: Sequence[Box] | None = None,
        max_error: float | None = None,
        pattern: str | None = None,
        script: str = WESTERN,
        on_progress: OnProgress = lambda _: None,
        sent: Sent | None = None,
    ) -> Future[NumberPrediction | NumberRecord]:
        """Start `read_and_keep_number` and return at once, so that no thread of a server has to wait for it.

        With `keep` false nothing is stored.
        """
        self._pattern(pattern)  # refused now, not when its turn comes
        self._model.reader().recogniser.confirm_script(script)
        what: dict[str, Any] = {
            "enhancement_level": enhancement_level,
            "boxes": boxes,
            "max_error": max_error,
            "pattern": pattern,
            "script": script,
            "on_progress": on_progress,
        }
        if not keep:
            return self._threads.submit(self.read_number, document, **what)
        return self._threads.submit(
            self.read_and_keep_number, document, user_id=user_id, source=source, file_name=file_name, sent=sent, **what
        )

    def _new(  # noqa: PLR0913, PLR0917  as keep_number takes them
        self,
        found: NumberPrediction,
        user_id: int,
        source: Source,
        file_name: str | None,
        enhancement_level: float,
        max_error: float | None,
        pattern: str | None,
        document: bytes | None,
    ) -> NewNumber:
        expected = self._pattern(pattern)
        return NewNumber(
            user_id,
            source,
            found,
            self._allowed(max_error),
            expected.text if expected else None,
            file_name,
            enhancement_level,
            upload_of(document, self._settings),
        )

    def _allowed(self, max_error: float | None) -> float:
        return self._settings.max_error if max_error is None else max_error

    def _pattern(self, text: str | None) -> Pattern | None:
        return pattern_of(text, self._settings)

    def close(self) -> None:
        """Stop what is being read. May be repeated."""
        self._closed.set()
        self._threads.shutdown()


def pattern_of(text: str | None, settings: Settings) -> Pattern | None:
    """Return the pattern that a text describes, or names in the settings; None for none. Raises InvalidValue."""
    return Pattern.parse(settings.patterns.get(text, text)) if text else None


class _Work:
    """The reading of one document, as it is seen between two steps: whether it is wanted, and how long it has taken."""

    def __init__(self, seconds: float, closed: Event, on_progress: OnProgress) -> None:
        self._seconds = seconds
        self._closed = closed
        self._on_progress = on_progress
        self._share, self._spent, self._since = 0.0, 0.0, 0.0
        self._let_another: Callable[[], None]

    def begin(self, let_another: Callable[[], None]) -> None:
        """Count the time from now on; `let_another` waits while another document has its turn."""
        self._let_another = let_another
        self._since = time.monotonic()

    def confirm_wanted(self) -> None:
        """Raise what stops the work, where it is to stop."""
        if self._closed.is_set():
            raise Stopped("Reading was stopped because the application is closing.")
        self._on_progress(self._share)

    def step(self, share: float) -> None:
        """Note the share that is done, and let others go first. Raises what stops the work."""
        self._spent += time.monotonic() - self._since
        self._share = share
        self._confirm_time()
        self.confirm_wanted()
        self._let_another()
        self._since = time.monotonic()

    def _confirm_time(self) -> None:
        if self._spent > self._seconds and self._share < 1.0:
            raise TakesTooLong(
                f"After {self._spent:.1f} seconds {self._share:.0%} of the document was read; at most "
                f"{self._seconds:g} seconds are allowed (HWR_NUMBER_SECONDS). Send fewer pages at a time."
            )
