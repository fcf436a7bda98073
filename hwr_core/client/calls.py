"""What each call asks, and what is made of its answer: the same for both clients, whatever they wait with."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from hwr_core.client.answers import Job, Number, Prediction, Stored

Result = TypeVar("Result")

Image: TypeAlias = bytes | Path | str
"""The content of a file, or where it lies."""


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """A request, and how its answer is understood. `options` are what httpx2 takes of it: json, data, files, params."""

    method: str
    path: str
    understand: Callable[[Any], Result]
    options: Mapping[str, Any] = field(default_factory=dict)


def predict(image: Image, script: str, enhancement_level: float) -> Call[Prediction]:
    """Read one image."""
    body = {"image_data": _base64(image), "script": script, "enhancement_level": enhancement_level}
    return Call("POST", "/api/predict", Prediction.model_validate, {"json": body})


def predict_many(images: Sequence[Image], script: str, enhancement_level: float) -> Call[list[Prediction]]:
    """Read many images in one request."""
    files = [("files", (_name(image, place), _content(image))) for place, image in enumerate(images)]
    return Call(
        "POST",
        "/api/predict-batch",
        lambda answer: [Prediction.model_validate(each) for each in answer["results"]],
        {"files": files, "data": {"script": script, "enhancement_level": str(enhancement_level)}},
    )


def read_number(image: Image, pattern: str | None, max_error: float | None, *, keep: bool) -> Call[Number]:
    """Read all digits of an image or a document."""
    body: dict[str, Any] = {"image_data": _base64(image), "keep": keep}
    body |= {name: value for name, value in (("pattern", pattern), ("max_error", max_error)) if value is not None}
    return Call("POST", "/api/read-number", Number.model_validate, {"json": body})


def give_feedback(prediction_id: int, actual_digit: int | None, comments: str) -> Call[None]:
    """Say what a stored prediction shows."""
    body = {"prediction_id": prediction_id, "actual_digit": actual_digit, "comments": comments}
    return Call("POST", "/api/feedback", lambda _: None, {"json": body})


def history(limit: int, before: int | None, filters: Mapping[str, Any]) -> Call[list[Stored]]:
    """One page of the history."""
    asked = {"limit": limit, **({} if before is None else {"before": before}), **filters}
    return Call(
        "GET",
        "/api/analytics/predictions",
        lambda answer: [Stored.model_validate(each) for each in answer["data"]],
        {"params": asked},
    )


def start_training(config: Mapping[str, Any]) -> Call[int]:
    """Start a training; what the answer is made of is the job's id."""
    return Call("POST", "/api/train", lambda answer: int(answer["job_id"]), {"json": dict(config)})


def jobs(limit: int) -> Call[list[Job]]:
    """The newest jobs."""
    return Call(
        "GET",
        "/api/jobs",
        lambda answer: [Job.model_validate(each) for each in answer["data"]],
        {"params": {"limit": limit}},
    )


def job(job_id: int) -> Call[Job]:
    """One job."""
    return Call("GET", f"/api/jobs/{job_id}", _job)


def cancel_job(job_id: int) -> Call[Job]:
    """Cancel a job that is queued or running."""
    return Call("POST", f"/api/jobs/{job_id}/cancel", _job)


def _job(answer: Any) -> Job:
    return Job.model_validate(answer["data"])


def _content(image: Image) -> bytes:
    return image if isinstance(image, bytes) else Path(image).read_bytes()


def _base64(image: Image) -> str:
    return base64.b64encode(_content(image)).decode("ascii")


def _name(image: Image, place: int) -> str:
    return f"{place}" if isinstance(image, bytes) else Path(image).name
