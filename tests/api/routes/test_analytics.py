"""/api/analytics: the contract's figures, the tables beside them, and the filters that all share."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from hwr_core.app.workspace import Workspace
from tests.api.client import refusal
from tests.handwriting import drawing, png

Predict = Callable[..., Response]

TABLES = ("over-time", "confidence", "reliability", "confusion", "confused-pairs", "latency", "breakdown/digit",
          "breakdown/verdict", "breakdown/model_version", "breakdown/source", "breakdown/user")  # fmt: skip


@pytest.fixture
def digits(predict: Predict, client: TestClient) -> list[int]:
    """A 7, a 3 and a 7 of user 1; the first is labelled as right, the second as an 8."""
    numbers = [predict(png(drawing(digit))).json()["prediction_id"] for digit in (7, 3, 7)]
    for number, actual in zip(numbers, (7, 8), strict=False):
        client.post("/api/feedback", json={"prediction_id": number, "actual_digit": actual})
    return numbers


def test_system_has_the_figures_of_the_contract(client: TestClient, digits: list[int]) -> None:
    """All users, all predictions, today's, accuracy from feedback, and a count for each digit."""
    data = client.get("/api/analytics/system").json()["data"]
    assert (data["total_users"], data["active_users"]) == (1, 1)
    assert (data["total_predictions"], data["today_predictions"]) == (3, 3)
    assert (data["system_accuracy"], data["labelled"], data["right"]) == (0.5, 2, 1)
    assert data["accuracy_low"] < 0.5 < data["accuracy_high"]
    assert data["digit_distribution"] == {str(digit): {7: 2, 3: 1}.get(digit, 0) for digit in range(10)}


def test_a_user_has_the_figures_of_the_contract(client: TestClient, digits: list[int]) -> None:
    """The same for one user, with averages."""
    data = client.get("/api/analytics/user/1").json()["data"]
    assert (data["total_predictions"], data["user_accuracy"], data["feedback_count"]) == (3, 0.5, 2)
    assert data["most_common_digit"] == 7
    assert 0 < data["average_confidence"] <= 1
    assert data["average_processing_time"] > 0


def test_what_is_not_known_is_null(client: TestClient) -> None:
    """Without predictions there is no accuracy, the figures of older clients are 0, and no table fails."""
    system = client.get("/api/analytics/system").json()["data"]
    assert (system["system_accuracy"], system["accuracy"], system["labelled"]) == (0.0, None, 0)
    data = client.get("/api/analytics/user/1").json()["data"]
    assert [data[name] for name in ("accuracy", "most_common_digit")] == [None] * 2
    assert [data[name] for name in ("user_accuracy", "average_confidence", "average_processing_time")] == [0.0] * 3
    for table in TABLES:
        answer = client.get(f"/api/analytics/{table}")
        assert (answer.status_code, answer.json()["success"]) == (200, True)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_obeys_the_filters(client: TestClient, digits: list[int], table: str) -> None:
    """A filter that lets nothing through leaves no prediction in any table."""
    assert sum(row.get("predictions", 1) for row in client.get(f"/api/analytics/{table}").json()["data"]) > 0
    rows = client.get(f"/api/analytics/{table}?digit=9").json()["data"]
    assert sum(row.get("predictions", 1) for row in rows) == 0


def test_confusion_and_reliability_are_of_what_users_said(client: TestClient, digits: list[int]) -> None:
    """The one mistake is in its cell, and the error of calibration rests on two predictions."""
    assert {"digit": "3", "actual_digit": "8", "predictions": 1, "share": 1.0} in client.get(
        "/api/analytics/confused-pairs"
    ).json()["data"]
    reliability = client.get("/api/analytics/reliability").json()
    assert reliability["labelled"] == 2
    assert 0 < reliability["calibration_error"] < 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"digit": 7}, [3, 1]), ({"labelled": "no"}, [3]), ({"labelled": "wrong"}, [2]), ({"actual_digit": 8}, [2]),
        ({"digit": "none"}, []), ({"source": "api", "verdict": "digit"}, [3, 2, 1]), ({"source": "upload"}, []),
        ({"since": "2020-01-01T00:00:00+00:00", "until": "2020-01-02T00:00:00+00:00"}, []),
        ({"confidence_from": 0.0, "confidence_to": 0.1}, []), ({"user_id": 1, "limit": 1}, [3]),
    ],
    ids=str,
)  # fmt: skip
def test_the_history_is_filtered(
    client: TestClient, digits: list[int], query: dict[str, str], found: list[int]
) -> None:
    """Each filter of the history is a query parameter."""
    answer = client.get(f"/api/analytics/predictions?{urlencode(query)}").json()
    assert [row["id"] for row in answer["data"]] == found


def test_the_history_is_paged_by_a_cursor(client: TestClient, digits: list[int], predict: Predict) -> None:
    """Following `next_before` finds every prediction once, whatever is added meanwhile."""
    first = client.get("/api/analytics/predictions?limit=2").json()
    predict()
    rest = client.get(f"/api/analytics/predictions?limit=2&before={first['next_before']}").json()
    assert [row["id"] for row in first["data"] + rest["data"]] == [3, 2, 1]
    assert rest["next_before"] is None


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("predictions?digit=11", 422), ("predictions?digit=x", 422), ("predictions?confidence_from=2", 422),
        ("predictions?script=latin", 422),
        ("predictions?confidence_from=nan", 422), ("predictions?confidence_from=0.9&confidence_to=0.1", 422),
        ("predictions?since=yesterday", 422), ("predictions?since=2026-01-01T00:00:00", 422),
        ("predictions?until=1769860800", 422), ("predictions?until=-1.5e9", 422),
        ("predictions?source=fax", 422), ("predictions?labelled=maybe", 422), (f"predictions?before={2**63}", 422),
        ("confusion?user_id=9", 404), ("user/9", 404), (f"user/{2**63}", 422), ("user/x", 422),
        ("system?timezone=Mars/Base", 422), ("over-time?bucket=year", 422), ("breakdown/weather", 422),
        ("over-time?timezone=", 422),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(client: TestClient, address: str, status: int) -> None:
    """A wrong filter is named in words, and never a 500."""
    refusal(client.get(f"/api/analytics/{address}"), status)


def test_a_prediction_in_full(client: TestClient, predict: Predict, seven: bytes) -> None:
    """All that was answered is there, with what the model saw and the file that was sent."""
    answered = predict(enhancement_level=2.0).json()
    data = client.get(f"/api/predictions/{answered['prediction_id']}").json()["data"]
    assert data["all_predictions"] == answered["all_predictions"]
    assert data["enhancement_level"] == 2.0
    assert data["preprocessing_time"] + data["inference_time"] == pytest.approx(data["processing_time"])
    assert data["seen"].startswith("data:image/png;base64,iVBOR")
    upload = client.get(f"/api/predictions/{answered['prediction_id']}/original")
    assert (upload.content, upload.headers["Content-Type"]) == (seven, "image/png")
    assert upload.headers["X-Content-Type-Options"] == "nosniff"
    for unknown, status in ((99, 404), (0, 422), (2**63, 422)):
        refusal(client.get(f"/api/predictions/{unknown}"), status)
        refusal(client.get(f"/api/predictions/{unknown}/original"), status)


def test_what_has_become_worse_is_listed_with_its_cause(client: TestClient, workspace: Workspace) -> None:
    """In figures and in words; nothing of an empty history."""
    assert client.get("/api/analytics/changes").json()["data"] == []
    workspace.examples.load()
    [change] = client.get("/api/analytics/changes").json()["data"]
    assert (change["figure"], change["username"], change["source"]) == ("wrong", "Example Bela", "upload")
    assert change["mistake"] == [7, 1]
    assert change["lately"] > 0.1
    assert change["p_value"] < 0.01
    assert change["words"].endswith("Mostly Example Bela, by upload, 7 read as 1.")
