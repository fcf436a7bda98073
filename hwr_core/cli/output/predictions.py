"""The digits of many image files, a line each."""

import json
from collections.abc import Sequence
from typing import Any

from hwr_core.app.batch import FilePrediction
from hwr_core.app.workspace import Workspace
from hwr_core.cli.arguments.files import read_file
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.status import DONE, SOME_UNREAD
from hwr_core.recognition.types import Prediction, Reason, Verdict
from hwr_core.records.predictions import Source
from hwr_core.scripts.script import WESTERN

RUNNERS_UP = 2


def print_predictions(
    names: Sequence[str], enhancement_level: float, script: str, *, keep_for: int | None, as_json: bool
) -> int:
    """Print what each file shows, in order, kept for a user or for nobody; return the exit status."""
    status = DONE
    with opened() as workspace:
        size = workspace.settings.max_batch_files
        for start in range(0, len(names), size):
            for found in _predictions(workspace, names[start : start + size], enhancement_level, script, keep_for):
                print(json.dumps(_as_json(found)) if as_json else _as_line(found), flush=True)
                status = SOME_UNREAD if found.error else status
    return status


def _predictions(
    workspace: Workspace, names: Sequence[str], enhancement_level: float, script: str, keep_for: int | None
) -> list[FilePrediction]:
    opened_files = [read_file(name, workspace.settings.max_image_bytes) for name in names]
    files = [each for each in opened_files if not isinstance(each, FilePrediction)]
    predictions = workspace.read_all(files, user_id=keep_for, enhancement_level=enhancement_level, script=script)
    if keep_for is not None:
        predictions = workspace.keep_all(
            predictions, files, user_id=keep_for, source=Source.CLI, enhancement_level=enhancement_level
        )
    in_order = iter(predictions)
    return [each if isinstance(each, FilePrediction) else next(in_order) for each in opened_files]


def _as_line(found: FilePrediction) -> str:
    if found.prediction is None:
        return f"{found.file_name}: error: {found.error}"
    return f"{found.file_name}: {_in_words(found.prediction)}"


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
    written = "" if prediction.script == WESTERN else f" ({prediction.symbol}, {prediction.script})"
    return f"{prediction.digit}{written} {prediction.confidence:.1%}{unsure}, then {runners_up}"


def _as_json(found: FilePrediction) -> dict[str, Any]:
    prediction = found.prediction
    if prediction is None:
        return {"file": found.file_name, "error": str(found.error)}
    return {
        "file": found.file_name,
        "verdict": prediction.verdict,
        "reason": prediction.reason,
        "digit": prediction.digit,
        "script": prediction.script,
        "symbol": prediction.symbol,
        "confidence": prediction.confidence,
        "probabilities": prediction.probabilities,
        "model_version": prediction.model_version,
        "seconds": prediction.timings.total,
        "prediction_id": found.kept.id if found.kept else None,
    }
