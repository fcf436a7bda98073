"""Drawings in, predictions out."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketTestSession

from api.schemas.live import MAX_POINTS, MAX_STROKES
from hwr_core.images.encode import as_png
from hwr_core.images.strokes import place, sheet
from hwr_core.records.roles import Role
from tests.api.client import drawn
from tests.api.live.channel import DRAW, SIDE, ask, strokes
from tests.api.signed_in import Site
from tests.handwriting import hand_made_strokes


@pytest.mark.parametrize("digit", [0, 3, 7])
def test_a_drawing_is_read_as_its_image_is(client: TestClient, pen: WebSocketTestSession, digit: int) -> None:
    """The same strokes, posted as an image to /api/predict, give the same answer, field by field."""
    live = ask(pen, id="mine", strokes=strokes(digit))
    image = as_png(sheet(place(hand_made_strokes(digit), side=SIDE, fill=0.7), width=SIDE, height=SIDE))
    posted = client.post("/api/predict", json=drawn(image)).json()
    assert live["predicted_digit"] == digit
    for name in ("predicted_digit", "verdict", "reason", "confidence", "all_predictions", "model_version", "success"):
        assert live[name] == posted[name]
    assert live.keys() == posted.keys() | {"id", "type", "skipped"}
    assert (live["id"], live["type"], live["prediction_id"]) == ("mine", "prediction", None)


def test_only_drawings_to_be_stored_are_stored(client: TestClient, pen: WebSocketTestSession) -> None:
    """A prediction enters the history when its drawing says so."""
    ask(pen, strokes=strokes(4))
    kept = ask(pen, strokes=strokes(4), keep=True)
    (row,) = client.get("/api/analytics/predictions").json()["data"]
    assert (row["id"], row["predicted_digit"], row["source"]) == (kept["prediction_id"], 4, "api")


def test_strokes_can_be_added_to_those_before(pen: WebSocketTestSession) -> None:
    """Stroke by stroke gives the same as all at once; a whole drawing replaces the last."""
    whole = strokes(5)
    assert len(whole) == 2
    at_once = ask(pen, strokes=whole)
    ask(pen, strokes=whole[:1])
    added = ask(pen, strokes=whole[1:], add=True)
    assert added["all_predictions"] == at_once["all_predictions"]
    assert ask(pen, strokes=[])["verdict"] == "no_ink"


def test_a_wide_sheet_is_read_as_a_number(pen: WebSocketTestSession) -> None:
    """Digits beside each other, with the confidence and boxes of /api/read-number."""
    beside = [[[x + place * SIDE, y] for x, y in one] for place, digit in enumerate((4, 7)) for one in strokes(digit)]
    answer = ask(pen, id=1, kind="number", strokes=beside, width=2 * SIDE)
    assert (answer["type"], answer["id"], answer["text"], len(answer["digits"])) == ("number", 1, "47", 2)


def test_the_newest_drawing_goes_before_older_ones(pen: WebSocketTestSession) -> None:
    """A waiting drawing is replaced, the answer says how many were, and one to be stored never is."""
    for name in range(200):
        pen.send_json({"id": name, "strokes": strokes(8), "keep": name == 100})
    answers: list[dict[str, Any]] = []
    while not answers or answers[-1]["id"] != 199:
        answers.append(pen.receive_json())
    assert [each["prediction_id"] for each in answers if each["id"] == 100] == [1]
    assert sum(1 + each["skipped"] for each in answers) == 200
    assert len(answers) < 200


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("{", "not valid JSON"),
        ("[]", "JSON object"),
        ('{"id": 5}', "strokes is missing"),
        ('{"id": 5, "strokes": "none"}', "strokes is 'none'"),
        ('{"id": 5, "strokes": [[[1]]]}', "strokes is"),
        ('{"id": 5, "strokes": [[[1, NaN]]]}', "finite number"),
        ('{"id": 5, "strokes": [[[1, 1e300]]]}', "1000000"),
        ('{"id": 5, "strokes": [], "width": 0}', "width is 0"),
        ('{"id": 5, "strokes": [], "width": 1, "height": 100}', "12 times"),
        ('{"id": 5, "strokes": [], "kind": "letter"}', "kind is 'letter'"),
        ('{"id": 5, "strokes": [], "kind": "number", "keep": true}', "not stored"),
        ('{"id": 5, "strokes": [[[1, 1]]], "keep": true, "user_id": 999}', "user 999"),
        ('{"id": 5, "strokes": [], "enhancement_level": 9}', "enhancement_level is 9"),
        ('{"id": 5, "strokes": [], "colour": "red"}', "colour"),
        (json.dumps({"id": 5, "strokes": [[]] * (MAX_STROKES + 1)}), "strokes"),
        (json.dumps({"id": 5, "strokes": [[[1, 1]] * (MAX_POINTS // 2 + 1)] * 2}), "50,002 points"),
    ],
)
def test_a_wrong_message_is_answered_with_an_error_and_the_channel_stays(
    pen: WebSocketTestSession, message: str, words: str
) -> None:
    """In the form of every error, with the message's id; the next one is answered."""
    pen.send_text(message)
    answer = pen.receive_json()
    assert words in answer["detail"]
    assert answer["type"] == "error"
    assert answer["success"] is False
    assert answer["status"] in (404, 422)
    assert answer["request_id"]
    assert answer["id"] == (5 if message.startswith('{"id": 5') else None)
    assert ask(pen, strokes=strokes(7))["predicted_digit"] == 7


def test_bytes_are_taken_as_text(pen: WebSocketTestSession) -> None:
    """Binary frames are read as text, or refused with a reason."""
    pen.send_bytes(json.dumps({"strokes": strokes(3)}).encode())
    assert pen.receive_json()["predicted_digit"] == 3
    pen.send_bytes(b"\xff\xfe")
    assert "JSON" in pen.receive_json()["detail"]


def test_predictions_are_stored_for_the_signed_in_user(site: Site, opened: Callable[..., WebSocketTestSession]) -> None:
    """Not for the default user 1; and for another user only with the permission to do so."""
    with opened(DRAW, Role.VIEWER) as pen:
        ask(pen, strokes=strokes(7), keep=True)
        refused = ask(pen, strokes=strokes(7), keep=True, user_id=site.ids[Role.ADMIN])
    assert refused["status"] == 403
    (row,) = site.ask(Role.ADMIN, "GET", "/api/analytics/predictions").json()["data"]
    assert row["user_id"] == site.ids[Role.VIEWER]
