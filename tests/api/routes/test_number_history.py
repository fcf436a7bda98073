"""Kept numbers over HTTP: what read-number stores is listed, shown, corrected and exported."""

import csv
import io
from typing import Any

from fastapi.testclient import TestClient

from tests.api.client import refusal
from tests.handwriting import number, png

IMAGE = png(number("314"))


def read(client: TestClient, **fields: str) -> dict[str, Any]:
    """Read a number sent as a form."""
    answer = client.post("/api/read-number", files={"file": ("form.png", IMAGE)}, data=fields)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_number_has_an_id_unless_it_is_not_to_be_kept(client: TestClient) -> None:
    """Nothing is stored with keep=false, nor without digits; the rest of the answer is the same."""
    kept, other = read(client), read(client, keep="false")
    assert isinstance(kept["prediction_id"], int)
    assert (other["prediction_id"], other["text"]) == (None, kept["text"])
    assert (kept["fits"], kept["lines"][0]["fits"]) == (None, None)
    assert client.get("/api/numbers").json()["count"] == 1


def test_a_number_that_does_not_fit_is_never_accepted(client: TestClient) -> None:
    """However sure the reading is."""
    fits = read(client, pattern="digits 3", max_error="0.5")
    breaks = read(client, pattern="range 900-999", max_error="0.5")
    assert (fits["fits"], fits["accept"]) == (True, True)
    assert (breaks["fits"], breaks["accept"], breaks["lines"][0]["accept"]) == (False, False, False)
    for pattern in ("phone", "digits 0", "x" * 201):
        answer = client.post("/api/read-number", files={"file": IMAGE}, data={"pattern": pattern})
        assert "pattern" in refusal(answer, 422)


def test_a_number_is_shown_with_its_boxes_and_corrected(client: TestClient) -> None:
    """The newest word counts, the file comes back as it was sent."""
    number_id = read(client)["prediction_id"]
    for text, right in (("314", True), ("3 15", False)):
        given = client.post(f"/api/numbers/{number_id}/feedback", json={"text": text}).json()
        assert (given["success"], given["correct_prediction"]) == (True, right)
    found = client.get(f"/api/numbers/{number_id}").json()["data"]
    assert (found["text"], found["actual_text"], found["correct_prediction"]) == ("314", "315", False)
    assert [each["text"] for each in found["feedback"]] == ["315", "314"]
    assert [len(digit["box"]) for digit in found["digits"]] == [4] * 3
    assert found["file_name"] == "form.png"
    original = client.get(f"/api/numbers/{number_id}/original")
    assert (original.content, original.headers["content-type"]) == (IMAGE, "image/png")


def test_numbers_are_listed_with_filters_and_exported(client: TestClient) -> None:
    """Page by page, newest first."""
    ids = [read(client)["prediction_id"] for _ in range(3)]
    client.post(f"/api/numbers/{ids[0]}/feedback", json={"text": "317"})
    page = client.get("/api/numbers", params={"limit": 2}).json()
    assert [row["id"] for row in page["data"]] == ids[:0:-1]
    rest = client.get("/api/numbers", params={"before": page["next_before"]}).json()
    assert ([row["id"] for row in rest["data"]], rest["next_before"]) == (ids[:1], None)
    wrong = client.get("/api/numbers", params={"labelled": "wrong", "text": "31"}).json()["data"]
    assert [row["actual_text"] for row in wrong] == ["317"]
    rows = list(csv.DictReader(io.StringIO(client.get("/api/export/numbers").text)))
    assert [row["text"] for row in rows] == ["314"] * 3
    assert client.get("/api/export/user/1").json()["data"]["numbers"][0]["actual_text"] == "317"


def test_what_is_wrong_is_said(client: TestClient) -> None:
    """Unknown ids are not found, bad texts refused; nothing is recorded."""
    number_id = read(client)["prediction_id"]
    assert client.get("/api/numbers/99").status_code == 404
    assert client.post("/api/numbers/99/feedback", json={"text": "1"}).status_code == 404
    answer = client.post(f"/api/numbers/{number_id}/feedback", json={"text": "3.14"})
    assert "digits are allowed" in refusal(answer, 422)
    assert client.post("/api/read-number", files={"file": IMAGE}, data={"user_id": "77"}).status_code == 404
    assert client.get("/api/numbers", params={"since": "2026-01-31T00:00:00"}).status_code == 422


def test_figures_of_numbers(client: TestClient) -> None:
    """How many were read and accepted, how many of them were right, and the same by pattern."""
    for text in ("3141", "2718"):
        found = client.post("/api/read-number", files={"file": ("n.png", png(number(text)))}, data={"max_error": "0.5"})
        client.post(f"/api/numbers/{found.json()['prediction_id']}/feedback", json={"text": "3141"})
    data = client.get("/api/analytics/numbers").json()["data"]
    assert data == {
        "numbers": 2,
        "accepted": 2,
        "labelled": 2,
        "right": 1,
        "accuracy": 0.5,
        "accepted_labelled": 2,
        "accepted_right": 1,
        "accepted_accuracy": 0.5,
        "promised_error": 0.5,
    }
    assert client.get("/api/analytics/numbers", params={"text": "27"}).json()["data"]["right"] == 0
    [row] = client.get("/api/analytics/numbers/breakdown", params={"by": "source"}).json()["data"]
    assert (row["value"], row["numbers"], row["accepted_right"]) == ("upload", 2, 1)
    refusal(client.get("/api/analytics/numbers/breakdown", params={"by": "colour"}), 422)
