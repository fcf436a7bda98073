"""POST /api/predict, /api/predict-upload and /api/predict-batch: what clients send and what they get."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from hwr_core.settings import Settings
from tests.api.client import client_of, drawn, refusal
from tests.handwriting import drawing, png

Predict = Callable[..., Response]


def _history(client: TestClient) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get("/api/analytics/predictions").json()["data"]
    return rows


def _check_prediction(answer: dict[str, Any]) -> None:
    assert isinstance(answer["prediction_id"], int)
    assert answer["verdict"] in ("digit", "unsure", "not_a_digit")
    assert (answer["predicted_digit"] is None) == (answer["verdict"] == "not_a_digit")
    assert len(answer["all_predictions"]) == 10
    assert sum(answer["all_predictions"]) == pytest.approx(1.0, abs=1e-3)
    assert answer["confidence"] == max(answer["all_predictions"])
    assert 0 < answer["processing_time"] < 5


def test_drawing_is_answered_as_the_contract_says(predict: Predict) -> None:
    """A drawing's answer has the contract's fields, of its types."""
    response = predict()
    answer = response.json()
    assert response.status_code == 200
    assert answer["success"] is True
    _check_prediction(answer)
    assert answer["total_time"] >= answer["processing_time"]


def test_hand_made_seven_is_read_as_a_seven(predict: Predict) -> None:
    """The digit named is the one drawn, and it is the one its probabilities point to."""
    answer = predict().json()
    assert answer["predicted_digit"] == answer["all_predictions"].index(answer["confidence"]) == 7


def test_time_of_a_prediction_is_utc_with_its_offset(predict: Predict) -> None:
    """The timestamp is ISO 8601 with an offset, and it is now."""
    text = predict().json()["timestamp"]
    assert text.endswith("+00:00")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(text)) < timedelta(minutes=1)


def test_drawing_enters_the_history_of_user_1_unasked(predict: Predict, client: TestClient) -> None:
    """Without a user_id the prediction is user 1's."""
    kept = predict().json()
    (row,) = _history(client)
    assert (row["id"], row["user_id"], row["timestamp"]) == (kept["prediction_id"], 1, kept["timestamp"])


def test_blank_canvas_is_answered_and_not_kept(predict: Predict, client: TestClient, blank: bytes) -> None:
    """A canvas without ink has the verdict no_ink, names no digit, and leaves no trace."""
    response = predict(blank)
    answer = response.json()
    assert response.status_code == 200
    assert (answer["verdict"], answer["prediction_id"], answer["predicted_digit"]) == ("no_ink", None, None)
    assert (answer["confidence"], answer["all_predictions"]) == (0.0, [0.0] * 10)
    assert _history(client) == []


def test_upload_is_answered_with_its_name(client: TestClient, seven: bytes) -> None:
    """An uploaded file's answer has the contract's fields, and its row says that it was uploaded."""
    response = client.post("/api/predict-upload", files={"file": ("my seven.png", seven)})
    answer = response.json()
    assert response.status_code == 200
    assert (answer["success"], answer["filename"]) == (True, "my seven.png")
    _check_prediction(answer)
    (row,) = _history(client)
    assert (row["user_input_type"], row["source"], row["file_name"]) == ("upload", "upload", "my seven.png")


def test_upload_takes_user_and_enhancement_level(client: TestClient, seven: bytes) -> None:
    """The form's fields are heard: an unknown user and a level out of range are refused."""
    files = {"file": ("seven.png", seven)}
    good = client.post("/api/predict-upload", files=files, data={"user_id": "1", "enhancement_level": "2.0"})
    assert good.status_code == 200
    assert "user 7" in refusal(client.post("/api/predict-upload", files=files, data={"user_id": "7"}), 404)
    refusal(client.post("/api/predict-upload", files=files, data={"enhancement_level": "3.1"}), 422)


def test_batch_answers_in_the_order_sent_and_a_bad_file_fails_alone(
    client: TestClient, seven: bytes, blank: bytes
) -> None:
    """Of five files each has its own answer; what cannot be read says why, and only the rest is kept."""
    sent = [("a.png", seven), ("b.txt", b"no image"), ("c.png", blank), ("d.png", seven[:200]), ("e.png", seven)]
    response = client.post("/api/predict-batch", files=[("files", file) for file in sent])
    answer = response.json()
    assert response.status_code == 200
    assert (answer["success"], answer["total_files"]) == (True, 5)
    assert [result["filename"] for result in answer["results"]] == [name for name, _ in sent]
    first, text, empty, cut, last = answer["results"]
    _check_prediction(first)
    _check_prediction(last)
    assert "not an image" in text["error"]
    assert "damaged" in cut["error"]
    assert (empty["verdict"], empty["prediction_id"]) == ("no_ink", None)
    assert [row["id"] for row in _history(client)] == [last["prediction_id"], first["prediction_id"]]


def test_a_batch_sent_twice_with_its_key_is_stored_once(client: TestClient, seven: bytes) -> None:
    """Each file in its place, the same image too; another file in a place than before is an error, alone."""
    headers = {"Idempotency-Key": "pile-1"}

    def send(*images: bytes) -> list[dict[str, Any]]:
        files = [("files", (f"{place}.png", image)) for place, image in enumerate(images)]
        results: list[dict[str, Any]] = client.post("/api/predict-batch", files=files, headers=headers).json()[
            "results"
        ]
        return results

    first, again = send(seven, seven), send(seven, seven)
    assert [each["prediction_id"] for each in again] == [each["prediction_id"] for each in first]
    assert len(_history(client)) == 2
    same, other = send(seven, png(drawing(8)))
    assert same["prediction_id"] == first[0]["prediction_id"]
    assert "'pile-1' was sent with another file before" in other["error"]
    assert len(_history(client)) == 2


def test_bad_file_of_a_batch_has_the_fields_that_every_result_has(client: TestClient) -> None:
    """A client that knows no `error` and reads digit, confidence and time of each result finds them, saying nothing."""
    response = client.post("/api/predict-batch", files={"files": ("b.txt", b"no image")})
    (result,) = response.json()["results"]
    assert result.keys() == {"filename", "error", "predicted_digit", "confidence", "processing_time"}
    assert (result["predicted_digit"], result["confidence"], result["processing_time"]) == (None, 0.0, 0.0)


def test_batch_beyond_the_limit_is_refused(settings: Settings, seven: bytes) -> None:
    """One file too many, and none is read."""
    with client_of(settings.model_copy(update={"max_batch_files": 2})) as client:
        files = [("files", (f"{place}.png", seven)) for place in range(3)]
        assert "at most 2" in refusal(client.post("/api/predict-batch", files=files), 422)
        assert _history(client) == []


def test_twenty_uploads_at_once_leave_twenty_predictions(client: TestClient, seven: bytes) -> None:
    """Concurrent uploads have distinct ids, and each is in the history under its own name."""

    def upload(place: int) -> int:
        answer = client.post("/api/predict-upload", files={"file": (f"{place}.png", seven)}).json()
        return int(answer["prediction_id"])

    with ThreadPoolExecutor(20) as threads:
        ids = list(threads.map(upload, range(20)))
    assert len(set(ids)) == 20
    assert {row["id"]: row["file_name"] for row in _history(client)} == {
        kept: f"{place}.png" for place, kept in enumerate(ids)
    }


def test_restart_on_the_same_folder_keeps_the_history(settings: Settings, seven: bytes) -> None:
    """What one run of the app kept, the next one shows, and goes on counting from there."""
    with client_of(settings) as client:
        first = client.post("/api/predict", json=drawn(seven)).json()
    with client_of(settings) as client:
        second = client.post("/api/predict", json=drawn(seven)).json()
        assert [row["id"] for row in _history(client)] == [second["prediction_id"], first["prediction_id"]]
    assert second["prediction_id"] > first["prediction_id"]


def test_an_image_sent_twice_with_its_key_is_stored_once(predict: Predict, client: TestClient) -> None:
    """The second answer is that of the stored prediction, and its time is the device's."""
    made = datetime.now(UTC) - timedelta(hours=2)
    headers = {"Idempotency-Key": "drawing-1", "X-Device-Time": made.isoformat()}
    body = drawn(png(drawing(7)))
    first, again = (client.post("/api/predict", json=body, headers=headers).json() for _ in range(2))
    (row,) = _history(client)
    assert first["prediction_id"] == again["prediction_id"] == row["id"]
    assert datetime.fromisoformat(row["timestamp"]) == made
    assert first["timestamp"] == again["timestamp"] == row["timestamp"]


def test_one_key_sent_by_many_at_once_stores_one(client: TestClient) -> None:
    """Whichever comes first; a file is no different from base64."""
    headers, files = {"Idempotency-Key": "photo-1"}, {"file": ("seven.png", png(drawing(7)))}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: client.post("/api/predict-upload", files=files, headers=headers).json(), range(16))
        )
    assert len({answer["prediction_id"] for answer in answers}) == 1
    assert len(_history(client)) == 1


def test_a_key_sent_with_another_image_is_refused(client: TestClient) -> None:
    """With 409, and nothing is stored for it."""
    headers = {"Idempotency-Key": "drawing-1"}
    for digit, status in ((7, 200), (8, 409)):
        answer = client.post("/api/predict", json=drawn(png(drawing(digit))), headers=headers)
        assert answer.status_code == status
    assert len(_history(client)) == 1


@pytest.mark.parametrize(
    ("header", "value"),
    [("Idempotency-Key", "x" * 201), ("X-Device-Time", "yesterday"), ("X-Device-Time", "2020-01-01T00:00:00Z")],
    ids=["long key", "no time", "too old"],
)
def test_headers_that_make_no_sense_are_refused(client: TestClient, header: str, value: str) -> None:
    """With 422, and nothing is stored."""
    answer = client.post("/api/predict", json=drawn(png(drawing(7))), headers={header: value})
    assert answer.status_code == 422
    assert _history(client) == []
