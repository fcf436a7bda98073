"""GET /health and /api/model/status when all is well, and when the model or the database is missing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from fastapi.testclient import TestClient

from hwr_core.registry.registry import Registry
from hwr_core.settings import Settings
from tests.api.client import client_of, samples


def test_healthy_server_says_so(client: TestClient) -> None:
    """With model and database at work /health is 200 and "healthy"."""
    response = client.get("/health")
    answer = response.json()
    assert response.status_code == 200
    assert datetime.fromisoformat(answer.pop("timestamp")).tzinfo is not None
    parts = dict.fromkeys(("model", "database", "storage", "limits", "replicas"), "ok")
    expected = {"model_loaded": True, "database_connected": True, "problems": [], "parts": parts}
    assert answer == {"status": "healthy", **expected}
    assert client.get("/health/ready").status_code == 200
    assert client.get("/health/live").json() == {"success": True}


def test_a_server_without_a_model_lives_but_is_not_ready(settings: Settings, tmp_path: Path) -> None:
    """Nobody should start it anew, and nobody should send it images."""
    with client_of(settings.model_copy(update={"models_dir": tmp_path / "none"})) as client:
        assert client.get("/health/live").status_code == 200
        assert client.get("/health/ready").status_code == 503


def test_model_status_tells_the_version_served(client: TestClient, settings: Settings) -> None:
    """The champion is named, its path is relative, and the scores on its card are there."""
    champion = Registry(settings.models_dir).champion()
    answer = client.get("/api/model/status").json()
    assert (answer["success"], answer["model_loaded"], answer["model_version"]) == (True, True, champion.name)
    assert answer["model_path"] == f"models/{champion.name}"
    assert {score["source"] for score in answer["scores"]} == {
        score.source for score in champion.card.scores if score.part == "test"
    }


def test_a_server_whose_database_is_held_is_not_ready_until_it_is_free(
    settings: Settings, held_database: Callable[[], None]
) -> None:
    """Live all the time; ready again, without a restart, as soon as the other program has gone."""
    with client_of(settings.model_copy(update={"store_busy_timeout": 0.2})) as client:
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["database_connected"], ready.json()["model_loaded"]) == (
            503,
            False,
            True,
        )
        assert "another program" in ready.json()["status"]
        assert "another program" in ready.json()["parts"]["database"]
        assert client.get("/health/live").status_code == 200
        held_database()
        assert client.get("/health/ready").json()["status"] == "healthy"


def test_a_server_full_of_waiting_requests_still_tells_that_it_lives(
    settings: Settings, held_database: Callable[[], None]
) -> None:
    """While every thread waits for the database, /health/live and /metrics are answered at once."""
    many = 60
    with (
        client_of(settings.model_copy(update={"store_busy_timeout": 12.0})) as client,
        ThreadPoolExecutor(many) as threads,
    ):
        waiting = [threads.submit(client.get, "/health/ready") for _ in range(many)]
        while samples(client)["hwr_http_requests_in_progress"] <= 40:
            assert not any(each.done() for each in waiting)
        assert client.get("/health/live").status_code == 200
        assert not any(each.done() for each in waiting)
        held_database()
        assert {each.result().status_code for each in waiting} <= {200, 503}
