"""What reads some images of a bulk reading, in a process of this machine or another: one model, no history."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from hwr_core.app.bulk.images import Images
from hwr_core.app.bulk.results import Row, table_of
from hwr_core.app.limits import limits_of
from hwr_core.errors import ImageError, TakesTooLong
from hwr_core.images.decode import Limits
from hwr_core.images.types import OnProgress
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import NumberPrediction, Prediction
from hwr_core.registry.opening import registry_in
from hwr_core.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class How:
    """How images are read."""

    numbers: bool
    script: str
    enhancement_level: float


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a process needs to know to read images. It goes over a network: there is no secret in it."""

    how: How
    version: str
    models: Path
    storage: str | None
    limits: Limits
    max_error: float
    number_seconds: float

    @classmethod
    def of(cls, settings: Settings, how: How, version: str) -> "Reading":
        """Return how images are read by these settings and a model version."""
        return cls(
            how=how,
            version=version,
            models=settings.models_dir,
            storage=settings.storage_url,
            limits=limits_of(settings),
            max_error=settings.max_error,
            number_seconds=settings.number_seconds,
        )


_loaded: dict[Reading, Reader] = {}  # of this process: a model cannot be sent from one to another
_loading = Lock()  # a process of a cluster may have several threads


def read(reading: Reading, images: Images) -> "pa.Table":
    """Return a row for each image, in order; one that cannot be read has its error in its row.

    Raises:
        ModelUnavailable: the model version is not there, or damaged.
        InvalidValue: the source is not there, or the version does not read this script.
    """
    return table_of(_rows(reading, images), numbers=reading.how.numbers)


def _rows(reading: Reading, images: Images) -> Iterator[Row]:
    reader = _reader(reading)
    for name, content in images.files(reading.limits.max_bytes):
        row = {"error": content} if isinstance(content, str) else _row(reader, reading, content)
        yield {"file": os.fsencode(name).decode(errors="backslashreplace")} | row


def _reader(reading: Reading) -> Reader:
    with _loading:
        if reading not in _loaded:
            _loaded.clear()  # a process of a cluster outlives a reading
            version = registry_in(reading.models, reading.storage).get(reading.version)
            _loaded[reading] = Reader(Recogniser.load(version, 1), reading.limits)
        return _loaded[reading]


def _row(reader: Reader, reading: Reading, content: bytes) -> Row:
    how = reading.how
    try:
        if how.numbers:
            return _of_number(
                reader.read_number(
                    content,
                    how.enhancement_level,
                    script=how.script,
                    max_error=reading.max_error,
                    on_progress=_within(reading.number_seconds),
                )
            )
        return _of_digit(reader.read(content, how.enhancement_level, how.script))
    except ImageError as error:
        return {"error": str(error)}


def _of_digit(found: Prediction) -> Row:
    return {
        "verdict": found.verdict.value,
        "digit": found.digit,
        "confidence": found.confidence,
        "probabilities": found.probabilities,
        "script": found.script,
        "symbol": found.symbol,
        "model_version": found.model_version,
        "seconds": found.timings.total,
    }


def _of_number(found: NumberPrediction) -> Row:
    return {
        "text": found.text,
        "confidence": found.confidence,
        "accept": found.accept,
        "pages": found.pages,
        "script": found.script,
        "model_version": found.model_version,
        "seconds": found.seconds,
    }


def _within(seconds: float) -> OnProgress:
    """A document that takes longer than this is given up, as the server does."""
    deadline = time.monotonic() + seconds

    def step(_: float) -> None:
        if time.monotonic() > deadline:
            raise TakesTooLong(f"Reading takes longer than the allowed {seconds:g} seconds.")

    return step
