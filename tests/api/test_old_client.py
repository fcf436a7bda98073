"""A client that was written for the older app, unchanged: it calculates with what it gets and knows nothing of ours."""

import base64
import csv
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.handwriting import drawing, png
from tests.own_models import copied_models, own_digits
from tests.serving import Server, serving

pytestmark = pytest.mark.slow

OLD_PAGE = "http://old-page.example.org:8501"
SEVEN = png(drawing(7))
LONGEST_TRAINING = 600.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A fresh server, which allows the page of the older app."""
    folder = tmp_path_factory.mktemp("old-client")
    variables = {
        "HWR_MODELS_DIR": str(copied_models(folder / "models").folder),
        "HWR_DATASETS_DIR": str(folder / "datasets"),
        "HWR_CORS_ORIGINS": OLD_PAGE,
    }
    with serving(folder / "data", **variables) as server:
        yield server


class OldClient:
    """What such a client looks like: paths, plain dictionaries, and an error for anything but success."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def ask(self, method: str, path: str, status: int = 200, **sent: Any) -> dict[str, Any]:
        """Ask, and take success for granted."""
        answer = self.session.request(method, self.url + path, timeout=60, **sent)
        assert answer.status_code == status, answer.text
        body = answer.json()
        assert path == "/health" or body["success"] is True
        return body

    def predict(self, **more: Any) -> dict[str, Any]:
        """Send a drawing."""
        image = base64.b64encode(SEVEN).decode()
        return self.ask("POST", "/api/predict", json={"image_data": f"data:image/png;base64,{image}", **more})


@pytest.fixture(scope="module")
def client(server: Server) -> OldClient:
    """The client of the fresh server."""
    return OldClient(server.url)


def test_figures_of_nothing_are_numbers(client: OldClient):
    """On a fresh server the page shows 0 %, which it formats without looking."""
    system = client.ask("GET", "/api/analytics/system")["data"]
    assert f"{system['system_accuracy']:.1%} of {system['total_predictions']}" == "0.0% of 0"
    assert (system["labelled"], system["accuracy"]) == (0, None)  # what it does not look at
    user = client.ask("GET", "/api/analytics/user/1")["data"]
    assert f"{user['user_accuracy']:.1%} {user['average_confidence']:.2f}" == "0.0% 0.00"
    assert f"{user['average_processing_time'] * 1000:.0f} ms, {user['feedback_count'] + 1}" == "0 ms, 1"


def test_health_is_healthy(client: OldClient):
    """With a model and a database."""
    health = client.ask("GET", "/health")
    assert (health["status"], health["model_loaded"], health["database_connected"]) == ("healthy", True, True)
    assert health["timestamp"]


def test_a_drawing_is_predicted(client: OldClient):
    """With the defaults, and with all that can be sent."""
    for answer in (client.predict(), client.predict(user_id=1, enhancement_level=2.0)):
        assert answer["predicted_digit"] == 7
        assert round(sum(answer["all_predictions"]), 3) == 1.0
        assert answer["all_predictions"][answer["predicted_digit"]] == max(answer["all_predictions"])
        assert 0.0 <= answer["processing_time"] <= answer["total_time"]
        assert answer["prediction_id"] + 1 > answer["confidence"] > 0.5


def test_files_are_predicted(client: OldClient):
    """One, and many in their order."""
    one = client.ask(
        "POST",
        "/api/predict-upload",
        files={"file": ("my seven.png", SEVEN, "image/png")},
        data={"user_id": "1", "enhancement_level": "1.0"},
    )
    assert (one["predicted_digit"], one["filename"]) == (7, "my seven.png")
    files = [("files", (f"{digit}.png", png(drawing(digit)), "image/png")) for digit in (3, 7, 0)]
    many = client.ask("POST", "/api/predict-batch", files=files, data={"user_id": "1"})
    assert many["total_files"] == len(many["results"]) == 3
    assert [result["predicted_digit"] for result in many["results"]] == [3, 7, 0]
    assert sum(result["processing_time"] * result["confidence"] for result in many["results"]) > 0


@pytest.mark.parametrize("extra", [{}, {"confidence_rating": None, "comments": None}, {"comments": "a 7"}])
def test_feedback_is_taken(client: OldClient, extra: dict[str, Any]):
    """With nothing more, with nulls, and with all."""
    number = client.predict()["prediction_id"]
    sent = {"prediction_id": number, "user_id": 1, "actual_digit": 7, **extra}
    assert client.ask("POST", "/api/feedback", json=sent)["message"]
    assert client.ask("GET", "/api/analytics/system")["data"]["system_accuracy"] == 1.0


def test_figures_follow(client: OldClient):
    """What was predicted is counted, digit by digit and for its user."""
    client.predict()
    system = client.ask("GET", "/api/analytics/system")["data"]
    assert sum(system["digit_distribution"][str(digit)] for digit in range(10)) == system["total_predictions"]
    assert system["today_predictions"] <= system["total_predictions"]
    assert system["active_users"] <= system["total_users"]
    assert client.ask("GET", "/api/analytics/user/1")["data"]["most_common_digit"] == 7


@pytest.mark.parametrize("limit", [1, 100, 1_000_000, 10**30])
def test_a_limit_is_cut_to_what_there_may_be(client: OldClient, limit: int):
    """However large: the answer is as long as it may be."""
    client.predict()
    found = client.ask("GET", "/api/analytics/predictions", params={"limit": limit, "user_id": 1})
    assert 1 <= found["count"] == len(found["data"]) <= limit
    newest = found["data"][0]
    assert (newest["predicted_digit"], newest["user_input_type"]) == (7, "drawing")
    assert 0.0 < newest["confidence"] * newest["processing_time"] < 60.0
    assert newest["timestamp"][:2] == "20"


@pytest.mark.parametrize(
    ("username", "email"),
    [("ada", None), ("O'Brien, Jr.", "john"), ("Zoë (lab 2) & co", "zoe@example.org"), ("x/y", "")],
)
def test_users_are_made(client: OldClient, username: str, email: str | None):
    """With the names that the older app took, and with anything for an address."""
    number = client.ask("POST", "/api/users", json={"username": username, "email": email})["user_id"]
    data = client.ask("GET", f"/api/users/{number}")["data"]
    assert (data["id"], data["username"], data["is_active"]) == (number, username, True)
    assert (data["email"] or "") == (email or "")
    assert data["created_at"]


@pytest.mark.long
def test_a_training_has_the_keys_of_its_page(client: OldClient):
    """Null when it starts, numbers when it is done."""
    images = {"file": ("digits.zip", own_digits(20))}
    client.ask("POST", "/api/datasets/custom", files=images)
    sent = {"use_hyperparameter_tuning": False, "use_augmentation": True, "epochs": 1, "batch_size": 8}
    few = {"config": {"sources": ["custom"]}}  # not the client's: without it the test would take five minutes
    started = client.ask("POST", "/api/train", 202, json=sent | few)
    for name in ("test_accuracy", "test_loss", "training_time"):
        assert started[name] is None
    patience = time.monotonic() + LONGEST_TRAINING
    while (job := client.ask("GET", started["status_url"])["data"])["state"] in ("queued", "running"):
        assert time.monotonic() < patience
        time.sleep(0.5)
    assert job["state"] == "succeeded", job["error"]
    assert job["test_accuracy"] * 100 <= 100 < 100 + job["test_loss"] * job["training_time"]


def test_the_model_has_a_status(client: OldClient):
    """Its version and where it lies."""
    status = client.ask("GET", "/api/model/status")
    assert status["model_loaded"] is True
    assert status["model_version"] in status["model_path"]


def test_a_users_data_is_exported(client: OldClient):
    """As JSON with predictions and feedback, and as a CSV that is downloaded."""
    client.predict()
    data = client.ask("GET", "/api/export/user/1", params={"format": "json"})["data"]
    assert {row["input_type"] for row in data["predictions"]} <= {"drawing", "upload"}
    for row in data["feedbacks"]:
        assert {"timestamp", "actual_digit", "correct_prediction", "confidence_rating", "comments"} <= row.keys()
    download = client.session.get(f"{client.url}/api/export/user/1?format=csv", timeout=60)
    assert "attachment" in download.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(download.text)))
    assert len(rows) == len(data["predictions"])
    assert rows[-1]["input_type"] == rows[-1]["user_input_type"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_the_documentation_is_there(client: OldClient, path: str):
    """Where it was."""
    assert client.session.get(client.url + path, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"image_data": base64.b64encode(SEVEN).decode()}, 200),
        ({"image_data": "no image"}, 415),
        ({"user_id": 99}, 422),
    ],
)
def test_its_page_on_another_origin_may_ask(client: OldClient, sent: dict[str, Any], status: int):
    """A browser asks first whether it may, and lets the page read the answer, an error too."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    first = client.session.options(f"{client.url}/api/predict", headers={"Origin": OLD_PAGE, **asked}, timeout=60)
    assert first.status_code == 200
    assert first.headers["Access-Control-Allow-Origin"] == OLD_PAGE
    assert "content-type" in first.headers["Access-Control-Allow-Headers"].lower()
    answer = client.session.post(f"{client.url}/api/predict", json=sent, headers={"Origin": OLD_PAGE}, timeout=60)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, OLD_PAGE)
    assert json.loads(answer.text)["success"] is (status == 200)
    other = client.session.post(
        f"{client.url}/api/predict", json=sent, headers={"Origin": "http://else.example"}, timeout=60
    )
    assert other.status_code == 403
