"""Requests and WebSockets without valid credentials, and too many requests."""

import pytest
from starlette.websockets import WebSocketDisconnect

from hwr_core.auth.secrets import COOKIE
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.client import refusal
from tests.api.signed_in import HERE, Site, signed_in_site

ELSEWHERE = "https://evil.example"


@pytest.mark.parametrize("path", ["/_stcore/stream", "/api/anything"])
@pytest.mark.parametrize("headers", [{}, {"Cookie": f"{COOKIE}=made-up"}, {"X-API-Key": "hwr_made-up"}])
def test_a_websocket_without_a_session_is_refused(site: Site, path: str, headers: dict[str, str]) -> None:
    """No channel opens without valid credentials."""
    with pytest.raises(WebSocketDisconnect) as refused, site.client.websocket_connect(path, headers=headers):
        pass
    assert refused.value.code == 1008


def test_a_websocket_of_another_sites_page_is_refused(site: Site) -> None:
    """The cookie of a visitor opens no channel for a page of another site."""
    site.sign_in(Role.VIEWER)
    headers = {"Origin": ELSEWHERE, "Cookie": f"{COOKIE}={site.client.cookies[COOKIE]}"}
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        site.client.websocket_connect("/_stcore/stream", headers=headers),
    ):
        pass
    assert refused.value.code == 1008


def test_a_browser_is_sent_to_the_sign_in_and_a_program_is_told(site: Site) -> None:
    """A page leads to the sign-in form and from there back; files and the API answer 401."""
    browser = {"Accept": "text/html,application/xhtml+xml"}
    answer = site.client.get("/history?of=all", headers=browser, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/history%3Fof%3Dall")
    refusal(site.client.get("/media/a.png"), 401)
    refusal(site.client.get("/api/jobs", headers=browser), 401)


def test_a_request_without_credentials_may_be_small_only(site: Site) -> None:
    """Without valid credentials, no more is read than a name and a password need."""
    sent = {"username": "viewer", "password": "x" * 100_000}
    refusal(site.client.post("/sign-in", data=sent, headers=HERE), 413)
    refusal(site.client.post("/api/predict", content=b"x" * 100_000), 401)


def test_too_many_requests_are_refused_with_the_time_to_wait(settings: Settings) -> None:
    """Each key has its own count, and so has each address without credentials."""
    with signed_in_site(settings, rate_limit="3/minute") as site:
        for _ in range(3):
            assert site.ask(Role.VIEWER, "GET", "/api/me").status_code == 200
        answer = site.ask(Role.VIEWER, "GET", "/api/me")
        assert "The limit is 3 per 1 minute" in refusal(answer, 429)
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert site.ask(Role.ADMIN, "GET", "/api/me").status_code == 200
        for _ in range(3):
            refusal(site.ask(None, "GET", "/api/me", headers={"X-API-Key": "hwr_guess"}), 401)
        refusal(site.ask(None, "GET", "/api/me"), 429)
        assert site.client.get("/health").status_code == 200
