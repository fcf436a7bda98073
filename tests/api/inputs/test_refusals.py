"""Every way a request can fail: its status, its words, and that the next request is none the worse."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.errors import STATUS_OF, status_of
from hwr_core.errors import HwrError
from hwr_core.settings import Settings
from tests.api.client import Predict, client_of, drawn, refusal


def _every_error(kind: type[HwrError] = HwrError) -> list[type[HwrError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _every_error(child))]


@pytest.mark.parametrize("kind", _every_error())
def test_every_error_of_ours_has_a_status(kind: type[HwrError]) -> None:
    """No error that hwr raises on purpose is without a status, and only unforeseen kinds are the server's fault."""
    error = kind.__new__(kind)
    assert status_of(error) in STATUS_OF.values()


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"image_data": ""}, 422, "image_data is ''"),
        ({"image_data": "  \n"}, 422, "image_data is empty"),
        ({"image_data": "data:image/png;base64,"}, 422, "image_data is empty"),
        ({"image_data": "%%%"}, 400, "not base64"),
        ({"image_data": "data:image/svg+xml,<svg/>"}, 400, "without base64"),
        ({"image_data": 5}, 422, "image_data is 5; a text is needed"),
        ({"image_data": None}, 422, "image_data is null"),
        ({"user_id": 7}, 404, "There is no user 7."),
        ({"user_id": 0}, 422, "user_id is 0; 1 or more"),
        ({"user_id": 2**63 - 1}, 404, "There is no user 9223372036854775807."),
        ({"user_id": 2**63}, 422, "user_id is 9223372036854775808"),
        ({"user_id": 10**3000}, 422, "user_id is 1000"),
        ({"user_id": True}, 422, "user_id is true; a whole number is needed"),
        ({"user_id": "one"}, 422, "user_id is 'one'; a whole number is needed"),
        ({"user_id": 1.5}, 422, "user_id is 1.5; a whole number is needed"),
        ({"enhancement_level": -0.1}, 422, "enhancement_level is -0.1"),
        ({"enhancement_level": 3.1}, 422, "enhancement_level is 3.1; 3.0 or less"),
        ({"enhancement_level": True}, 422, "enhancement_level is true; a number is needed"),
        ({"enhancement_level": "strong"}, 422, "enhancement_level is 'strong'; a number is needed"),
        ({"enhancement_level": "x" * 100_000}, 422, "enhancement_level is 'xxx"),
    ],
)
def test_wrong_field_is_refused_in_words(predict: Predict, fields: dict[str, Any], status: int, words: str) -> None:
    """A wrong field is named, with what was given and what is allowed, and never at length."""
    assert words in refusal(predict(**fields), status)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{not json", 422),
        (b"[1, 2]", 422),
        (b'"text"', 422),
        (b"{}", 422),
        (b'{"image_data": "\xff"}', 422),
        (b"[" * 9_000, 422),
        (b"[" * 100_000, 413),
        (b'{"image_data": "\\ud800"}', 422),
        (b'{"image_data": NaN}', 422),
        (b'{"image_data": "AAAA", "enhancement_level": NaN}', 422),
        (b'{"image_data": "AAAA", "enhancement_level": Infinity}', 422),
        (b'{"image_data": "AAAA", "user_id": -Infinity}', 422),
        (b'{"image_data": "AAAA", "user_id": ' + b"9" * 5000 + b"}", 422),
    ],
)
def test_body_that_is_no_request_is_refused(client: TestClient, predict: Predict, body: bytes, status: int) -> None:
    """Whatever the body holds, the answer is a client error in words, and the next request works."""
    refusal(client.post("/api/predict", content=body, headers={"Content-Type": "application/json"}), status)
    assert predict().status_code == 200


def test_image_that_cannot_be_read_has_the_status_of_its_fault(predict: Predict, seven: bytes) -> None:
    """What is no image and what is a damaged one have each their own status."""
    assert "not an image" in refusal(predict(b"hello"), 415)
    assert "damaged" in refusal(predict(seven[:200]), 400)


@pytest.mark.parametrize(
    ("limit", "words"),
    [({"max_image_pixels": 200 * 200}, "280 x 280 pixels"), ({"max_image_bytes": 1024}, "at most 1,024")],
)
def test_image_beyond_the_limits_is_refused(
    settings: Settings, seven: bytes, limit: dict[str, int], words: str
) -> None:
    """Too many pixels and too many bytes are both refused, and the error says what is allowed."""
    with client_of(settings.model_copy(update=limit)) as client:
        assert words in refusal(client.post("/api/predict", json=drawn(seven)), 413)


@pytest.mark.parametrize(
    ("address", "sent", "words"),
    [
        ("/api/predict-upload", {}, "file is missing."),
        ("/api/predict-upload", {"data": {"file": "text"}}, "file is 'text'; a file is needed"),
        ("/api/predict-batch", {}, "files is missing."),
    ],
)
def test_upload_without_a_file_is_refused(client: TestClient, address: str, sent: dict[str, Any], words: str) -> None:
    """A form without a file, or with text in its place, is refused, and the error says so."""
    assert words in refusal(client.post(address, **sent), 422)


def test_damaged_form_is_refused(client: TestClient) -> None:
    """A multipart body that lacks its boundary is a client error."""
    headers = {"Content-Type": "multipart/form-data"}
    refusal(client.post("/api/predict-upload", content=b"--x\r\n", headers=headers), 400)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=-1", 422),
        ("limit=many", 422),
        ("user_id=7", 404),
        (f"user_id={2**63}", 422),
    ],
)
def test_history_refuses_what_it_cannot_show(client: TestClient, predict: Predict, query: str, status: int) -> None:
    """A limit out of bounds or an unknown user is refused, and the history still works."""
    refusal(client.get(f"/api/analytics/predictions?{query}"), status)
    assert predict().status_code == 200


def test_unknown_address_and_wrong_method_are_told_apart(client: TestClient) -> None:
    """404 for what is not there; 405, with what is allowed, for what is."""
    refusal(client.get("/api/nothing"), 404)
    response = client.get("/api/predict")
    refusal(response, 405)
    assert response.headers["Allow"] == "POST"


def test_held_database_is_a_503_that_says_when_to_come_back(
    settings: Settings, held_database: Callable[[], None], seven: bytes
) -> None:
    """While another program holds the database, the answer names it and the header says when to try again."""
    with client_of(settings.model_copy(update={"store_busy_timeout": 0.2})) as client:
        response = client.post("/api/predict", json=drawn(seven))
        assert "another program" in refusal(response, 503)
        assert int(response.headers["Retry-After"]) > 0
        health = client.get("/health")
        assert (health.status_code, health.json()["database_connected"]) == (503, False)


def test_unreadable_database_is_a_503_and_stays_as_it_is(settings: Settings, seven: bytes) -> None:
    """A file that is no database is reported, not overwritten."""
    settings.data_dir.mkdir()
    settings.database.write_bytes(b"precious" * 1000)
    with client_of(settings) as client:
        assert str(settings.data_dir) not in refusal(client.post("/api/predict", json=drawn(seven)), 503)
    assert settings.database.read_bytes() == b"precious" * 1000


def test_without_a_model_the_server_starts_and_says_so(settings: Settings, tmp_path: Path, seven: bytes) -> None:
    """No model: predictions are 503, /health says what is wrong, the history is still there."""
    with client_of(settings.model_copy(update={"models_dir": tmp_path / "none"})) as client:
        assert "model" in refusal(client.post("/api/predict", json=drawn(seven)), 503)
        health = client.get("/health")
        assert health.status_code == 503
        assert (health.json()["model_loaded"], health.json()["database_connected"]) == (False, True)
        assert health.json()["status"] == " ".join(health.json()["problems"])
        assert client.get("/api/model/status").json()["model_loaded"] is False
        assert client.get("/api/analytics/predictions").status_code == 200


def test_fault_of_our_own_is_a_500_that_tells_nothing(
    client: TestClient, predict: Predict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error nobody foresaw is answered neutrally, and the next request works."""
    with monkeypatch.context() as patch:
        patch.setattr("hwr_core.recognition.pipeline.decode", lambda *_: 1 / 0)
        assert "division" not in refusal(predict(), 500)
    assert predict().status_code == 200


def test_closed_store_is_a_503_and_logged(
    client: TestClient, predict: Predict, caplog: pytest.LogCaptureFixture
) -> None:
    """A history that cannot be read or written is answered as a 503, and the traceback is in the log."""
    client.app.state.workspace.close()  # type: ignore[attr-defined] # as if shut down under the request
    refusal(predict(), 503)
    assert any(record.exc_info for record in caplog.records if record.name == "api.errors")


def test_half_a_character_is_no_json_anywhere(client: TestClient) -> None:
    """Python takes an escape that names half a pair (a lone surrogate) for a text, and then nobody can write it."""
    document = client.get("/openapi.json").json()["paths"]
    with_json = [
        (method, path)
        for path, operations in document.items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]
    assert len(with_json) > 10
    half, as_json = b'{"sources": ["\\ud800"]}', {"Content-Type": "application/json"}
    for method, path in with_json:
        where = path.replace("{version}", "champion").replace("{user_id}", "1")
        answer = client.request(method, where, content=half, headers=as_json)
        assert answer.status_code == 422, (path, answer.text)
        assert "not valid JSON" in answer.json()["detail"], path
