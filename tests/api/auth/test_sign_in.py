"""Signing in and out with a password: sessions, guesses, and where a sign-in leads."""

from http.cookies import SimpleCookie

import pytest
from fastapi.testclient import TestClient

from api.routes.sign_in import DEVICE_COOKIE, local
from hwr_core.auth.secrets import COOKIE
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.client import refusal
from tests.api.signed_in import HERE, PASSWORD, Site, signed_in_site


def test_a_user_signs_in_and_goes_where_they_wanted(site: Site) -> None:
    """The right password starts a session, whose cookie scripts cannot read and other sites cannot use."""
    answer = site.sign_in(Role.VIEWER, next="/history?of=all")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/history?of=all")
    session, device = (SimpleCookie(each) for each in answer.headers.get_list("Set-Cookie"))
    for cookie, path in ((session[COOKIE], "/"), (device[DEVICE_COOKIE], "/sign-in")):
        assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"]) == (True, "lax", path)
    assert site.client.get("/api/me").json()["username"] == "viewer"


def test_the_cookie_stays_on_https(settings: Settings) -> None:
    """With HTTPS, or a setting that says so, the cookie is never sent without it."""
    with signed_in_site(settings, cookie_secure=True) as site:
        site.set_password(Role.VIEWER)
        cookies = site.sign_in(Role.VIEWER).headers.get_list("Set-Cookie")
        assert ["; secure" in each.lower() for each in cookies] == [True, True]


def test_a_wrong_password_and_an_unknown_name_look_the_same(site: Site) -> None:
    """The answer does not reveal who has an account."""
    wrong = site.sign_in(Role.VIEWER, "not the right words")
    unknown = site.sign_in(Role.VIEWER, "not the right words", username="nobody")
    without = site.sign_in(Role.ADMIN, "not the right words")
    assert wrong.status_code == unknown.status_code == without.status_code == 401
    assert "The name or the password is wrong." in wrong.text
    assert wrong.text.replace("viewer", "nobody") == unknown.text
    assert COOKIE not in wrong.headers.get("Set-Cookie", "")


def test_guessing_is_throttled(site: Site) -> None:
    """After five wrong passwords even the right one has to wait, and the answer says how long."""
    for _ in range(5):
        assert site.sign_in(Role.VIEWER, "not the right words").status_code == 401
    answer = site.sign_in(Role.VIEWER)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    sent = {"username": "VIEWER ", "password": PASSWORD}
    refusal(site.client.post("/api/token", data=sent), 429)


def test_the_login_throttle_counts_all_ways_to_guess(site: Site) -> None:
    """The token route and the change of the password share an address's ten attempts; a known browser has its own."""
    site.sign_in(Role.VIEWER)
    wrong = {"old_password": "not the right words", "new_password": "other words than before"}
    for _ in range(5):
        refusal(site.client.post("/api/me/password", json=wrong, headers=HERE), 401)
        guess = {"username": "viewer", "password": "guess"}
        refusal(site.client.post("/api/token", data=guess, headers=HERE), 401)
    refusal(site.client.post("/api/me/password", json=wrong | {"old_password": PASSWORD}, headers=HERE), 429)
    assert site.sign_in(Role.VIEWER).status_code == 303
    site.client.cookies.delete(DEVICE_COOKIE)
    assert site.sign_in(Role.VIEWER).status_code == 429


def test_a_sign_in_is_a_new_session(site: Site) -> None:
    """A planted session id is worthless after the sign-in, and so is the session before it."""
    site.client.cookies.set(COOKIE, "planted", domain="testserver.local")
    site.sign_in(Role.VIEWER)
    first = site.client.cookies[COOKIE]
    site.sign_in(Role.VIEWER)
    second = site.client.cookies[COOKIE]
    assert len({"planted", first, second}) == 3
    site.client.cookies.clear()
    for old in ("planted", first):
        refusal(site.client.get("/api/me", headers={"Cookie": f"{COOKIE}={old}"}), 401)
    assert site.client.get("/api/me", headers={"Cookie": f"{COOKIE}={second}"}).status_code == 200


def test_signing_out_ends_the_session_itself(site: Site) -> None:
    """A copy of the cookie is worthless afterwards; a mere link signs nobody out."""
    site.sign_in(Role.VIEWER)
    copy = site.client.cookies[COOKIE]
    assert "You are signed in as viewer" in site.client.get("/sign-out").text
    assert site.client.get("/api/me").status_code == 200
    site.client.post("/sign-out", headers=HERE)
    refusal(site.client.get("/api/me", headers={"Cookie": f"{COOKIE}={copy}"}), 401)


def test_a_session_ends_by_itself(settings: Settings) -> None:
    """A session expires after its hours."""
    with signed_in_site(settings, session_hours=1e-6) as site:
        site.set_password(Role.VIEWER)
        site.sign_in(Role.VIEWER)
        refusal(
            site.client.get("/api/me", headers={"Cookie": f"{COOKIE}={site.client.cookies.get(COOKIE)}"}),
            401,
        )


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/history\r\nSet-Cookie: a=b",
    ],
)
def test_a_sign_in_leads_nowhere_else(site: Site, address: str) -> None:
    """No link can lead from our sign-in to another site."""
    assert local(address) == "/"
    assert site.sign_in(Role.VIEWER, next=address).headers["Location"] == "/"


def test_what_was_typed_is_shown_as_text(site: Site) -> None:
    """A name or an address with HTML in it is shown, not run."""
    page = site.sign_in(Role.VIEWER, username='"><script>alert(1)</script>', next='/"><b>').text
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_where_nobody_signs_in_there_is_no_form(client: TestClient) -> None:
    """With HWR_AUTH=off the sign-in page redirects, and everybody may do everything."""
    assert client.get("/sign-in?next=/history", follow_redirects=False).headers["Location"] == "/history"
    assert client.get("/api/me").json()["rights"] == sorted(client.get("/api/me").json()["rights"])
    assert client.get("/api/me").json()["role"] == "admin"
    assert "securitySchemes" not in client.get("/openapi.json").json()["components"]
