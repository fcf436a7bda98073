"""Channels: how they open, who may open them, and what closes them."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from api.live.channels import MAX_CHARACTERS, MAX_OPEN
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.client import samples
from tests.api.live.channel import DRAW, EVENTS, ask, strokes
from tests.api.signed_in import Site, signed_in_site


def test_a_message_that_is_too_long_closes_the_channel(pen: WebSocketTestSession) -> None:
    """Code 1009, and the reason says how long it may be."""
    pen.send_text(" " * (MAX_CHARACTERS + 1))
    with pytest.raises(WebSocketDisconnect) as closed:
        pen.receive_text()
    assert (closed.value.code, f"{MAX_CHARACTERS:,}" in closed.value.reason) == (1009, True)


def test_no_more_than_so_many_channels_are_open_at_once(client: TestClient) -> None:
    """One more is closed with code 1013; when one has gone there is room again."""
    channels = [client.websocket_connect(DRAW) for _ in range(MAX_OPEN)]
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


@pytest.mark.parametrize("path", [DRAW, EVENTS])
def test_no_channel_opens_without_valid_credentials(opened: Callable[..., WebSocketTestSession], path: str) -> None:
    """Neither without a key, nor with a made-up one."""
    for headers in ({}, {"X-API-Key": "hwr_made_up"}):
        with pytest.raises(WebSocketDisconnect) as refused, opened(path, None, **headers):
            pass
        assert refused.value.code == 1008


def test_a_page_of_another_site_is_refused(site: Site) -> None:
    """The cookie of a visitor opens no channel for it, while a page of our own may open one."""
    site.set_password(Role.VIEWER)
    site.sign_in(Role.VIEWER)
    with (
        pytest.raises(WebSocketDisconnect),
        site.client.websocket_connect(DRAW, headers={"Origin": "https://evil.example"}),
    ):
        pass
    with site.client.websocket_connect(DRAW, headers={"Origin": "http://testserver"}) as pen:
        assert ask(pen, strokes=strokes(7), keep=True)["predicted_digit"] == 7
    assert site.ask(Role.VIEWER, "GET", "/api/analytics/predictions").json()["count"] == 1


def test_a_revoked_key_ends_a_silent_feed(
    site: Site, opened: Callable[..., WebSocketTestSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the seconds after which credentials are checked again; and so does another role."""
    monkeypatch.setattr("api.auth.authentication.RECHECK_SECONDS", 0.1)
    with opened(EVENTS, Role.ANALYST) as feed:
        site.workspace.access.set_role(site.ids[Role.ANALYST], Role.VIEWER)
        with pytest.raises(WebSocketDisconnect) as closed:
            feed.receive_text()
        assert closed.value.code == 1008
    with opened(EVENTS, Role.VIEWER) as feed:
        (key,) = site.workspace.access.keys(site.ids[Role.VIEWER])
        site.workspace.access.revoke_key(site.ids[Role.VIEWER], key.id)
        with pytest.raises(WebSocketDisconnect):
            feed.receive_text()


def test_messages_are_counted_like_requests(settings: Settings) -> None:
    """Too many are answered with the time to wait; the channel stays."""
    with signed_in_site(settings, rate_limit="3/minute") as site:
        headers = {"X-API-Key": site.keys[Role.VIEWER]}
        with site.client.websocket_connect(DRAW, headers=headers) as pen:
            answers = [ask(pen, id=name, strokes=strokes(7)) for name in range(4)]
        assert [each["type"] for each in answers] == ["prediction", "prediction", "error", "error"]
        assert (answers[2]["status"], answers[2]["id"]) == (429, 2)
        assert 0 < answers[2]["retry_after"] <= 60
