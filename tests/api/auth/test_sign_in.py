"""Signing in and out with a password: sessions, guesses, and where a sign-in leads."""

from http.cookies import SimpleCookie

import pytest
from fastapi.testclient import TestClient

from api.routes.sign_in import local
from hwr_core.auth.secrets import COOKIE
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.client import refusal
from tests.api.signed_in import HERE, PASSWORD, Site, signed_in_site


def test_a_user_signs_in_and_goes_where_they_wanted(site: Site) -> None:
    """The right password begins a session, whose cookie scripts cannot read and other sites cannot use."""
    answer = site.sign_in(Role.VIEWER, next="/history?of=all")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/history?of=all")
    cookie = SimpleCookie(answer.headers["Set-Cookie"])[COOKIE]
    assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"]) == (True, "lax", "/")
    assert site.client.get("/api/me").json()["username"] == "viewer"


def test_the_cookie_stays_on_https(settings: Settings) -> None:
    """Where HTTPS is used, or is said to be, the cookie is never sent without it."""
    with signed_in_site(settings, cookie_secure=True) as site:
        site.set_password(Role.VIEWER)
        assert "; secure" in site.sign_in(Role.VIEWER).headers["Set-Cookie"].lower()


def test_a_wrong_password_and_an_unknown_name_look_the_same(site: Site) -> None:
    """Nobody learns who has an account here."""
    wrong = site.sign_in(Role.VIEWER, "not the right words")
    unknown = site.sign_in(Role.VIEWER, "not the right words", username="nobody")
    without = site.sign_in(Role.ADMIN, "not the right words")
    assert wrong.status_code == unknown.status_code == without.status_code == 401
    assert "The name or the password is wrong." in wrong.text
    assert wrong.text.replace("viewer", "nobody") == unknown.text
    assert COOKIE not in wrong.headers.get("Set-Cookie", "")


def test_guessing_is_slowed(site: Site) -> None:
    """After five wrong passwords even the right one has to wait, and the answer says for how long."""
    for _ in range(5):
        assert site.sign_in(Role.VIEWER, "not the right words").status_code == 401
    answer = site.sign_in(Role.VIEWER)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    sent = {"username": "VIEWER ", "password": PASSWORD}
    refusal(site.client.post("/api/token", data=sent), 429)


def test_guesses_count_wherever_they_are_made(site: Site) -> None:
    """The form, the token and the change of one's own password are one lock with five tries."""
    site.sign_in(Role.VIEWER)
    wrong = {"old_password": "not the right words", "new_password": "other words than before"}
    for _ in range(2):
        refusal(site.client.post("/api/me/password", json=wrong, headers=HERE), 401)
        guess = {"username": "viewer", "password": "guess"}
        refusal(site.client.post("/api/token", data=guess, headers=HERE), 401)
    assert site.sign_in(Role.VIEWER, "not the right words").status_code == 401
    refusal(site.client.post("/api/me/password", json=wrong | {"old_password": PASSWORD}, headers=HERE), 429)
    assert site.sign_in(Role.VIEWER).status_code == 429


def test_a_sign_in_is_a_new_session(site: Site) -> None:
    """A token that somebody planted beforehand is worth nothing after the sign-in, nor is the one before it."""
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
    """A copy of the cookie is worth nothing afterwards; a mere link signs nobody out."""
    site.sign_in(Role.VIEWER)
    copy = site.client.cookies[COOKIE]
    assert "You are signed in as viewer" in site.client.get("/sign-out").text
    assert site.client.get("/api/me").status_code == 200
    site.client.post("/sign-out", headers=HERE)
    refusal(site.client.get("/api/me", headers={"Cookie": f"{COOKIE}={copy}"}), 401)


def test_a_session_ends_by_itself(settings: Settings) -> None:
    """Past its hours a session is no more."""
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
    """A link that somebody sends round cannot lead from our sign-in to another site."""
    assert local(address) == "/"
    assert site.sign_in(Role.VIEWER, next=address).headers["Location"] == "/"


def test_what_was_typed_comes_back_as_text(site: Site) -> None:
    """A name or an address with HTML in it is shown, not run."""
    page = site.sign_in(Role.VIEWER, username='"><script>alert(1)</script>', next='/"><b>').text
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_where_nobody_signs_in_there_is_no_form(client: TestClient) -> None:
    """With HWR_AUTH=off the sign-in page leads on, and everybody may do everything."""
    assert client.get("/sign-in?next=/history", follow_redirects=False).headers["Location"] == "/history"
    assert client.get("/api/me").json()["rights"] == sorted(client.get("/api/me").json()["rights"])
    assert client.get("/api/me").json()["role"] == "admin"
    assert "securitySchemes" not in client.get("/openapi.json").json()["components"]
