"""The process that reads some images of a shard: one model, one thread, no history."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import parent_process
from threading import Thread
from typing import Any

from hwr_core.app.limits import limits_of
from hwr_core.errors import ImageError, TakesTooLong
from hwr_core.images.types import OnProgress
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import NumberPrediction, Prediction
from hwr_core.registry.opening import registry_in
from hwr_core.settings import Settings

Row = dict[str, Any]
"""A row of the output; what cannot be read has its name and `error` alone."""


Given = tuple[str, bytes | str]
"""An image: its name, and its content, or why there is none."""


@dataclass(frozen=True, slots=True)
class How:
    """How images are read."""

    numbers: bool
    script: str
    enhancement_level: float


_loaded: tuple[Reader, Settings] | None = None  # of this process: a model cannot be sent from one to another


def begin(settings: Settings, version: str) -> None:
    """Load the model. The process ends with the one that started it, however that ends."""
    global _loaded  # noqa: PLW0603  see above
    Thread(target=_end_with_parent, daemon=True).start()
    registry = registry_in(settings.models_dir, settings.storage_url)
    _loaded = Reader(Recogniser.load(registry.get(version), 1), limits_of(settings)), settings


def read(images: Sequence[Given], how: How) -> list[Row]:
    """Read images, in order; one that cannot be read has its error in its row."""
    return [
        {"file": name} | ({"error": content} if isinstance(content, str) else _row(content, how))
        for name, content in images
    ]


def _row(content: bytes, how: How) -> Row:
    assert _loaded is not None  # `begin` comes first
    reader, settings = _loaded
    try:
        if how.numbers:
            return _of_number(
                reader.read_number(
                    content,
                    how.enhancement_level,
                    script=how.script,
                    max_error=settings.max_error,
                    on_progress=_within(settings.number_seconds),
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
        "probabilities": list(found.probabilities),
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


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
