"""Live channels: drawings in, predictions out, and what happens, as the rights of whoever listens allow."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from api.live.channels import MOST_CHARACTERS, MOST_OPEN
from api.schemas.live import MOST_POINTS, MOST_STROKES
from hwr_core.images.encode import as_png
from hwr_core.images.strokes import place, sheet
from hwr_core.jobs.events import Progress
from hwr_core.jobs.queue import JobChanged
from hwr_core.jobs.table import JobKind, Jobs
from hwr_core.recognition.events import ModelServed
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.conftest import drawn, samples
from tests.api.signed_in import Site, signed_in_site
from tests.handwriting import hand_made_strokes

DRAW, EVENTS = "/api/live/draw", "/api/live/events"
SIDE = 300


def strokes(digit: int) -> list[list[list[float]]]:
    """A digit as a client with a canvas of 300 by 300 sends it."""
    return [stroke.tolist() for stroke in place(hand_made_strokes(digit), side=SIDE, fill=0.7)]


def ask(channel: WebSocketTestSession, **message: Any) -> dict[str, Any]:
    """Send a message and return the answer to it."""
    channel.send_json({"width": SIDE, "height": SIDE} | message)
    answer: dict[str, Any] = channel.receive_json()
    return answer


@pytest.fixture
def pen(client: TestClient) -> Iterator[WebSocketTestSession]:
    """An open channel for drawings."""
    with client.websocket_connect(DRAW) as channel:
        yield channel


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


def test_only_what_is_to_be_kept_is_kept(client: TestClient, pen: WebSocketTestSession) -> None:
    """A prediction enters the history when its drawing says so."""
    ask(pen, strokes=strokes(4))
    kept = ask(pen, strokes=strokes(4), keep=True)
    (row,) = client.get("/api/analytics/predictions").json()["data"]
    assert (row["id"], row["predicted_digit"], row["source"]) == (kept["prediction_id"], 4, "api")


def test_strokes_can_be_added_to_those_before(pen: WebSocketTestSession) -> None:
    """Stroke by stroke comes to the same as all at once; a whole drawing begins anew."""
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
    """What was not read yet gives way, the answer says how many did, and what is to be kept never does."""
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
        ('{"id": 5, "strokes": [], "kind": "number", "keep": true}', "not kept"),
        ('{"id": 5, "strokes": [[[1, 1]]], "keep": true, "user_id": 999}', "user 999"),
        ('{"id": 5, "strokes": [], "enhancement_level": 9}', "enhancement_level is 9"),
        ('{"id": 5, "strokes": [], "colour": "red"}', "colour"),
        (json.dumps({"id": 5, "strokes": [[]] * (MOST_STROKES + 1)}), "strokes"),
        (json.dumps({"id": 5, "strokes": [[[1, 1]] * (MOST_POINTS // 2 + 1)] * 2}), "50,002 points"),
    ],
)
def test_a_wrong_message_is_told_why_and_the_channel_stays(pen: WebSocketTestSession, message: str, words: str) -> None:
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
    """Clients that send binary frames are understood, or told what is wrong."""
    pen.send_bytes(json.dumps({"strokes": strokes(3)}).encode())
    assert pen.receive_json()["predicted_digit"] == 3
    pen.send_bytes(b"\xff\xfe")
    assert "JSON" in pen.receive_json()["detail"]


def test_a_message_that_is_too_long_closes_the_channel(pen: WebSocketTestSession) -> None:
    """Code 1009, and the reason says how long it may be."""
    pen.send_text(" " * (MOST_CHARACTERS + 1))
    with pytest.raises(WebSocketDisconnect) as closed:
        pen.receive_text()
    assert (closed.value.code, f"{MOST_CHARACTERS:,}" in closed.value.reason) == (1009, True)


def test_no_more_than_so_many_channels_are_open_at_once(client: TestClient) -> None:
    """One more is closed with code 1013; when one has gone there is room again."""
    channels = [client.websocket_connect(DRAW) for _ in range(MOST_OPEN)]
    for channel in channels:
        channel.__enter__()
    with client.websocket_connect(DRAW) as one_more, pytest.raises(WebSocketDisconnect) as closed:
        one_more.receive_text()
    assert closed.value.code == 1013
    for channel in channels:
        channel.close()
        channel.__exit__(None, None, None)
    with client.websocket_connect(DRAW) as again:
        assert ask(again, strokes=strokes(7))["predicted_digit"] == 7


def test_channels_stand_in_the_metrics(client: TestClient, pen: WebSocketTestSession) -> None:
    """How many are open, and what went over them."""
    ask(pen, strokes=strokes(7))
    pen.send_text("{")
    pen.receive_text()
    found = samples(client)
    assert found["hwr_live_channels{channel=draw}"] == 1
    assert found["hwr_live_messages_total{channel=draw,direction=in}"] == 2
    assert found["hwr_live_messages_total{channel=draw,direction=out}"] == 2


def test_what_happens_is_told(client: TestClient, seven: bytes) -> None:
    """A prediction kept, a word on it, the word taken back: in their order, as the history shows them."""
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


def test_only_what_was_asked_for_is_told(client: TestClient, seven: bytes) -> None:
    """By kind and by person."""
    ada = client.post("/api/users", json={"username": "Ada"}).json()["user_id"]
    with client.websocket_connect(f"{EVENTS}?kind=prediction&user_id={ada}") as feed:
        client.post("/api/predict", json=drawn(seven))
        number = client.post("/api/predict", json=drawn(seven) | {"user_id": ada}).json()["prediction_id"]
        client.post("/api/feedback", json={"prediction_id": number, "user_id": ada, "actual_digit": 7})
        last = client.post("/api/predict", json=drawn(seven) | {"user_id": ada}).json()["prediction_id"]
        assert [feed.receive_json()["data"]["id"] for _ in range(2)] == [number, last]


def test_a_kind_that_there_is_not_is_refused(client: TestClient) -> None:
    """Before the channel opens."""
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(f"{EVENTS}?kind=weather") as feed:
        feed.receive_text()


@pytest.fixture
def unrestricted(settings: Settings) -> Iterator[Site]:
    """A server that wants people to sign in."""
    with signed_in_site(settings) as unrestricted:
        yield unrestricted


@pytest.fixture
def opened(unrestricted: Site) -> Callable[..., WebSocketTestSession]:
    """Open a channel as the person of a role, by API key."""

    def opened(path: str, role: Role | None, **headers: str) -> WebSocketTestSession:
        key = {} if role is None else {"X-API-Key": unrestricted.keys[role]}
        return unrestricted.client.websocket_connect(path, headers=key | headers)

    return opened


@pytest.mark.parametrize("path", [DRAW, EVENTS])
def test_nobody_is_let_in_unknown(opened: Callable[..., WebSocketTestSession], path: str) -> None:
    """Neither without a key, nor with a made-up one."""
    for headers in ({}, {"X-API-Key": "hwr_made_up"}):
        with pytest.raises(WebSocketDisconnect) as refused, opened(path, None, **headers):
            pass
        assert refused.value.code == 1008


def test_a_page_of_another_site_is_refused(unrestricted: Site) -> None:
    """A visitor's cookie opens no channel for it, while a page of our own is let in."""
    unrestricted.let_in(Role.VIEWER)
    unrestricted.sign_in(Role.VIEWER)
    with (
        pytest.raises(WebSocketDisconnect),
        unrestricted.client.websocket_connect(DRAW, headers={"Origin": "https://evil.example"}),
    ):
        pass
    with unrestricted.client.websocket_connect(DRAW, headers={"Origin": "http://testserver"}) as pen:
        assert ask(pen, strokes=strokes(7), keep=True)["predicted_digit"] == 7
    assert unrestricted.ask(Role.VIEWER, "GET", "/api/analytics/predictions").json()["count"] == 1


def test_viewers_hear_of_their_own_predictions_alone(
    unrestricted: Site, opened: Callable[..., WebSocketTestSession], seven: bytes
) -> None:
    """Analysts hear of everybody's; what is another's is not even asked for by name."""
    with opened(EVENTS, Role.VIEWER) as own, opened(EVENTS, Role.ANALYST) as everything:
        theirs = unrestricted.ask(Role.ANALYST, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
        mine = unrestricted.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
        unrestricted.ask(Role.VIEWER, "POST", "/api/feedback", json={"prediction_id": mine, "actual_digit": 1})
        assert [everything.receive_json()["type"] for _ in range(3)] == ["prediction", "prediction", "label"]
        told = [own.receive_json()["data"] for _ in range(2)]
        assert [told[0]["id"], told[1]["prediction_id"]] == [mine, mine]
        assert theirs != mine
    with opened(f"{EVENTS}?user_id={unrestricted.ids[Role.ANALYST]}", Role.VIEWER) as nosy:
        assert nosy.receive_json()["status"] == 403
        with pytest.raises(WebSocketDisconnect) as closed:
            nosy.receive_text()
        assert closed.value.code == 1008


def test_predictions_are_kept_for_whoever_is_signed_in(
    unrestricted: Site, opened: Callable[..., WebSocketTestSession]
) -> None:
    """Not for user 1, whom nobody named; and for another person only by whom that is allowed."""
    with opened(DRAW, Role.VIEWER) as pen:
        ask(pen, strokes=strokes(7), keep=True)
        refused = ask(pen, strokes=strokes(7), keep=True, user_id=unrestricted.ids[Role.ADMIN])
    assert refused["status"] == 403
    (row,) = unrestricted.ask(Role.ADMIN, "GET", "/api/analytics/predictions").json()["data"]
    assert row["user_id"] == unrestricted.ids[Role.VIEWER]


def test_a_revoked_key_ends_the_feed_though_it_says_nothing(
    unrestricted: Site, opened: Callable[..., WebSocketTestSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the time after which somebody silent is looked at again; as does another role."""
    monkeypatch.setattr("api.auth.authentication.ASK_AGAIN", 0.1)
    with opened(EVENTS, Role.ANALYST) as feed:
        unrestricted.workspace.access.set_role(unrestricted.ids[Role.ANALYST], Role.VIEWER)
        with pytest.raises(WebSocketDisconnect) as closed:
            feed.receive_text()
        assert closed.value.code == 1008
    with opened(EVENTS, Role.VIEWER) as feed:
        (key,) = unrestricted.workspace.access.keys(unrestricted.ids[Role.VIEWER])
        unrestricted.workspace.access.revoke_key(unrestricted.ids[Role.VIEWER], key.id)
        with pytest.raises(WebSocketDisconnect):
            feed.receive_text()


def test_messages_are_counted_like_requests(settings: Settings) -> None:
    """Too many are told how long to wait; the channel stays."""
    with signed_in_site(settings, rate_limit="3/minute") as unrestricted:
        headers = {"X-API-Key": unrestricted.keys[Role.VIEWER]}
        with unrestricted.client.websocket_connect(DRAW, headers=headers) as pen:
            answers = [ask(pen, id=name, strokes=strokes(7)) for name in range(4)]
        assert [each["type"] for each in answers] == ["prediction", "prediction", "error", "error"]
        assert (answers[2]["status"], answers[2]["id"]) == (429, 2)
        assert 0 < answers[2]["retry_after"] <= 60


def test_a_listener_that_comes_late_is_told_how_much_it_missed(client: TestClient) -> None:
    """The oldest are dropped, nobody waits for it, and it is told how many they were."""
    workspace = client.app.state.workspace  # type: ignore[attr-defined]
    with workspace.listening(lambda: None) as listener:
        for number in range(1005):
            workspace.events.publish(ModelServed(f"v{number}"))
        items, lost = listener.take()
    assert (len(items), lost) == (1000, 5)
    assert (items[0].event, items[-1].event) == (ModelServed("v5"), ModelServed("v1004"))
    assert listener.take() == ([], 0)


def test_jobs_and_versions_are_told_of(client: TestClient) -> None:
    """How a job stands, as /api/jobs says it, and which version reads from now on."""
    workspace = client.app.state.workspace  # type: ignore[attr-defined]
    with client.websocket_connect(EVENTS) as feed:
        job = Jobs(workspace.store).add(JobKind.TRAIN, {"epochs": 5}, 1)
        workspace.events.publish(JobChanged(job, Progress(0.4, 60.0, "Epoch 3 of 5")))
        told = feed.receive_json()
        assert told["type"] == "job"
        assert (told["data"]["id"], told["data"]["progress"], told["data"]["doing"]) == (job.id, 0.4, "Epoch 3 of 5")
        workspace.events.publish(ModelServed("20260131T120000Z-1a2b3"))
        assert feed.receive_json()["data"] == {"model_version": "20260131T120000Z-1a2b3"}
