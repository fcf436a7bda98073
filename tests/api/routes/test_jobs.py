"""Trainings over HTTP: answered at once, observed while they run, cancelled and resumed, and predictions go on."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from hwr_core.settings import Settings
from tests.api.client import client_of, refusal
from tests.own_models import copied_models, own_digits

PATIENCE = 240
SMALL = {"sources": ["custom"], "augmentation": 0}


@pytest.fixture
def client(settings: Settings, tmp_path: Any) -> Iterator[TestClient]:
    """A client of a server with model versions of its own and no data sets."""
    models = copied_models(tmp_path / "models").folder
    changed = settings.model_copy(update={"models_dir": models, "datasets_dir": tmp_path / "datasets"})
    with client_of(changed) as client:
        yield client


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are queued and none begins."""
    monkeypatch.setattr("hwr_core.jobs.queue.JobQueue.start", lambda _: None)


@pytest.fixture
def ended(client: TestClient) -> Callable[[int], dict[str, Any]]:
    """Wait for a job to end and return it."""

    def wait(job_id: int) -> dict[str, Any]:
        patience = time.monotonic() + PATIENCE
        while True:
            job: dict[str, Any] = client.get(f"/api/jobs/{job_id}").json()["data"]
            if job["state"] not in ("queued", "running"):
                return job
            assert time.monotonic() < patience, client.get(f"/api/jobs/{job_id}/log").text
            time.sleep(0.2)

    return wait


def take_in(client: TestClient, count: int) -> dict[str, Any]:
    """Upload a ZIP of labelled images."""
    answer = client.post("/api/datasets/custom", files={"file": ("digits.zip", own_digits(count))})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.slow
@pytest.mark.long
def test_a_training_is_answered_at_once_and_ends_in_a_version(
    client: TestClient, ended: Callable[[int], dict[str, Any]]
) -> None:
    """202 with the job's address; while it runs predictions go on; at the end it carries what the contract asks for."""
    assert take_in(client, 30)["added"] == {str(digit): 30 for digit in range(10)}
    began = time.monotonic()
    answer = client.post("/api/train", json={"epochs": 1, "batch_size": 16, "config": SMALL})
    assert time.monotonic() - began < 2
    assert (answer.status_code, answer.json()["success"]) == (202, True)
    job = ended(answer.json()["job_id"])
    assert (job["state"], job["progress"], job["error"]) == ("succeeded", 1.0, None)
    assert 0 <= job["test_accuracy"] <= 1
    assert job["test_loss"] > 0
    assert job["training_time"] > 0
    assert answer.json()["status_url"] == f"/api/jobs/{job['id']}"
    made = client.get(f"/api/models/{job['result']['model_version']}").json()["data"]
    assert (job["result"]["challenger"], made["aliases"]) == (False, [])
    [objection] = job["result"]["far_worse"]
    assert "On 'custom' it reads" in objection
    assert "not made the challenger" in client.get(f"/api/jobs/{job['id']}/log").text
    assert made["card"]["config"]["epochs"] == 1
    assert [each["suite"] for each in made["evaluations"]] == ["custom"]
    events = client.get(f"/api/jobs/{job['id']}/events").json()
    assert "epoch" in {event["kind"] for event in events["data"]}
    assert client.get(f"/api/jobs/{job['id']}/events?after={events['next_after']}").json()["data"] == []
    assert "model version" in client.get(f"/api/jobs/{job['id']}/log").text
    assert client.get("/api/model/status").json()["model_version"] != made["version"]


@pytest.mark.usefixtures("idle")
def test_the_contracts_defaults_start_a_training(client: TestClient) -> None:
    """An empty body is a training of fifty epochs with augmentation in batches of 32; it can be cancelled at once."""
    take_in(client, 20)
    answer = client.post("/api/train", json={})
    job = client.get(answer.json()["status_url"]).json()["data"]
    assert (job["kind"], job["config"]["epochs"], job["config"]["batch_size"]) == ("train", 50, 32)
    assert job["config"]["augmentation"] > 0
    assert client.post(f"/api/jobs/{job['id']}/cancel").status_code == 200
    plain = client.post("/api/train", json={"use_augmentation": False}).json()["job_id"]
    assert client.get(f"/api/jobs/{plain}").json()["data"]["config"]["augmentation"] == 0
    tuned = client.post("/api/train", json={"use_hyperparameter_tuning": True}).json()["job_id"]
    found = client.get(f"/api/jobs/{tuned}").json()["data"]
    assert (found["kind"], found["config"]["train_best"]) == ("tune", True)
    for job_id in (tuned, plain):
        assert client.post(f"/api/jobs/{job_id}/cancel").json()["data"]["state"] in ("cancelled", "running")


@pytest.mark.slow
@pytest.mark.long
def test_a_running_training_is_cancelled_and_resumed(
    client: TestClient, ended: Callable[[int], dict[str, Any]]
) -> None:
    """Cancelled in the midst of it, it stops; resumed, it goes on after its last whole epoch."""
    take_in(client, 20)
    config = SMALL | {"drawings": 2}
    job_id = client.post("/api/train", json={"epochs": 60, "batch_size": 8, "config": config}).json()["job_id"]
    while "epoch" not in {each["kind"] for each in client.get(f"/api/jobs/{job_id}/events").json()["data"]}:
        time.sleep(0.2)
    client.post(f"/api/jobs/{job_id}/cancel")
    cancelled = ended(job_id)
    assert (cancelled["state"], cancelled["can_be_resumed"]) == ("cancelled", True)
    assert 0 < cancelled["progress"] < 1
    refusal(client.post(f"/api/jobs/{job_id}/cancel"), 409)
    assert client.post(f"/api/jobs/{job_id}/resume").json()["data"]["state"] in ("queued", "running")
    while True:
        events = client.get(f"/api/jobs/{job_id}/events").json()["data"]
        again = [each["kind"] for each in events].count("started") == 2
        epochs = [each["data"]["epoch"] for each in events if each["kind"] == "epoch"]
        if again and len(epochs) > 2:
            break
        time.sleep(0.2)
    client.post(f"/api/jobs/{job_id}/cancel")
    assert ended(job_id)["attempt"] == 2
    assert epochs == [*range(1, len(epochs) + 1)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": "many"}, "epochs"),
        ({"batch_size": 4}, "batch_size is 4"),
        ({"config": {"architecture": "huge"}}, "there are small"),
        ({"config": {"sources": ["mnist", "imagenet"]}}, "there is no data set imagenet"),
        ({"config": {"sources": ["optdigits"]}}, "optdigits.npz"),
        ({"config": {"seed": -1}}, "seed is -1"),
        ({"user_id": 99}, "user 99"),
    ],
)
def test_a_training_that_cannot_be_is_refused_in_words(client: TestClient, body: dict[str, Any], words: str) -> None:
    """The wrong value is named, and no job is made."""
    answer = client.post("/api/train", json=body)
    assert words in refusal(answer, 404 if "user_id" in body else 422)
    assert client.get("/api/jobs").json()["count"] == 0


def test_tuning_and_evaluation_are_checked_too(client: TestClient) -> None:
    """Before a job is made of them."""
    assert "trials is 1" in refusal(client.post("/api/tune", json={"trials": 1}), 422)
    assert "vary" in refusal(client.post("/api/tune", json={"vary": ["colour"]}), 422)
    refusal(client.post("/api/tune", json={"trial": 3}), 422)
    refusal(client.post("/api/evaluate", json={"versions": ["nobody"]}), 404)
    refusal(client.post("/api/evaluate", json={"versions": []}), 422)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"scripts": []}, "choose at least one script"),
        ({"scripts": ["klingon"]}, "no script 'klingon'"),
        ({"scripts": ["kannada"], "config": {"head_epochs": 0}}, "head_epochs is 0"),
        ({"scripts": ["kannada"]}, "digits-kannada.npz"),
        ({"script": "kannada"}, "scripts"),
    ],
)
def test_a_training_of_scripts_that_cannot_be_is_refused_in_words(
    client: TestClient, body: dict[str, Any], words: str
) -> None:
    """The wrong value is named, or the data set that is missing, and no job is made."""
    assert words in refusal(client.post("/api/train-scripts", json=body), 422)
    assert client.get("/api/jobs").json()["count"] == 0


@pytest.mark.usefixtures("idle")
def test_a_training_of_scripts_is_queued(client: TestClient, tmp_path: Path) -> None:
    """With the scripts and the other values in its config."""
    (tmp_path / "datasets").mkdir()
    images = np.zeros((40, 28, 28), np.uint8)
    np.savez(tmp_path / "datasets" / "digits-kannada.npz", images=images, labels=np.arange(40) % 10)
    body = {"scripts": ["kannada"], "config": {"head_epochs": 1, "limit": 10}}
    started = client.post("/api/train-scripts", json=body)
    assert started.status_code == 202
    job = client.get(started.json()["status_url"]).json()["data"]
    assert job["kind"] == "scripts"
    assert (job["config"]["scripts"], job["config"]["head_epochs"], job["config"]["limit"]) == (["kannada"], 1, 10)


def test_unknown_jobs_are_not_found(client: TestClient) -> None:
    """Whatever is asked of them; a number that is none is refused."""
    for method, path in (("get", ""), ("get", "/events"), ("get", "/log"), ("post", "/cancel"), ("post", "/resume")):
        refusal(getattr(client, method)(f"/api/jobs/7{path}"), 404)
        refusal(getattr(client, method)(f"/api/jobs/{2**63}{path}"), 422)


@pytest.mark.usefixtures("idle")
def test_jobs_are_listed_and_filtered(client: TestClient) -> None:
    """Newest first, by state and kind."""
    take_in(client, 10)
    ids = [client.post("/api/train", json={"config": SMALL}).json()["job_id"] for _ in range(3)]
    for job_id in ids:
        client.post(f"/api/jobs/{job_id}/cancel")
    assert [job["id"] for job in client.get("/api/jobs").json()["data"]] == ids[::-1]
    assert client.get("/api/jobs?kind=tune").json()["data"] == []
    assert [job["id"] for job in client.get(f"/api/jobs?before={ids[1]}").json()["data"]] == ids[:1]
    refusal(client.get("/api/jobs?limit=0"), 422)
