"""GET /health and /api/model/status when all is well."""

from datetime import datetime
from pathlib import Path

from fastapi.testclient import TestClient

from hwr_core.registry import Registry
from hwr_core.settings import Settings
from tests.api.conftest import client_of


def test_healthy_server_says_so(client: TestClient) -> None:
    """With model and database at work /health is 200 and "healthy"."""
    response = client.get("/health")
    answer = response.json()
    assert response.status_code == 200
    assert datetime.fromisoformat(answer.pop("timestamp")).tzinfo is not None
    assert answer == {"status": "healthy", "model_loaded": True, "database_connected": True, "problems": []}
    assert client.get("/health/ready").status_code == 200
    assert client.get("/health/live").json() == {"success": True}


def test_a_server_without_a_model_lives_but_is_not_ready(settings: Settings, tmp_path: Path) -> None:
    """Nobody should start it anew, and nobody should send it pictures."""
    with client_of(settings.model_copy(update={"models_dir": tmp_path / "none"})) as client:
        assert client.get("/health/live").status_code == 200
        assert client.get("/health/ready").status_code == 503


def test_model_status_tells_the_version_served(client: TestClient, settings: Settings) -> None:
    """The champion is named, its path is relative, and its card's worth is told."""
    champion = Registry(settings.models_dir).champion()
    answer = client.get("/api/model/status").json()
    assert (answer["success"], answer["model_loaded"], answer["model_version"]) == (True, True, champion.name)
    assert answer["model_path"] == f"models/{champion.name}"
    assert {score["source"] for score in answer["scores"]} == {
        score.source for score in champion.card.scores if score.part == "test"
    }
