"""Model versions over HTTP: listed, measured, compared, promoted and rolled back."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hwr_core.datasets.sources import MADE
from hwr_core.registry.registry import LITERT, Registry
from hwr_core.settings import Settings
from tests.api.client import client_of, drawn, refusal
from tests.evaluation.conftest import worse_copy
from tests.own_models import copied_models, own_digits


@pytest.fixture
def registry(tmp_path: Any) -> Registry:
    """Model versions of this test's own."""
    return copied_models(tmp_path / "models")


@pytest.fixture
def client(settings: Settings, registry: Registry, tmp_path: Any) -> Iterator[TestClient]:
    """A client of a server with these versions and images of its own to measure them on."""
    changed = settings.model_copy(update={"models_dir": registry.folder, "datasets_dir": tmp_path / "datasets"})
    with client_of(changed) as client:
        assert client.post("/api/datasets/custom", files={"file": ("a.zip", own_digits(20))}).status_code == 200
        yield client


def evaluate(client: TestClient, *versions: str) -> None:
    """Measure versions and wait for it."""
    job_id = client.post("/api/evaluate", json={"versions": versions, "suites": ["custom"]}).json()["job_id"]
    patience = time.monotonic() + 60
    while (job := client.get(f"/api/jobs/{job_id}").json()["data"])["state"] != "succeeded":
        assert job["state"] in ("queued", "running"), job
        assert time.monotonic() < patience
        time.sleep(0.1)
    assert [*job["result"]["accuracy"]] == [*versions]


def test_a_worse_version_is_refused_forced_and_rolled_back(
    client: TestClient, registry: Registry, seven: bytes
) -> None:
    """The whole way; each prediction names the version it was made by, and none is dropped."""
    champion, worse = registry.champion().name, worse_copy(registry).name
    evaluate(client, champion, worse)
    compared = client.get(f"/api/models/{worse}/compare/{champion}").json()["data"]
    assert [(each["suite"], each["is_real"], each["only_one"]) for each in compared] == [("custom", True, 0)]
    assert compared[0]["differences"][0]["seen"].startswith("data:image/png;base64,")
    assert client.get(f"/api/models/{worse}/gate").json()["is_open"] is False
    assert "On 'custom' it reads 0 of" in refusal(client.post(f"/api/models/{worse}/promote", json={}), 409)
    assert "reason" in refusal(client.post(f"/api/models/{worse}/promote", json={"force": True}), 422)
    forced = client.post(f"/api/models/{worse}/promote", json={"force": True, "reason": "a trial"})
    assert forced.json()["data"]["forced"] is True

    def version_read_by() -> str:
        version: str = client.post("/api/predict", json=drawn(seven)).json()["model_version"]
        return version

    within = time.monotonic() + 60
    while version_read_by() != worse:
        assert time.monotonic() < within
    assert client.post("/api/models/rollback").json()["data"]["new"] == champion
    within = time.monotonic() + 60
    while version_read_by() != champion:
        assert time.monotonic() < within
    refusal(client.post("/api/models/rollback", json={"reason": "again"}), 409)
    log = client.get("/api/models/log").json()["data"]
    assert [(entry["action"], entry["who"], entry["reason"]) for entry in log] == [
        ("roll back", "default", ""),
        ("promote", "default", "a trial"),
    ]


def test_versions_are_listed_with_their_aliases(client: TestClient, registry: Registry) -> None:
    """Newest first; a damaged card hides no other version."""
    champion, other = registry.champion(), worse_copy(registry)
    client.post(f"/api/models/{other.name}/challenge", json={"reason": "next"})
    listed = client.get("/api/models").json()
    assert (listed["champion"], listed["challenger"], listed["count"]) == (champion.name, other.name, 2)
    assert {row["version"]: row["aliases"] for row in listed["data"]} == {
        champion.name: ["champion"],
        other.name: ["challenger"],
    }
    (other.folder / "card.json").write_text("{")
    assert [row["version"] for row in client.get("/api/models").json()["data"]] == [champion.name]
    refusal(client.get(f"/api/models/{other.name}"), 503)


def test_a_version_is_retired_and_restored(client: TestClient, registry: Registry) -> None:
    """A retired one is not promoted, not even by force."""
    other = worse_copy(registry).name
    assert client.post(f"/api/models/{other}/retire").status_code == 200
    refusal(client.post(f"/api/models/{other}/promote", json={"force": True, "reason": "x"}), 409)
    assert client.post(f"/api/models/{other}/restore").status_code == 200
    refusal(client.post(f"/api/models/{registry.champion().name}/retire"), 409)


def test_a_file_is_downloaded_as_it_was_published(client: TestClient, registry: Registry) -> None:
    """And no other file of the machine by its name."""
    champion = registry.champion()
    answer = client.get(f"/api/models/{champion.name}/files/{LITERT}")
    assert answer.content == champion.read_file(LITERT)
    assert "attachment" in answer.headers["Content-Disposition"]
    refusal(client.get(f"/api/models/{champion.name}/files/..%2Fchampion"), 404)
    refusal(client.get(f"/api/models/{champion.name}/files/secret"), 404)


@pytest.mark.parametrize("name", ["nobody", "..", "20200101T000000Z-00000", "%00"])
def test_unknown_versions_are_not_found(client: TestClient, name: str) -> None:
    """Whatever is asked of them."""
    for method, path in (("get", ""), ("get", "/gate"), ("post", "/promote"), ("post", "/retire")):
        assert getattr(client, method)(f"/api/models/{name}{path}").status_code in (404, 405)


def test_data_sets_are_listed(client: TestClient) -> None:
    """What is there to learn from and to measure on."""
    answer = client.get("/api/datasets").json()
    assert {row["name"] for row in answer["data"] if row["available"]} == {*MADE, "custom"}
    assert answer["suites"] == ["custom", "corrupted"]
