"""/api/users and /api/feedback: the contract, and what is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.api.client import refusal

Predict = Callable[..., Response]


def test_a_user_is_created_and_fetched(client: TestClient) -> None:
    """The answers have the fields of the contract, and the time its offset."""
    created = client.post("/api/users", json={"username": "Ada", "email": "ada@example.org"}).json()
    assert (created["success"], created["user_id"]) == (True, 2)
    assert "Ada" in created["message"]
    data = client.get("/api/users/2").json()["data"]
    assert datetime.fromisoformat(data.pop("created_at")).utcoffset() is not None
    assert data == {"id": 2, "username": "Ada", "email": "ada@example.org", "is_active": True}
    assert [user["id"] for user in client.get("/api/users").json()["data"]] == [1, 2]


@pytest.mark.parametrize(
    "body", [{}, {"username": ""}, {"username": " "}, {"username": None}, {"username": 5}, {"username": "x" * 65},
             {"username": "=cmd"}, {"username": "a", "email": "no where"}], ids=str
)  # fmt: skip
def test_what_is_no_user_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    """An empty or absurd name is a 422 in words, and nobody is added."""
    refusal(client.post("/api/users", json=body), 422)
    assert client.get("/api/users").json()["count"] == 1


def test_a_name_is_given_once_however_many_ask(client: TestClient) -> None:
    """Sixteen clients at once want one name in different cases: one gets it, the others a 409."""
    with ThreadPoolExecutor(16) as threads:
        names = ["Ada", "ADA", "ada", "aDa"] * 4
        answers = [*threads.map(lambda name: client.post("/api/users", json={"username": name}), names)]
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 15
    assert "is taken" in refusal(next(answer for answer in answers if answer.status_code == 409), 409)


def test_a_user_is_changed(client: TestClient) -> None:
    """What is sent changes and the rest stays; user 1 cannot be switched off."""
    client.post("/api/users", json={"username": "Ada", "email": "ada@example.org"})
    data = client.patch("/api/users/2", json={"username": "Countess", "is_active": False}).json()["data"]
    assert (data["username"], data["email"], data["is_active"]) == ("Countess", "ada@example.org", False)
    refusal(client.patch("/api/users/2", json={"username": "DEFAULT"}), 409)
    refusal(client.patch("/api/users/1", json={"is_active": False}), 409)


def test_a_deactivated_user_adds_nothing(client: TestClient, predict: Predict, blank: bytes) -> None:
    """Predictions and feedback of somebody deactivated are a 403, a blank image too."""
    client.post("/api/users", json={"username": "Ada"})
    number = predict(user_id=2).json()["prediction_id"]
    client.patch("/api/users/2", json={"is_active": False})
    refusal(predict(user_id=2), 403)
    refusal(predict(blank, user_id=2), 403)
    refusal(client.post("/api/feedback", json={"prediction_id": number, "user_id": 2, "actual_digit": 7}), 403)
    assert client.get("/api/analytics/user/2").json()["data"]["total_predictions"] == 1


def test_a_user_goes_with_all_data(client: TestClient, predict: Predict) -> None:
    """After deleting, the user and their predictions are 404 and those of others are there."""
    client.post("/api/users", json={"username": "Ada"})
    mine, hers = (predict(user_id=user).json()["prediction_id"] for user in (1, 2))
    assert client.delete("/api/users/2").json()["predictions_erased"] == 1
    refusal(client.get("/api/users/2"), 404)
    refusal(client.get(f"/api/predictions/{hers}"), 404)
    assert client.get(f"/api/predictions/{mine}").status_code == 200
    refusal(client.delete("/api/users/1"), 409)
    assert client.delete("/api/users/1/history").json()["predictions_erased"] == 1


def test_a_user_is_forgotten(client: TestClient, predict: Predict) -> None:
    """Anonymised, the predictions are still there and the name is not."""
    client.post("/api/users", json={"username": "Ada", "email": "ada@example.org"})
    predict(user_id=2)
    data = client.post("/api/users/2/anonymise").json()["data"]
    assert (data["username"], data["email"], data["is_active"]) == ("anonymous-2", None, False)
    assert client.get("/api/analytics/predictions?user_id=2").json()["count"] == 1


def test_feedback_is_recorded_and_told_everywhere(client: TestClient, predict: Predict) -> None:
    """Its answer says whether the prediction was right; prediction, figures and export show it afterwards."""
    number = predict().json()["prediction_id"]
    body = {"prediction_id": number, "user_id": 1, "actual_digit": 1, "confidence_rating": 5, "comments": "a one"}
    first = client.post("/api/feedback", json=body).json()
    assert (first["success"], first["correct_prediction"]) == (True, False)
    second = client.post("/api/feedback", json={"prediction_id": number, "user_id": 1, "actual_digit": 7}).json()
    assert second["correct_prediction"] is True
    data = client.get(f"/api/predictions/{number}").json()["data"]
    assert (data["is_labelled"], data["actual_digit"], data["correct_prediction"]) == (True, 7, True)
    assert [(said["actual_digit"], said["replaced_at"] is None) for said in data["feedback"]] == [(7, True), (1, False)]
    assert client.get("/api/analytics/system").json()["data"]["system_accuracy"] == 1.0
    feedbacks = client.get("/api/export/user/1").json()["data"]["feedbacks"]
    assert {"timestamp", "actual_digit", "correct_prediction", "confidence_rating", "comments"} <= feedbacks[0].keys()


def test_feedback_is_taken_back(client: TestClient, predict: Predict) -> None:
    """The feedback of the other user counts again, then none; without feedback there is nothing to withdraw."""
    client.post("/api/users", json={"username": "Ada"})
    number = predict().json()["prediction_id"]
    for user, digit in ((1, 1), (2, 7)):
        client.post("/api/feedback", json={"prediction_id": number, "user_id": user, "actual_digit": digit})
    first = client.delete(f"/api/feedback/{number}?user_id=2").json()
    assert (first["success"], first["is_labelled"], first["actual_digit"]) == (True, True, 1)
    second = client.delete(f"/api/feedback/{number}").json()
    assert (second["is_labelled"], second["actual_digit"]) == (False, None)
    assert client.get(f"/api/predictions/{number}").json()["data"]["is_labelled"] is False
    assert "has not labelled" in refusal(client.delete(f"/api/feedback/{number}"), 404)
    refusal(client.delete("/api/feedback/99"), 404)
    refusal(client.delete("/api/feedback/0"), 422)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"actual_digit": 99}, 422), ({"actual_digit": -1}, 422), ({"actual_digit": True}, 422),
        ({"actual_digit": "7.5"}, 422), ({"confidence_rating": -5}, 422), ({"confidence_rating": 0}, 422),
        ({"confidence_rating": 6}, 422), ({"confidence_rating": True}, 422), ({"comments": "x" * 2001}, 422),
        ({"comments": 7}, 422), ({"prediction_id": 99}, 404), ({"prediction_id": 0}, 422),
        ({"prediction_id": 2**63}, 422), ({"prediction_id": 2**63 - 1}, 404), ({"user_id": 9}, 404),
        ({"user_id": 2**63}, 422), ({"prediction_id": None}, 422),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_feedback_that_makes_no_sense_is_refused(
    client: TestClient, predict: Predict, fields: dict[str, Any], status: int
) -> None:
    """Orphan ids, digit 99, rating -5: refused in words, nothing recorded, and the next feedback works."""
    number = predict().json()["prediction_id"]
    good = {"prediction_id": number, "user_id": 1, "actual_digit": 7}
    refusal(client.post("/api/feedback", json=good | fields), status)
    assert client.get(f"/api/predictions/{number}").json()["data"]["feedback"] == []
    assert client.post("/api/feedback", json=good).status_code == 200


def test_feedback_needs_the_digit_but_it_may_be_none(client: TestClient, predict: Predict) -> None:
    """Leaving the digit out is a mistake; null says that the image shows none."""
    number = predict().json()["prediction_id"]
    assert "actual_digit is missing" in refusal(client.post("/api/feedback", json={"prediction_id": number}), 422)
    answer = client.post("/api/feedback", json={"prediction_id": number, "actual_digit": None}).json()
    assert answer["correct_prediction"] is False


def test_users_are_listed_in_pages(client: TestClient) -> None:
    """So many after the last one seen, and no limit that makes no sense."""
    for name in ("Ada", "Eve", "Bob"):
        client.post("/api/users", json={"username": name})
    assert [user["id"] for user in client.get("/api/users?limit=2&after=1").json()["data"]] == [2, 3]
    for query in ("limit=0", "after=-1", f"after={2**63}"):
        refusal(client.get(f"/api/users?{query}"), 422)
