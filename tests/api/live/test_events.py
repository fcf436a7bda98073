"""Events as they happen, as the permissions of the client allow."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from dashboard.views.data.map.view import MOST as ON_MAP
from hwr_core.app.event_feed import MOST_WAITING
from hwr_core.recognition.events import ModelServed
from hwr_core.records.events import LabelChanged
from hwr_core.records.roles import Role
from hwr_core.registry.registry import Registry
from hwr_core.settings import Settings
from tests.api.client import client_of, drawn
from tests.api.live.channel import EVENTS
from tests.api.signed_in import Site
from tests.evaluation.conftest import worse_copy
from tests.own_models import copied_models, own_digits


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Model versions of this test's own."""
    return copied_models(tmp_path / "models")


@pytest.fixture
def own_client(settings: Settings, registry: Registry, tmp_path: Path) -> Iterator[TestClient]:
    """A client of a server with these versions and data sets of its own."""
    changed = settings.model_copy(update={"models_dir": registry.folder, "datasets_dir": tmp_path / "datasets"})
    with client_of(changed) as client:
        yield client


def test_events_come_as_they_happen(client: TestClient, seven: bytes) -> None:
    """A stored prediction and the feedback on it, in their order and as the history shows them."""
    with client.websocket_connect(EVENTS) as feed:
        number = client.post("/api/predict", json=drawn(seven)).json()["prediction_id"]
        kept = feed.receive_json()
        assert kept["type"] == "prediction"
        assert kept["data"] == client.get("/api/analytics/predictions").json()["data"][0]
        client.post("/api/feedback", json={"prediction_id": number, "user_id": 1, "actual_digit": 1})
        said = feed.receive_json()
        assert (said["type"], said["data"]) == (
            "label",
            {"prediction_id": number, "is_labelled": True, "actual_digit": 1, "verified": False},
        )


def test_only_selected_events_are_sent(client: TestClient, seven: bytes) -> None:
    """By kind and by user."""
    ada = client.post("/api/users", json={"username": "Ada"}).json()["user_id"]
    with client.websocket_connect(f"{EVENTS}?kind=prediction&user_id={ada}") as feed:
        client.post("/api/predict", json=drawn(seven))
        number = client.post("/api/predict", json=drawn(seven) | {"user_id": ada}).json()["prediction_id"]
        client.post("/api/feedback", json={"prediction_id": number, "user_id": ada, "actual_digit": 7})
        last = client.post("/api/predict", json=drawn(seven) | {"user_id": ada}).json()["prediction_id"]
        assert [feed.receive_json()["data"]["id"] for _ in range(2)] == [number, last]


def test_predictions_can_be_asked_for_by_their_former_name(client: TestClient, seven: bytes) -> None:
    """Clients that ask for readings get predictions, and nothing else."""
    with client.websocket_connect(f"{EVENTS}?kind=reading") as feed:
        number = client.post("/api/predict", json=drawn(seven)).json()["prediction_id"]
        client.post("/api/feedback", json={"prediction_id": number, "actual_digit": 1})
        last = client.post("/api/predict", json=drawn(seven)).json()["prediction_id"]
        told = [feed.receive_json() for _ in range(2)]
    assert [(each["type"], each["data"]["id"]) for each in told] == [("prediction", number), ("prediction", last)]


def test_an_unknown_kind_is_refused(client: TestClient) -> None:
    """Before the channel opens."""
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(f"{EVENTS}?kind=weather") as feed:
        feed.receive_text()


def test_viewers_get_events_of_their_own_predictions_only(
    site: Site, opened: Callable[..., WebSocketTestSession], seven: bytes
) -> None:
    """Analysts get those of all users; a viewer cannot ask for those of another user."""
    with opened(EVENTS, Role.VIEWER) as own, opened(EVENTS, Role.ANALYST) as everything:
        theirs = site.ask(Role.ANALYST, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
        mine = site.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
        site.ask(Role.VIEWER, "POST", "/api/feedback", json={"prediction_id": mine, "actual_digit": 1})
        assert [everything.receive_json()["type"] for _ in range(3)] == ["prediction", "prediction", "label"]
        told = [own.receive_json()["data"] for _ in range(2)]
        assert [told[0]["id"], told[1]["prediction_id"]] == [mine, mine]
        assert theirs != mine
    with opened(f"{EVENTS}?user_id={site.ids[Role.ANALYST]}", Role.VIEWER) as nosy:
        assert nosy.receive_json()["status"] == 403
        with pytest.raises(WebSocketDisconnect) as closed:
            nosy.receive_text()
        assert closed.value.code == 1008


def test_a_slow_listener_learns_how_many_events_it_has_lost(client: TestClient) -> None:
    """The oldest events are dropped, nobody waits for a slow listener, and it learns how many were lost."""
    workspace = client.app.state.workspace  # type: ignore[attr-defined]
    with workspace.listening(lambda: None) as listener:
        for number in range(MOST_WAITING + 5):
            workspace.events.publish(ModelServed(f"v{number}"))
        items, lost = listener.take()
    assert (len(items), lost) == (MOST_WAITING, 5)
    assert (items[0].event, items[-1].event) == (ModelServed("v5"), ModelServed(f"v{MOST_WAITING + 4}"))
    assert listener.take() == ([], 0)


def test_labelling_all_of_the_map_drops_no_other_event(client: TestClient) -> None:
    """However far behind the listener is: it has an event of each label, and those before them."""
    workspace = client.app.state.workspace  # type: ignore[attr-defined]
    with workspace.listening(lambda: None) as listener:
        workspace.events.publish(ModelServed("v1"))
        for number in range(ON_MAP):
            workspace.events.publish(LabelChanged(number, 1, None))
        items, lost = listener.take()
    assert (items[0].event, len(items), lost) == (ModelServed("v1"), ON_MAP + 1, 0)


def test_job_events_come_until_the_job_ends(own_client: TestClient) -> None:
    """Each event holds the job as /api/jobs shows it."""
    own_client.post("/api/datasets/custom", files={"file": ("a.zip", own_digits(1))})
    version = own_client.get("/api/model/status").json()["model_version"]
    with own_client.websocket_connect(f"{EVENTS}?kind=job") as feed:
        job_id = own_client.post("/api/evaluate", json={"versions": [version], "suites": ["custom"]}).json()["job_id"]
        events = [feed.receive_json()]
        own_client.post(f"/api/jobs/{job_id}/cancel")
        while events[-1]["data"]["state"] not in ("succeeded", "cancelled"):
            events.append(feed.receive_json())
    assert {event["type"] for event in events} == {"job"}
    assert (events[0]["data"]["id"], events[0]["data"]["state"]) == (job_id, "queued")
    assert events[-1]["data"] == own_client.get(f"/api/jobs/{job_id}").json()["data"]


def test_a_promotion_is_an_event(own_client: TestClient, registry: Registry) -> None:
    """As soon as another version is served."""
    version = worse_copy(registry).name
    with own_client.websocket_connect(EVENTS) as feed:
        own_client.post(f"/api/models/{version}/promote", json={"force": True, "reason": "A test."})
        told = feed.receive_json()
    assert (told["type"], told["data"]) == ("model", {"model_version": version})
