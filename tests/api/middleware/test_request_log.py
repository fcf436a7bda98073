"""The id of a request, in its answer, its error and its log lines."""

import logging
import re
from typing import Any

import pytest
from fastapi import WebSocket
from fastapi.testclient import TestClient

from api.app import create_app
from hwr_core.app.workspace import Workspace
from hwr_core.logs import FIELDS, current_request
from hwr_core.recognition.events import NumberPredicted, PredictionMade
from hwr_core.settings import Settings
from tests.api.client import Predict, client_of, drawn, refusal, samples

ID = "X-Request-ID"
NEW_ID = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("given", ["abc-123", "Root=1-67891233-abcdef012345678912345678", "a" * 64])
def test_an_id_of_the_client_is_adopted(client: TestClient, given: str) -> None:
    """A client that numbers its requests finds the number in the answer."""
    assert client.get("/health/live", headers={ID: given}).headers[ID] == given


@pytest.mark.parametrize("given", ["", "a" * 65, "two words", "<b>", '"', "a;b", "{}", "\xe9"])
def test_an_id_that_is_not_accepted_is_replaced(client: TestClient, given: str) -> None:
    """An id that is too long or could be markup is replaced by a new one."""
    found = client.get("/health/live", headers=[(ID.encode(), given.encode("latin-1"))]).headers[ID]
    assert NEW_ID.fullmatch(found)


def test_two_requests_have_two_ids(client: TestClient) -> None:
    """No id is used twice."""
    assert client.get("/health/live").headers[ID] != client.get("/health/live").headers[ID]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/users/7", 404),
        ("GET", "/api/users/x", 422),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/predict", 405),
        ("GET", "/docs/assets/nothing.js", 404),
    ],
)
def test_every_error_names_its_request(client: TestClient, method: str, path: str, status: int) -> None:
    """In the body and in the header, whatever refused it."""
    response = client.request(method, path, headers={ID: "mine"})
    refusal(response, status)
    assert response.json()["request_id"] == "mine"


def test_a_request_that_is_too_large_has_an_id(settings: Settings) -> None:
    """What is refused before any route has an id, too."""
    with client_of(settings.model_copy(update={"max_request_bytes": 1024})) as client:
        refusal(client.post("/api/predict", content=b"x" * 2000), 413)


def test_a_fault_of_our_own_has_an_id(
    client: TestClient, predict: Predict, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its answer is made outside all middleware; header, body and log line have the id all the same."""
    caplog.set_level(logging.INFO, "api.middleware.request_log")
    monkeypatch.setattr("hwr_core.recognition.pipeline.decode", lambda *_: 1 / 0)
    refusal(predict(), 500)
    assert _figures(caplog)["status"] == 500


def test_a_request_has_one_log_line(client: TestClient, predict: Predict, caplog: pytest.LogCaptureFixture) -> None:
    """Route, method, status and time are in it; what stands in paths, queries and images is not."""
    caplog.set_level(logging.INFO, "api.middleware.request_log")
    client.get("/api/users/4711?secret=hush")
    figures = _figures(caplog)
    assert 0 < figures.pop("duration_ms") < 60_000
    assert figures == {"method": "GET", "route": "/api/users/{user_id}", "status": 404}
    assert not re.search("4711|hush", str([vars(record) for record in caplog.records]))


def test_an_address_of_no_route_is_not_written_down(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody can write arbitrary text into the log by trying addresses."""
    caplog.set_level(logging.INFO, "api.middleware.request_log")
    client.request("JUNK", "/api/forged-line")
    assert {**_figures(caplog), "duration_ms": 0} == {
        "method": "other",
        "route": "other",
        "status": 404,
        "duration_ms": 0,
    }


def test_a_websocket_is_counted_while_it_is_open(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """It has a line when it closes, and a place among the metrics until then."""
    caplog.set_level(logging.INFO, "api.middleware.request_log")
    app = create_app(settings)

    @app.websocket("/live/{place}")
    async def live(websocket: WebSocket, place: str) -> None:
        await websocket.accept()
        await websocket.receive_text()

    with TestClient(app) as client:
        with client.websocket_connect("/live/secret") as socket:
            assert samples(client)["hwr_websockets"] == 1
            socket.send_text("enough")
        assert samples(client)["hwr_websockets"] == 0
    (closed,) = [record for record in caplog.records if record.message == "WebSocket closed"]
    assert getattr(closed, FIELDS)["route"] == "/live/{place}"


@pytest.mark.parametrize("address", ["/api/predict", "/api/predict-batch", "/api/read-number"])
def test_work_in_threads_belongs_to_its_request(settings: Settings, seven: bytes, address: str) -> None:
    """Whatever the recogniser's threads log names the request that they work for."""
    ids: list[str] = []

    def note_request(event: object) -> None:
        if isinstance(event, PredictionMade | NumberPredicted):
            ids.append(current_request.get())

    sent = {
        "/api/predict": {"json": drawn(seven)},
        "/api/predict-batch": {"files": [("files", ("seven.png", seven))]},
        "/api/read-number": {"json": drawn(seven)},
    }
    with client_of(settings) as client:
        workspace: Workspace = client.app.state.workspace  # type: ignore[attr-defined]
        with workspace.events.subscribed(note_request):
            assert client.post(address, headers={ID: "mine"}, **sent[address]).status_code == 200  # type: ignore[arg-type]
    assert ids == ["mine"]


def _figures(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The figures of the only request."""
    (record,) = [record for record in caplog.records if record.name == "api.middleware.request_log"]
    return dict(getattr(record, FIELDS))
