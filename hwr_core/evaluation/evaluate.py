"""Evaluates a version on a suite and stores the result with the version."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from hwr_core.datasets.request import Places
from hwr_core.errors import InvalidValue, ModelUnavailable, NoInk, NotFound
from hwr_core.evaluation.answers import Answers, Figures, figures_of
from hwr_core.evaluation.suites import SUITES, Item, Suite
from hwr_core.files import because
from hwr_core.images.decode import PageImage
from hwr_core.images.normalise import normalise
from hwr_core.images.types import SIDE, Grey
from hwr_core.recognition.page_reader import joint_confidence, read_page
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import ModelVersion
from hwr_core.scripts.script import Script, find_script

CHUNK = 200
MOST_SHOWN = 1_000
"""Most images answered wrongly that are stored to be looked at."""

FOLDER = "evaluations"


class Evaluation(BaseModel):
    """The result of a version on a suite; `fingerprint` is a hash over the images and labels of the suite in order."""

    model_config = ConfigDict(frozen=True)

    version: str
    suite: str
    about: str
    created_at: datetime
    fingerprint: str
    limit: int | None
    seconds: float
    figures: Figures


@dataclass(frozen=True, slots=True)
class _Answer:
    label: int | str
    group: str
    answer: int | str
    confidence: float
    seconds: float
    seen: Grey | None
    """What the model saw, to be looked at where the answer is wrong; None for a whole number."""


OnProgress = Callable[[int], None]


def evaluate(
    version: ModelVersion,
    suite: Suite,
    places: Places,
    *,
    limit: int | None = None,
    on_progress: OnProgress = lambda _: None,
) -> Evaluation:
    """Evaluate a version on a suite and store the result with it, replacing an earlier one.

    Args:
        version: the version to evaluate.
        suite: the suite of images.
        places: the folders of the data.
        limit: the largest number of images of each source; all when not given. The result on part of a suite is
            stored as a suite of its own, such as "mnist-200".
        on_progress: is called with the number of images done; may raise to stop.

    Raises:
        InvalidValue: the suite has no image.
        ModelUnavailable: the version's files are damaged.
    """
    began = time.monotonic()
    recogniser = Recogniser.load(version)
    digest = sha256()
    try:
        script = find_script(suite.script)
        answers: list[_Answer] = []
        for chunk in _chunks(suite.items(places, limit)):
            for item in chunk:
                digest.update(f"{item.label} {item.image.shape} ".encode() + item.image.tobytes())
            answers += recogniser.spread(lambda item: _answer(item, recogniser, script), chunk)
            on_progress(len(answers))
    finally:
        recogniser.close()
    if not answers:
        raise InvalidValue(f"The suite {suite.name} has no images on this machine.")
    found = _joined(answers, script)
    evaluation = Evaluation(
        version=version.name,
        suite=suite.name if limit is None else f"{suite.name}-{limit}",
        about=suite.about,
        created_at=datetime.now(UTC),
        fingerprint=digest.hexdigest(),
        limit=limit,
        seconds=time.monotonic() - began,
        figures=figures_of(found, recogniser.acceptance),
    )
    _store(version, evaluation, found)
    return evaluation


def evaluations_of(version: ModelVersion) -> dict[str, Evaluation]:
    """Return the results stored with a version, by suite, in the order of SUITES."""
    order = [*SUITES]
    names = [file.stem for file in (version.folder / FOLDER).glob("*.json")]
    names.sort(key=lambda name: (order.index(name) if name in order else len(order), name))
    return {name: load_evaluation(version, name) for name in names}


def load_evaluation(version: ModelVersion, suite: str) -> Evaluation:
    """Return a version's result on a suite.

    Raises:
        NotFound: the version has not been evaluated on it.
        ModelUnavailable: the result cannot be read.
    """
    try:
        return Evaluation.model_validate_json(_file(version, suite, "json").read_bytes())
    except FileNotFoundError as error:
        raise NotFound(f"Version {version.name} has not been evaluated on {suite!r}.") from error
    except (OSError, ValidationError) as error:
        words = f"The evaluation of version {version.name} on {suite!r} cannot be read{because(error)}."
        raise ModelUnavailable(words) from error


def load_answers(version: ModelVersion, suite: str) -> Answers:
    """Return the answers of a version to the images of a suite. Raises the same as `load_evaluation`."""
    load_evaluation(version, suite)
    try:
        return Answers.from_bytes(_file(version, suite, "npz").read_bytes())
    except (OSError, ValueError, KeyError) as error:
        words = f"The answers of version {version.name} on {suite!r} cannot be read{because(error)}."
        raise ModelUnavailable(words) from error


def _file(version: ModelVersion, suite: str, ending: str) -> Path:
    return version.folder / _name(suite, ending)


def _name(suite: str, ending: str) -> str:
    if "/" in suite or "\\" in suite or suite.startswith("."):
        raise NotFound(f"There is no suite {suite!r}.")
    return f"{FOLDER}/{suite}.{ending}"


def _store(version: ModelVersion, evaluation: Evaluation, found: Answers) -> None:
    content = json.dumps(evaluation.model_dump(mode="json"), indent=1) + "\n"
    version.add_file(_name(evaluation.suite, "npz"), found.to_bytes())  # before the figures, which need them
    version.add_file(_name(evaluation.suite, "json"), content.encode())


def _chunks(items: Iterator[Item]) -> Iterator[list[Item]]:
    while chunk := list(islice(items, CHUNK)):
        yield chunk


def _answer(item: Item, recogniser: Recogniser, script: Script) -> _Answer:
    started, none = time.perf_counter(), len(script.symbols)
    if isinstance(item.label, str):
        text, confidence = _number(item.image, recogniser)
        return _Answer(item.label, item.group, text, confidence, time.perf_counter() - started, None)
    try:
        seen = item.image if item.is_seen else normalise(item.image)
    except NoInk:
        small = np.asarray(cv2.resize(item.image, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
        return _Answer(item.label, item.group, none, 0.0, time.perf_counter() - started, small)
    if script.name not in {each.name for each in recogniser.scripts}:
        return _Answer(item.label, item.group, none, 0.0, time.perf_counter() - started, seen)
    prediction = recogniser.read([seen], script.name)[0]
    answer = none if prediction.digit is None else script.values.index(prediction.digit)
    return _Answer(item.label, item.group, answer, prediction.confidence, time.perf_counter() - started, seen)


def _number(image: Grey, recogniser: Recogniser) -> tuple[str, float]:
    """The number on an image, empty where none is found, and its confidence."""
    if not recogniser.reads_lines:
        return "", 0.0
    lines = read_page(PageImage(image, 1.0), recogniser).lines
    return "\n".join(line.text for line in lines), joint_confidence(lines)


def _joined(answers: list[_Answer], script: Script) -> Answers:
    wrong = [place for place, each in enumerate(answers) if each.answer != each.label]
    shown = wrong[:: -(-len(wrong) // MOST_SHOWN)] if wrong else []
    images = [(place, seen) for place in shown if (seen := answers[place].seen) is not None]
    kind: type[np.generic] = np.str_ if isinstance(answers[0].label, str) else np.uint8
    return Answers(
        labels=np.array([each.label for each in answers], kind),
        answers=np.array([each.answer for each in answers], kind),
        confidence=np.array([each.confidence for each in answers], np.float32),
        groups=np.array([each.group for each in answers]),
        seconds=np.array([each.seconds for each in answers], np.float32),
        shown=np.array([place for place, _ in images], np.uint32),
        seen=np.array([seen for _, seen in images], np.uint8).reshape(-1, SIDE, SIDE),
        values=np.array(script.values, np.int64),
    )
