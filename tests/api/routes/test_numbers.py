"""POST /api/read-number: a file or JSON in, all digits in reading order out."""

import io

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from hwr_core.settings import Settings
from tests.api.client import client_of, drawn, refusal
from tests.handwriting import number, png

ADDRESS = "/api/read-number"
IMAGE = png(number("3141"))


def test_a_file_is_read(client: TestClient) -> None:
    """Text, joint confidence, and each digit with its box and candidates."""
    answer = client.post(ADDRESS, files={"file": ("pi.png", IMAGE)})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["success"], body["text"]) == (True, "3141")
    assert [digit["digit"] for digit in body["digits"]] == [3, 1, 4, 1]
    assert all(len(digit["box"]) == 4 and len(digit["candidates"]) == 3 for digit in body["digits"])
    assert 0.5 < body["confidence"] <= min(digit["confidence"] for digit in body["digits"])
    assert [line["text"] for line in body["lines"]] == ["3141"]
    assert body["warnings"] == []


def test_json_is_read_the_same(client: TestClient) -> None:
    """Base64 in JSON finds what the form finds."""
    form = client.post(ADDRESS, files={"file": IMAGE}, data={"enhancement_level": "1.5"}).json()
    json = client.post(ADDRESS, json=drawn(IMAGE) | {"enhancement_level": 1.5}).json()
    for body in (form, json):
        del body["processing_time"], body["prediction_id"]
    assert form == json


def test_boxes_may_be_given(client: TestClient) -> None:
    """Only what stands in them is read."""
    body = client.post(ADDRESS, json=drawn(IMAGE) | {"boxes": [[0, 0, 120, 120], [240, 0, 120, 120]]}).json()
    assert body["text"] == "34"


def test_a_number_is_accepted_at_the_error_that_is_asked_for(client: TestClient) -> None:
    """By form and by JSON: the whole and each line; a version without thresholds takes confidence at its word."""
    form = client.post(ADDRESS, files={"file": IMAGE}, data={"max_error": "0.5"}).json()
    assert (form["accept"], form["lines"][0]["accept"]) == (True, True)
    strict = client.post(ADDRESS, json=drawn(IMAGE) | {"max_error": 1e-9}).json()
    assert (strict["accept"], strict["lines"][0]["accept"]) == (False, False)


def test_a_number_sent_twice_with_its_key_is_stored_once(client: TestClient) -> None:
    """By form or by JSON: the second answer is that of the stored number. With another image the key is refused."""
    headers = {"Idempotency-Key": "till-3-0017"}
    first = client.post(ADDRESS, files={"file": IMAGE}, headers=headers).json()
    again = client.post(ADDRESS, json=drawn(IMAGE), headers=headers).json()
    for answer in (first, again):
        del answer["digits"]  # stored to six digits
    assert first == again
    assert client.get("/api/numbers").json()["count"] == 1
    refused = client.post(ADDRESS, json=drawn(png(number("27"))), headers=headers)
    assert refused.status_code == 409
    assert client.get("/api/numbers").json()["count"] == 1


def test_each_page_of_a_pdf_is_read(client: TestClient) -> None:
    """Lines and digits say on which page they stand."""
    stream = io.BytesIO()
    pages = [Image.fromarray(number(text)) for text in ("27", "18")]
    pages[0].save(stream, "PDF", save_all=True, append_images=pages[1:])
    body = client.post(ADDRESS, files={"file": ("e.pdf", stream.getvalue())}).json()
    assert (body["text"], body["pages"]) == ("27\n18", 2)
    assert [line["page"] for line in body["lines"]] == [0, 1]


def test_a_blank_page_has_no_digits(client: TestClient, blank: bytes) -> None:
    """It is no error: the text is empty."""
    body = client.post(ADDRESS, files={"file": blank}).json()
    assert (body["text"], body["confidence"], body["digits"], body["lines"]) == ("", 0.0, [], [])


def test_what_was_not_read_is_said(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is a success, with a sentence about what is missing."""
    monkeypatch.setattr("hwr_core.recognition.recogniser.Recogniser.finds_numbers", False)  # as older versions
    monkeypatch.setattr("hwr_core.images.lines.segmentation.MOST_PARTS", 3)
    body = client.post(ADDRESS, files={"file": IMAGE}).json()
    assert (body["success"], len(body["digits"])) == (True, 3)
    assert "4 separate marks were found" in body["warnings"][0]


def test_a_document_that_takes_too_long_is_refused(settings: Settings) -> None:
    """It is more than the server is willing to read: 413, and how much is allowed."""
    with client_of(settings.model_copy(update={"number_seconds": 1e-4})) as client:
        detail = refusal(client.post(ADDRESS, files={"file": IMAGE}), 413)
    assert "at most 0.0001 seconds are allowed" in detail


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"json": {"image_data": "!"}}, 400, "base64"),
        ({"json": {}}, 422, "image_data is missing"),
        ({"json": []}, 422, "JSON object"),
        ({"content": b"{"}, 422, "not valid JSON"),
        ({"content": b""}, 422, "missing"),
        ({"data": {"enhancement_level": "1"}, "files": {"other": b"1"}}, 422, "file is missing"),
        ({"content": b"[" * 9_000}, 422, "not valid JSON"),
        ({"data": {"file": "notes"}, "files": {"other": b"1"}}, 422, "file is missing"),
        ({"files": {"file": b"notes"}}, 415, "neither an image nor a PDF"),
        ({"files": {"file": IMAGE}, "data": {"enhancement_level": "9"}}, 422, "enhancement_level is '9'"),
        ({"files": {"file": IMAGE}, "data": {"enhancement_level": "nan"}}, 422, "enhancement_level"),
        ({"files": {"file": IMAGE}, "data": {"max_error": "0"}}, 422, "max_error"),
        ({"files": {"file": IMAGE}, "data": {"max_error": "nan"}}, 422, "max_error"),
        ({"json": drawn(IMAGE) | {"max_error": 0.6}}, 422, "max_error"),
        ({"json": drawn(IMAGE) | {"max_error": True}}, 422, "max_error"),
        ({"json": drawn(IMAGE) | {"boxes": [[1, 2, 3]]}}, 422, "boxes"),
        ({"json": drawn(IMAGE) | {"boxes": [[1, 2, 3, 10**30]]}}, 422, "boxes"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(client: TestClient, more, status: int, words: str) -> None:
    """A client's mistake is a 4xx that names it."""
    assert words in refusal(client.post(ADDRESS, **more), status)
