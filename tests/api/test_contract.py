"""The REST contract: the paths, fields and types that existing clients rely on, asked of a real app."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, TypeAlias

import pytest
from fastapi.testclient import TestClient

from hwr_core.settings import Settings
from tests.api.client import client_of, drawn
from tests.handwriting import drawing, png
from tests.own_models import copied_models, own_digits

Types: TypeAlias = type | tuple[type, ...]
Fields: TypeAlias = dict[str, Types]

SEVEN = png(drawing(7))
NUMBER = (int, float)
READ: Fields = {"predicted_digit": int, "confidence": NUMBER, "processing_time": NUMBER, "verdict": str}
STORED: Fields = READ | {"prediction_id": int, "all_predictions": list}
JOB: Fields = {
    "id": int,
    "kind": str,
    "state": str,
    "progress": NUMBER,
    "eta_seconds": (*NUMBER, NoneType),
    "error": NoneType,
    "result": NoneType,
}
SYSTEM: Fields = {
    "total_users": int,
    "active_users": int,
    "total_predictions": int,
    "today_predictions": int,
    "system_accuracy": NUMBER,
    "digit_distribution": dict,
}
USER_FIGURES: Fields = {
    "total_predictions": int,
    "user_accuracy": NUMBER,
    "average_confidence": NUMBER,
    "average_processing_time": NUMBER,
    "most_common_digit": int,
    "feedback_count": int,
}
HISTORY_ROW: Fields = {
    "id": int,
    "timestamp": str,
    "predicted_digit": int,
    "confidence": NUMBER,
    "user_input_type": str,
    "processing_time": NUMBER,
}
USER: Fields = {"id": int, "username": str, "email": (str, NoneType), "created_at": str, "is_active": bool}
FEEDBACK_ROW: Fields = {
    "timestamp": str,
    "actual_digit": int,
    "correct_prediction": bool,
    "confidence_rating": (int, NoneType),
    "comments": str,
}
STARTED: Fields = {"job_id": int, "status_url": str, "message": str}


@dataclass(frozen=True)
class Row:
    """A line of the contract: a request, and the fields of its answer and of the objects inside."""

    method: str
    path: str
    fields: Fields
    sent: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    success: bool = True
    inside: tuple[tuple[Callable[[Any], Any], Fields], ...] = ()

    def __str__(self) -> str:
        """Its name among the tests."""
        return f"{self.method} {self.path}"


def _data(body: Any) -> Any:
    return body["data"]


def _first_row(body: Any) -> Any:
    return body["data"][0]


HEALTH: Fields = {"status": str, "model_loaded": bool, "database_connected": bool, "timestamp": str}
FILES = [("files", ("seven.png", SEVEN)), ("files", ("again.png", SEVEN))]

CONTRACT = (
    Row("GET", "/health", HEALTH, success=False),
    Row("GET", "/health/live", {}),
    Row("GET", "/health/ready", HEALTH, success=False),
    Row("POST", "/api/predict", STORED | {"total_time": NUMBER, "timestamp": str}, {"json": drawn(SEVEN)}),
    Row("POST", "/api/predict-upload", STORED | {"filename": str}, {"files": {"file": ("seven.png", SEVEN)}}),
    Row(
        "POST",
        "/api/predict-batch",
        {"total_files": int, "results": list},
        {"files": FILES},
        inside=((lambda body: body["results"][1], READ | {"filename": str}),),
    ),
    Row(
        "POST",
        "/api/read-number",
        {"text": str, "confidence": NUMBER, "accept": bool, "digits": list, "lines": list},
        {"files": {"file": SEVEN}},
        inside=(
            (lambda body: body["digits"][0], {"digit": int, "confidence": NUMBER, "candidates": list, "box": list}),
            (lambda body: body["lines"][0], {"text": str, "confidence": NUMBER, "accept": bool, "box": list}),
        ),
    ),
    Row(
        "POST",
        "/api/feedback",
        {"message": str},
        {"json": {"prediction_id": 1, "user_id": 1, "actual_digit": 7, "confidence_rating": None, "comments": ""}},
    ),
    Row("GET", "/api/analytics/system", {}, inside=((_data, SYSTEM),)),
    Row("GET", "/api/analytics/user/1", {}, inside=((_data, USER_FIGURES),)),
    Row("GET", "/api/analytics/predictions?limit=2", {"count": int, "data": list}, inside=((_first_row, HISTORY_ROW),)),
    Row("POST", "/api/users", {"user_id": int, "message": str}, {"json": {"username": "Ada"}}),
    Row("GET", "/api/users/1", {}, inside=((_data, USER),)),
    Row("GET", "/api/model/status", {"model_loaded": bool, "model_version": str, "model_path": str}),
    Row(
        "GET",
        "/api/export/user/1",
        {},
        inside=(
            (_data, {"predictions": list, "feedbacks": list}),
            (lambda body: body["data"]["feedbacks"][0], FEEDBACK_ROW),
        ),
    ),
    Row("GET", "/api/models", {"data": list}),
    Row("POST", "/api/train", STARTED, {"json": {"epochs": 1, "batch_size": 8}}, status=202),
    Row("POST", "/api/tune", STARTED, {"json": {"trials": 2}}, status=202),
    Row("GET", "/api/jobs", {"data": list}, inside=((_first_row, JOB),)),
    Row("GET", "/api/jobs/2", {}, inside=((_data, JOB),)),
    Row("POST", "/api/jobs/2/cancel", {}, inside=((_data, {"state": str}),)),
    Row("POST", "/api/jobs/1/cancel", {}, inside=((_data, {"state": str}),)),
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of one server, on which the rows of the contract are asked for in their order."""
    folder = tmp_path_factory.mktemp("contract")
    models = copied_models(folder / "models").folder
    with client_of(Settings(data_dir=folder / "data", models_dir=models, datasets_dir=folder / "datasets")) as client:
        client.post("/api/datasets/custom", files={"file": ("digits.zip", own_digits(20))})
        yield client


def test_each_row_of_the_contract_holds(client: TestClient) -> None:
    """Each path answers with the status, the fields and the types that it promises."""
    for row in CONTRACT:
        response = client.request(row.method, row.path, **row.sent)
        assert response.status_code == row.status, (row, response.text)
        body = response.json()
        assert body.get("success", False) is row.success, row
        _confirm(row, body, row.fields)
        for find, fields in row.inside:
            _confirm(row, find(body), fields)


def _confirm(row: Row, found: Mapping[str, Any], fields: Fields) -> None:
    for name, types in fields.items():
        assert isinstance(found[name], types), (str(row), name, found[name])


def test_an_export_can_be_a_csv_download(client: TestClient) -> None:
    """It has a file name, and the predictions as rows."""
    answer = client.get("/api/export/user/1?format=csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize("level", ["-1", "4", "NaN", "Infinity"])
def test_an_absurd_enhancement_level_is_refused(client: TestClient, level: str) -> None:
    """With 422, on the form as anywhere."""
    answer = client.post("/api/predict-upload", files={"file": SEVEN}, data={"enhancement_level": level})
    assert answer.status_code == 422


def test_a_blank_image_is_answered_and_not_stored(client: TestClient, blank: bytes) -> None:
    """The verdict is no_ink: 200, no id, no digit, a confidence and ten probabilities all the same."""
    body = client.post("/api/predict", json=drawn(blank)).json()
    assert (body["verdict"], body["prediction_id"], body["predicted_digit"]) == ("no_ink", None, None)
    assert isinstance(body["confidence"], float)
    assert len(body["all_predictions"]) == 10


def test_the_documentation_is_there(client: TestClient) -> None:
    """Both pages, and the document that they show."""
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 200
