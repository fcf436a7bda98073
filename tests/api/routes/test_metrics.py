"""GET /metrics: what has happened, and how things stand."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics

from api.app import create_app
from hwr_core.app.page_events import PageMade
from hwr_core.app.workspace import Workspace, open_workspace
from hwr_core.jobs.table import JobKind, Jobs
from hwr_core.records.predictions import Source
from hwr_core.records.users import DEFAULT_USER
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT, Settings
from tests.api.client import Predict, client_of, drawn, family_of, samples
from tests.handwriting import drawing, number, png

GUIDE = PROJECT / "deploy" / "README.md"


def test_requests_are_counted_by_route_method_and_status(client: TestClient) -> None:
    """The route's template is the label, so that a thousand users are one series."""
    for user in (1, 2, 3):
        client.get(f"/api/users/{user}")
    found = samples(client)
    assert found["hwr_http_requests_total{method=GET,route=/api/users/{user_id},status=200}"] == 1
    assert found["hwr_http_requests_total{method=GET,route=/api/users/{user_id},status=404}"] == 2
    assert found["hwr_http_request_duration_seconds_count{method=GET,route=/api/users/{user_id}}"] == 3
    assert found["hwr_http_requests_in_progress"] == 1


def test_clients_cannot_make_series(client: TestClient) -> None:
    """Addresses and methods that there are not share one label."""
    for count in range(50):
        client.request(f"JUNK{count}", f"/api/nothing-{count}")
    found = {name for name in samples(client) if name.startswith("hwr_http_requests_total{")}
    assert found == {"hwr_http_requests_total{method=other,route=other,status=404}"}


def test_a_fault_of_our_own_counts_as_500(
    client: TestClient, predict: Predict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that is made beyond our middleware is counted too."""
    monkeypatch.setattr("hwr_core.recognition.pipeline.decode", lambda *_: 1 / 0)
    predict()
    assert samples(client)["hwr_http_requests_total{method=POST,route=/api/predict,status=500}"] == 1


def test_predictions_are_counted(client: TestClient, predict: Predict, blank: bytes, seven: bytes) -> None:
    """By digit and verdict when read, by source too when kept, with confidence, time and lag."""
    predict()
    predict(blank)
    client.post("/api/predict-upload", files={"file": ("seven.png", seven)})
    found = samples(client)
    assert found["hwr_predictions_total{digit=7,verdict=digit}"] == 2
    assert found["hwr_predictions_total{digit=none,verdict=no_ink}"] == 1
    assert found["hwr_predictions_kept_total{digit=7,source=api,verdict=digit}"] == 1
    assert found["hwr_predictions_kept_total{digit=7,source=upload,verdict=digit}"] == 1
    assert found["hwr_prediction_confidence_count{verdict=digit}"] == 2
    assert 1.8 < found["hwr_prediction_confidence_sum{verdict=digit}"] <= 2
    assert found["hwr_prediction_duration_seconds_count{stage=inference}"] == 3
    assert found["hwr_store_lag_seconds_count"] == 2
    assert found["hwr_store_lag_seconds_sum"] > 0
    assert found["hwr_store_waiting_predictions"] == 0


def test_pages_of_the_dashboard_are_timed(client: TestClient) -> None:
    """By their titles, as the dashboard tells of them."""
    workspace: Workspace = client.app.state.workspace  # type: ignore[attr-defined]
    workspace.events.publish(PageMade("Analytics", 0.3))
    workspace.events.publish(PageMade("Analytics", 0.2))
    found = samples(client)
    assert found["hwr_page_duration_seconds_count{page=Analytics}"] == 2
    assert found["hwr_page_duration_seconds_sum{page=Analytics}"] == pytest.approx(0.5)


def test_predictions_that_cannot_be_kept_are_counted(client: TestClient, predict: Predict) -> None:
    """By what stood in the way."""
    predict(user_id=7)
    assert samples(client)["hwr_predictions_not_kept_total{error=UserNotFound}"] == 1


def test_numbers_are_counted(client: TestClient) -> None:
    """Documents, and each of their digits."""
    client.post("/api/read-number", json=drawn(png(number("442"))))
    found = samples(client)
    assert found["hwr_numbers_total"] == 1
    assert found["hwr_number_digits_total{digit=4}"] == 2


def test_predictions_of_the_dashboard_in_this_process_are_counted(settings: Settings) -> None:
    """Pages open the same workspace; what they read and keep is in the same figures."""
    with client_of(settings) as client:
        dashboard = open_workspace(settings)
        dashboard.keep(dashboard.read(png(drawing(3))), source=Source.DRAWING)
        found = samples(client)
    assert found["hwr_predictions_total{digit=3,verdict=digit}"] == 1
    assert found["hwr_predictions_kept_total{digit=3,source=drawing,verdict=digit}"] == 1


def test_two_apps_count_for_themselves(settings: Settings, tmp_path: Path) -> None:
    """Each has a registry of its own; one that is started again goes on counting."""
    other = settings.model_copy(update={"data_dir": tmp_path / "other"})
    app = create_app(settings)
    with TestClient(app) as one, client_of(other) as two:
        one.post("/api/predict", json=drawn(png(drawing(3))))
        assert "hwr_predictions_total{digit=3,verdict=digit}" not in samples(two)
    with TestClient(app) as again:
        again.post("/api/predict", json=drawn(png(drawing(3))))
        assert samples(again)["hwr_predictions_total{digit=3,verdict=digit}"] == 2


def test_model_program_and_process_are_told(client: TestClient, settings: Settings) -> None:
    """Which version reads, as an info metric, and what the process takes."""
    found = samples(client)
    champion = Registry(settings.models_dir).champion()
    assert found[f"hwr_model_info{{architecture={champion.card.architecture},version={champion.name}}}"] == 1
    assert any(name.startswith("hwr_build_info{version=") for name in found)
    assert found["process_resident_memory_bytes"] > 1e7


def test_jobs_are_counted_by_state(client: TestClient) -> None:
    """Every state is there from the start; those queued are the queue."""
    assert samples(client)["hwr_jobs{state=queued}"] == 0
    table = Jobs(client.app.state.workspace.store)  # type: ignore[attr-defined]
    first, *_ = [table.add(JobKind.TRAIN, {}, DEFAULT_USER) for _ in range(3)]
    table.cancel_queued(first.id)
    found = samples(client)
    assert (found["hwr_jobs{state=queued}"], found["hwr_jobs{state=cancelled}"]) == (2, 1)
    assert found["hwr_store_up"] == 1


def test_without_a_model_there_are_metrics_all_the_same(settings: Settings, tmp_path: Path) -> None:
    """Only the version is missing."""
    with client_of(settings.model_copy(update={"models_dir": tmp_path / "none"})) as client:
        found = samples(client)
    assert not [name for name in found if name.startswith("hwr_model_info")]
    assert found["hwr_jobs{state=queued}"] == 0


def test_a_held_database_leaves_out_what_only_it_knows(settings: Settings, held_database: Callable[[], None]) -> None:
    """The other figures come within a second, however long predictions would wait."""
    with client_of(settings.model_copy(update={"store_busy_timeout": 60.0})) as client:
        found = samples(client)
    assert found["hwr_store_up"] == 0
    assert not [name for name in found if name.startswith("hwr_jobs")]


def test_openmetrics_is_given_to_who_asks_for_it(client: TestClient, predict: Predict) -> None:
    """Prometheus itself prefers it; what is answered parses as what it says it is."""
    predict()
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    answer = client.get("/metrics", headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert {"hwr_predictions", "hwr_model"} <= {family.name for family in openmetrics(answer.text)}
    assert client.get("/metrics").headers["Content-Type"].startswith("text/plain; version=0.0.4")


def test_readme_explains_every_metric_of_ours(known_samples: set[str]) -> None:
    """Its table has a line for each, and for none that there is not."""
    told = set(re.findall(r"^\| `(hwr_[a-z_]+\b)(?!/)", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {family_of(name) for name in told} == {family_of(name) for name in known_samples if name.startswith("hwr_")}
