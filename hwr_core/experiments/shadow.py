"""The shadow: another version reads what was stored, silently, beside the one that answered.

It sees the image as the model saw it, so preprocessing is not done twice, and works on one thread of its own that gives
way to all others. It takes a tenth of a core at most, a hundred images a second; of more, some are dropped and counted:
nobody waits for a shadow.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from hwr_core.errors import Conflict, HwrError, InvalidValue
from hwr_core.experiments.assignment import arm_of, name_of
from hwr_core.experiments.shadow_table import ShadowReading, ShadowReport, ShadowTable
from hwr_core.experiments.types import Arm
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.records.events import PredictionStored
from hwr_core.records.predictions import PredictionRecord
from hwr_core.records.users import DEFAULT_USER
from hwr_core.registry.registry import Registry
from hwr_core.scripts.script import WESTERN

log = logging.getLogger(__name__)

LOOK = 2.0
"""Seconds after which it is looked again which version shadows."""

MOST_WAITING = 256
"""Images that wait for the shadow; further ones are dropped."""

MOST_AT_ONCE, WRITE = 64, 1.0
"""Readings that are written together at most, and seconds after which those that are there are written."""

REST = 9.0
"""The thread rests so many times as long as it has read, so that it never takes more than a tenth of a core."""

NICENESS = 10
"""By how much the thread gives way to others, where the system knows threads (Linux)."""


class Shadow:
    """The shadow of one workspace. Safe to use from many threads."""

    def __init__(
        self,
        table: ShadowTable,
        registry: Registry,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._registry = registry
        self._clock = clock
        self._waiting: deque[PredictionRecord] = deque()
        self._ready = threading.Condition()
        self._closed = False
        self._looked_at = -LOOK
        self._recogniser: Recogniser | None = None
        self._share = 0.0
        self._dropped = 0

    def set(self, version: str, share: float = 1.0, user_id: int = DEFAULT_USER) -> None:
        """Let a version read a share of what is stored from now on.

        Raises:
            InvalidValue: the share is not above 0 and at most 1.
            NotFound: there is no such version.
            Conflict: it is the one being served.
            ModelUnavailable: it is damaged.
            StoreError: the database cannot be written at present.
        """
        if not 0 < share <= 1:
            raise InvalidValue(f"The share is {share}; above 0 and at most 1 is allowed.")
        found = self._registry.find(version)
        if found.name == self._registry.champion_name():  # not what is loaded: a promotion takes effect in seconds
            raise Conflict(f"{found.name} is being served; it cannot be its own shadow.")
        Recogniser.load(found).close()
        self._table.set(found.name, share, user_id)
        self._looked_at = -LOOK

    def clear(self) -> None:
        """End the shadow; what it has read stays. Raises Conflict where there is none, and StoreError."""
        if not self._table.clear():
            raise Conflict("There is no shadow.")
        self._looked_at = -LOOK

    def report(self) -> ShadowReport | None:
        """Return what the shadow has read since it began; None where there is none. Raises StoreError."""
        return self._table.report()

    def hear(self, event: object) -> None:
        """Take a stored prediction to be read, unless too many wait."""
        if not isinstance(event, PredictionStored) or event.record.prediction.script != WESTERN:
            return
        if self._recogniser is None and self._clock() - self._looked_at < LOOK:  # there was no shadow just now
            return
        with self._ready:
            if len(self._waiting) >= MOST_WAITING:
                self._dropped += 1
                return
            self._waiting.append(event.record)
            self._ready.notify()

    def watch(self) -> None:
        """Read in the background from now on."""
        threading.Thread(target=self._work, name="shadow", daemon=True).start()

    def close(self) -> None:
        """Stop reading. May be repeated."""
        with self._ready:
            self._closed = True
            self._ready.notify()

    def _work(self) -> None:
        if hasattr(os, "setpriority"):
            with suppress(OSError):  # a sandbox may forbid it; then the shadow is as urgent as others
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        read: list[ShadowReading] = []
        written_at = self._clock()
        while not self._closed:
            record = self._next()
            try:
                if record is not None and (reading := self._read(record)):
                    read.append(reading)
                if read and (len(read) >= MOST_AT_ONCE or self._clock() - written_at > WRITE):
                    self._write(read)
                    read, written_at = [], self._clock()
            except HwrError as error:
                log.warning("The shadow could not read on: %s", error)
                self._dropped += len(read) + 1
                read, written_at = [], self._clock()

    def _next(self) -> PredictionRecord | None:
        """The next prediction to read; None when there was none for a while."""
        with self._ready:
            if not self._waiting and not self._closed:
                self._ready.wait(WRITE)
            return self._waiting.popleft() if self._waiting else None

    def _read(self, record: PredictionRecord) -> ShadowReading | None:
        """Read what the model saw with the shadow's version; None where it has no part in this prediction."""
        if self._clock() - self._looked_at > LOOK:
            self._load()
        recogniser, seen = self._recogniser, record.prediction.seen
        if recogniser is None or seen is None or record.prediction.model_version == recogniser.version:
            return None
        if arm_of((Arm(recogniser.version, self._share),), name_of(0, str(record.id))) is None:
            return None
        started = time.perf_counter()
        prediction = recogniser.read([seen])[0]
        seconds = time.perf_counter() - started
        time.sleep(REST * seconds)
        return ShadowReading(
            record.id, recogniser.version, prediction.verdict, prediction.digit, prediction.confidence, seconds
        )

    def _load(self) -> None:
        try:
            setting = self._table.setting()
            self._share = 0.0 if setting is None else setting.share
            if self._recogniser is not None and (setting is None or setting.version != self._recogniser.version):
                self._recogniser.close()
                self._recogniser = None
            if setting is not None and self._recogniser is None:
                self._recogniser = Recogniser.load(self._registry.get(setting.version))
        finally:
            self._looked_at = self._clock()  # only now: `hear` would leave out what arrives while the version is loaded

    def _write(self, read: Sequence[ShadowReading]) -> None:
        dropped, self._dropped = self._dropped, 0
        self._table.add(read, dropped)
