"""hwr read: a line for each image file; with --number, one for each line of digits in it."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hwr_core.app.batch import FilePrediction, NamedFile
from hwr_core.app.workspace import Workspace
from hwr_core.cli.arguments import Commands
from hwr_core.cli.status import DONE, SOME_UNREAD
from hwr_core.errors import HwrError, ImageError, InvalidValue, UnreadableImage
from hwr_core.recognition.types import NumberPrediction, Prediction, Reason, Verdict
from hwr_core.records.predictions import Source
from hwr_core.records.users import DEFAULT_USER
from hwr_core.settings import load_settings

STDIN = "-"
RUNNERS_UP = 2


def add_to(commands: Commands) -> None:
    """Add the command."""
    read = commands.add_parser("read", help="read a digit from each image file")
    read.add_argument("files", nargs="+", metavar="FILE", help="image file, or - for standard input")
    read.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    read.add_argument("--record", action="store_true", help="keep the predictions in the history")
    read.add_argument("--user", type=int, default=DEFAULT_USER, help="whose predictions they are (default %(default)s)")
    read.add_argument("--number", action="store_true", help="read all digits of each image, TIFF or PDF")
    read.add_argument("--enhancement-level", type=float, default=1.0, help="0 to 3 (default %(default)s)")
    read.set_defaults(run=_read)


def _read(options: argparse.Namespace) -> int:
    status = DONE
    with Workspace(load_settings()) as workspace:
        if options.number:
            return _read_numbers(workspace, options)
        size = workspace.settings.max_batch_files
        for start in range(0, len(options.files), size):
            names = options.files[start : start + size]
            for outcome in _outcomes(workspace, names, options):
                print(json.dumps(_as_json(outcome)) if options.json else _as_line(outcome), flush=True)
                status = SOME_UNREAD if outcome.error else status
    return status


def _read_numbers(workspace: Workspace, options: argparse.Namespace) -> int:
    if options.record:
        raise InvalidValue("--record keeps predictions of one digit each; it does not go with --number.")
    status = DONE
    for name in options.files:
        found = _number_in(_open(name, workspace.settings.max_image_bytes), workspace, options.enhancement_level)
        if isinstance(found, NumberPrediction):
            as_json, as_lines = _number_as_json(name, found), _number_as_lines(name, found)
        else:
            status = SOME_UNREAD
            as_json, as_lines = {"file": name, "error": str(found)}, f"{name}: error: {found}"
        print(json.dumps(as_json) if options.json else as_lines, flush=True)
    return status


def _number_in(
    opened: NamedFile | FilePrediction, workspace: Workspace, level: float
) -> NumberPrediction | HwrError | None:
    """The digits of a file, or the error that says why it cannot be read."""
    if isinstance(opened, FilePrediction):
        return opened.error
    try:
        return workspace.read_number(opened[1], enhancement_level=level)
    except ImageError as error:
        return error


def _number_as_lines(name: str, found: NumberPrediction) -> str:
    if not found.lines:
        return f"{name}: no digits"
    several = found.pages > 1
    return "\n".join(
        f"{name}{f', page {line.page + 1}' if several else ''}: {line.text} {line.confidence:.1%}"
        for line in found.lines
    )


def _number_as_json(name: str, found: NumberPrediction) -> dict[str, Any]:
    return {
        "file": name,
        "text": found.text,
        "confidence": found.confidence,
        "digits": [
            {
                "digit": each.digit,
                "confidence": each.confidence,
                "candidates": {str(other.digit): other.probability for other in each.candidates},
                "box": each.box,
                "line": each.line,
                "page": each.page,
            }
            for each in found.digits
        ],
        "lines": [
            {"text": line.text, "confidence": line.confidence, "box": line.box, "page": line.page}
            for line in found.lines
        ],
        "model_version": found.model_version,
        "seconds": found.seconds,
    }


def _outcomes(workspace: Workspace, names: Sequence[str], options: argparse.Namespace) -> list[FilePrediction]:
    opened = [_open(name, workspace.settings.max_image_bytes) for name in names]
    files = [each for each in opened if not isinstance(each, FilePrediction)]
    predictions = workspace.read_all(files, enhancement_level=options.enhancement_level)
    if options.record:
        predictions = workspace.keep_all(
            predictions, files, user_id=options.user, source=Source.CLI, enhancement_level=options.enhancement_level
        )
    in_order = iter(predictions)
    return [each if isinstance(each, FilePrediction) else next(in_order) for each in opened]


def _open(name: str, max_bytes: int) -> NamedFile | FilePrediction:
    """Return a file's name and content, one byte more than allowed at most, or why it cannot be opened."""
    shown = os.fsencode(name).decode(errors="backslashreplace")  # a name of any bytes can be printed and kept
    try:
        if name == STDIN:
            if sys.stdin is None:
                return FilePrediction(shown, error=UnreadableImage("There is no standard input."))
            return shown, sys.stdin.buffer.read(max_bytes + 1)
        with Path(name).open("rb") as file:
            return shown, file.read(max_bytes + 1)
    except OSError as error:
        return FilePrediction(shown, error=UnreadableImage(f"The file cannot be opened: {error.strerror}."))


def _as_line(outcome: FilePrediction) -> str:
    if outcome.prediction is None:
        return f"{outcome.file_name}: error: {outcome.error}"
    return f"{outcome.file_name}: {_in_words(outcome.prediction)}"


def _in_words(prediction: Prediction) -> str:
    if prediction.verdict is Verdict.NO_INK:
        return "no digit (no ink)"
    best, *others = prediction.candidates
    if prediction.reason is Reason.SEVERAL_DIGITS:
        return "no digit (more than one digit; --number reads them)"
    if prediction.verdict is Verdict.NOT_A_DIGIT:
        return f"no digit (not a digit; nearest {best.digit} {best.probability:.1%})"
    runners_up = ", ".join(f"{other.digit} {other.probability:.1%}" for other in others[:RUNNERS_UP])
    unsure = " (unsure)" if prediction.verdict is Verdict.UNSURE else ""
    return f"{prediction.digit} {prediction.confidence:.1%}{unsure}, then {runners_up}"


def _as_json(outcome: FilePrediction) -> dict[str, Any]:
    prediction = outcome.prediction
    if prediction is None:
        return {"file": outcome.file_name, "error": str(outcome.error)}
    return {
        "file": outcome.file_name,
        "verdict": prediction.verdict,
        "reason": prediction.reason,
        "digit": prediction.digit,
        "confidence": prediction.confidence,
        "probabilities": prediction.probabilities,
        "model_version": prediction.model_version,
        "seconds": prediction.timings.total,
        "prediction_id": outcome.kept.id if outcome.kept else None,
    }
