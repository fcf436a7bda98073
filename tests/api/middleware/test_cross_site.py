"""Pages of other sites: they can change nothing here, and read nothing unless they are allowed to."""

import re

import pytest
from fastapi.testclient import TestClient

from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.auth.test_permissions import RULES
from tests.api.client import client_of, refusal
from tests.api.signed_in import HERE, PASSWORD, Site, signed_in_site

ELSEWHERE = "https://evil.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ELSEWHERE},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", **HERE},
        {},
    ],
)
def test_another_sites_page_changes_nothing_with_the_cookie(site: Site, headers: dict[str, str]) -> None:
    """A change with a cookie has to come from a page of ours."""
    site.sign_in(Role.VIEWER)
    mine = f"/api/users/{site.ids[Role.VIEWER]}/keys"
    for method, path in (
        ("POST", mine),
        ("DELETE", f"{mine}/1"),
        ("POST", "/sign-out"),
        ("PUT", "/_stcore/upload_file/a/b"),
    ):
        refusal(site.client.request(method, path, json={"name": "theirs"}, headers=headers), 403)
    assert len(site.workspace.access.keys(site.ids[Role.VIEWER])) == 1
    assert site.client.post(mine, json={"name": "mine"}, headers=HERE).status_code == 200
    assert site.client.post(mine, json={"name": "mine"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_another_sites_page_changes_nothing_by_any_address(site: Site) -> None:
    """Not even with the cookie of an admin, at whatever address takes changes."""
    site.set_password(Role.ADMIN)
    site.sign_in(Role.ADMIN)
    for name in RULES.by_name:
        method, path = re.sub(r"\{\w+\}", "1", name).split(" ", 1)
        if method != "GET":
            words = refusal(site.client.request(method, path, headers={"Origin": ELSEWHERE}), 403)
            assert "not come from a page of this server" in words, name
    assert site.client.get("/api/me").json()["role"] == "admin"


@pytest.mark.parametrize("by", ["key", "token", "cookie"])
def test_another_users_id_is_of_no_use(site: Site, by: str) -> None:
    """A viewer gets nothing about somebody else at any address that has an id, whatever credential they use."""
    token = site.token(Role.VIEWER)
    if by == "cookie":
        site.sign_in(Role.VIEWER)
    shown = {
        "key": {"X-API-Key": site.keys[Role.VIEWER]},
        "token": {"Authorization": f"Bearer {token}"},
        "cookie": HERE,
    }[by]
    theirs = site.ids[Role.ADMIN]
    for name in RULES.by_name:
        method, path = name.replace("{user_id}", str(theirs)).replace("{key_id}", "1").split(" ", 1)
        if "{user_id}" in name:
            body = {"name": "theirs", "username": "theirs", "role": "viewer"}
            answer = site.client.request(method, path, json=body, headers=shown)
            assert answer.status_code in (403, 404), name
            assert "admin" not in answer.text.replace("An admin", ""), name
    assert site.workspace.access.account(theirs).role is Role.ADMIN


def test_another_sites_page_signs_nobody_in(site: Site) -> None:
    """No other site can sign a visitor in, as a user who would then see what the visitor draws."""
    sent = {"username": "viewer", "password": PASSWORD}
    refusal(site.client.post("/sign-in", data=sent, headers={"Origin": ELSEWHERE}), 403)


def test_another_sites_page_changes_nothing_where_nobody_signs_in(client: TestClient) -> None:
    """A page on the internet cannot send forms to the server on one's own machine; programs can as ever."""
    refusal(client.post("/api/users", json={"username": "Mallory"}, headers={"Origin": ELSEWHERE}), 403)
    assert client.post("/api/users", json={"username": "Ada"}).status_code == 200


def test_a_key_needs_no_origin(site: Site) -> None:
    """A page cannot make a browser send a key."""
    headers = {"Origin": ELSEWHERE, "Authorization": f"Bearer {site.keys[Role.ADMIN]}"}
    assert site.client.post("/api/users", json={"username": "Ada"}, headers=headers).status_code == 200


def test_other_sites_may_not_read_unless_they_are_named(settings: Settings) -> None:
    """Without HWR_CORS_ORIGINS no other site may read; with it, those it names, and never with the cookie."""
    preflight = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "GET"}
    with client_of(settings) as client:
        assert "Access-Control-Allow-Origin" not in client.get("/health", headers={"Origin": ELSEWHERE}).headers
        assert "Access-Control-Allow-Origin" not in client.options("/health", headers=preflight).headers
    with signed_in_site(settings, cors_origins=f"{ELSEWHERE}/, https://other.example") as site:
        answer = site.client.options("/api/me", headers=preflight)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, ELSEWHERE)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        other = site.client.get("/health", headers={"Origin": "https://third.example"})
        assert "Access-Control-Allow-Origin" not in other.headers
