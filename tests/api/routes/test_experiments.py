"""Experiments over HTTP: started, followed, stopped; and whom a request counts for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hwr_core.experiments.assignment import name_of
from hwr_core.recognition.types import Assignment
from hwr_core.records.roles import Role
from tests.api.client import Predict, drawn
from tests.api.signed_in import Site


def body_of(client: TestClient, key: str = "", **more: Any) -> dict[str, Any]:
    """An experiment between the served version and another one."""
    listed = client.get("/api/models", headers={"X-API-Key": key} if key else {}).json()
    served = listed["champion"]
    other = next(row["version"] for row in listed["data"] if row["version"] != served)
    return {
        "name": "Old against new",
        "arms": [{"version": served, "share": 0.5}, {"version": other, "share": 0.5}],
        "metric": "accuracy",
        "ends_at": (datetime.now(UTC) + timedelta(days=7)).isoformat(),
        **more,
    }


def test_an_experiment_is_started_followed_and_stopped(client: TestClient, predict: Predict, seven: bytes) -> None:
    """Answers name version and experiment; the figures of both arms are there, and the verdict in words."""
    body = body_of(client)
    started = client.post("/api/experiments", json=body)
    assert started.status_code == 200
    number = started.json()["experiment_id"]
    answers = [
        client.post("/api/predict", json=drawn(seven), headers={"X-Experiment-Unit": f"branch {unit}"}).json()
        for unit in range(20)
    ]
    assert {answer["experiment"] for answer in answers} == {number}
    assert {answer["model_version"] for answer in answers} == {arm["version"] for arm in body["arms"]}
    again = client.post("/api/predict", json=drawn(seven), headers={"X-Experiment-Unit": "branch 3"}).json()
    assert again["model_version"] == answers[3]["model_version"]
    answer = client.post(
        "/api/feedback", json={"prediction_id": answers[0]["prediction_id"], "user_id": 1, "actual_digit": 7}
    )
    assert answer.status_code == 200
    data = client.get(f"/api/experiments/{number}").json()["data"]
    assert (data["state"], data["name"], data["metric"], data["smallest"]) == (
        "running",
        "Old against new",
        "accuracy",
        0.02,
    )
    assert sum(arm["predictions"] for arm in data["arms"]) == 21
    assert sum(arm["labelled"] for arm in data["arms"]) == 1
    assert {arm["accuracy"] for arm in data["arms"]} == {1.0, None}
    assert data["verdict"].startswith("Too early to tell")
    stopped = client.post(f"/api/experiments/{number}/stop", json={"reason": "enough"}).json()["data"]
    assert (stopped["state"], stopped["reason"]) == ("stopped", "enough")
    assert [row["id"] for row in client.get("/api/experiments").json()["data"]] == [number]
    assert predict().json()["experiment"] is None


def test_uploads_and_batches_belong_to_the_experiment(client: TestClient, seven: bytes) -> None:
    """A user gets the same version by every door."""
    number = client.post("/api/experiments", json=body_of(client)).json()["experiment_id"]
    one = client.post("/api/predict", json=drawn(seven)).json()
    upload = client.post("/api/predict-upload", files={"file": ("seven.png", seven)}).json()
    [in_batch] = client.post("/api/predict-batch", files=[("files", ("seven.png", seven))]).json()["results"]
    found = [(each["experiment"], each["model_version"]) for each in (one, upload, in_batch)]
    assert found == [(number, one["model_version"])] * 3


def test_a_plan_is_made_before(client: TestClient) -> None:
    """How many labelled predictions are needed, and that nobody knows how long that takes."""
    arms = body_of(client)["arms"]
    plan = client.post("/api/experiments/plan", json={"arms": arms}).json()["data"]
    assert plan["outcomes"] > plan["fixed"] > 1000
    assert plan["days"] is None


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"arms": []}, 422),
        ({"ends_at": "2020-01-01T00:00:00Z"}, 422),
        ({"ends_at": "2030-01-01T00:00:00"}, 422),
        ({"metric": "beauty"}, 422),
        ({"name": ""}, 422),
        ({"user_id": 99}, 404),
    ],
)
def test_what_is_no_experiment_is_refused(client: TestClient, more: dict[str, Any], status: int) -> None:
    """In words, and nothing has started."""
    answer = client.post("/api/experiments", json=body_of(client, **more))
    assert answer.status_code == status, answer.text
    assert answer.json()["success"] is False
    assert client.get("/api/experiments").json()["data"] == []


def test_a_second_experiment_is_refused(client: TestClient) -> None:
    """409, with the one that is running."""
    client.post("/api/experiments", json=body_of(client))
    answer = client.post("/api/experiments", json=body_of(client))
    assert answer.status_code == 409
    assert "is running" in answer.json()["detail"]
    assert client.get("/api/experiments/7").status_code == 404
    assert client.post("/api/experiments/7/stop").status_code == 404
    assert client.post("/api/experiments/1/stop").status_code == 200
    assert client.post("/api/experiments/1/stop").status_code == 409


def test_experiments_are_for_those_who_may_promote(site: Site) -> None:
    """Analysts see them, and may not stop them."""
    assert site.ask(Role.VIEWER, "GET", "/api/experiments").status_code == 403
    assert site.ask(Role.ANALYST, "GET", "/api/experiments").status_code == 200
    assert site.ask(Role.ANALYST, "POST", "/api/experiments/1/stop").status_code == 403


def test_an_api_key_counts_by_itself_unless_a_unit_is_named(site: Site, seven: bytes) -> None:
    """What is stored with the prediction is a hash of either."""
    body = body_of(site.client, site.keys[Role.ADMIN])
    number = site.ask(Role.ADMIN, "POST", "/api/experiments", json=body).json()["experiment_id"]
    [key] = site.workspace.access.keys(site.ids[Role.ADMIN])
    for unit, headers in ((f"key:{key.id}", {}), ("unit:branch 3", {"X-Experiment-Unit": "branch 3"})):
        sent = site.ask(Role.ADMIN, "POST", "/api/predict", json=drawn(seven), headers=headers).json()
        kept = site.workspace.history.get(sent["prediction_id"]).prediction.assignment
        assert kept == Assignment(number, name_of(number, unit))


def test_a_shadow_is_set_and_ended(client: TestClient, predict: Predict) -> None:
    """It answers nobody; its report is there at once."""
    assert client.get("/api/models/shadow").json()["data"] is None
    listed = client.get("/api/models").json()
    other = next(row["version"] for row in listed["data"] if row["version"] != listed["champion"])
    data = client.put("/api/models/shadow", json={"version": other, "share": 0.5}).json()["data"]
    assert (data["version"], data["share"], data["read"], data["dropped"]) == (other, 0.5, 0, 0)
    assert predict().json()["model_version"] == listed["champion"]
    assert client.put("/api/models/shadow", json={"version": listed["champion"]}).status_code == 409
    assert client.put("/api/models/shadow", json={"version": other, "share": 0}).status_code == 422
    assert client.delete("/api/models/shadow").json() == {"success": True, "data": None}
    assert client.delete("/api/models/shadow").status_code == 409
