"""What somebody may try who wants in: each is refused, and says no more than it must."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import jwt
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.websockets import WebSocketDisconnect

from api.routes.sign_in import local
from hwr_core.auth.secrets import COOKIE, signing_secret
from hwr_core.auth.tokens import AUDIENCE
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.conftest import client_of, refusal
from tests.api.signed_in import HERE, PASSWORD, Site, signed_in_site
from tests.api.test_permissions import RULES

ELSEWHERE = "https://evil.example"


@pytest.fixture
def unrestricted(settings: Settings) -> Iterator[Site]:
    """A server on which the viewer has a password."""
    with signed_in_site(settings) as unrestricted:
        unrestricted.let_in(Role.VIEWER)
        yield unrestricted


def _token(unrestricted: Site) -> str:
    sent = {"username": "viewer", "password": PASSWORD}
    token: str = unrestricted.client.post("/api/token", data=sent).json()["access_token"]
    return token


def _bearer(unrestricted: Site, token: str) -> Response:
    return unrestricted.client.get("/api/me", headers={"Authorization": f"Bearer {token}"})


# Sign-in


def test_a_user_signs_in_and_goes_where_they_wanted(unrestricted: Site) -> None:
    """The right password begins a session, whose cookie scripts cannot read and other sites cannot use."""
    answer = unrestricted.sign_in(Role.VIEWER, next="/history?of=all")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/history?of=all")
    cookie = SimpleCookie(answer.headers["Set-Cookie"])[COOKIE]
    assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"]) == (True, "lax", "/")
    assert unrestricted.client.get("/api/me").json()["username"] == "viewer"


def test_the_cookie_stays_on_https(settings: Settings) -> None:
    """Where HTTPS is used, or is said to be, the cookie is never sent without it."""
    with signed_in_site(settings, cookie_secure=True) as unrestricted:
        unrestricted.let_in(Role.VIEWER)
        assert "; secure" in unrestricted.sign_in(Role.VIEWER).headers["Set-Cookie"].lower()


def test_a_wrong_password_and_an_unknown_name_look_the_same(unrestricted: Site) -> None:
    """Nobody learns who has an account here."""
    wrong = unrestricted.sign_in(Role.VIEWER, "not the right words")
    unknown = unrestricted.sign_in(Role.VIEWER, "not the right words", username="nobody")
    without = unrestricted.sign_in(Role.ADMIN, "not the right words")
    assert wrong.status_code == unknown.status_code == without.status_code == 401
    assert "The name or the password is wrong." in wrong.text
    assert wrong.text.replace("viewer", "nobody") == unknown.text
    assert COOKIE not in wrong.headers.get("Set-Cookie", "")


def test_guessing_is_slowed(unrestricted: Site) -> None:
    """After five wrong passwords even the right one has to wait, and the answer says for how long."""
    for _ in range(5):
        assert unrestricted.sign_in(Role.VIEWER, "not the right words").status_code == 401
    answer = unrestricted.sign_in(Role.VIEWER)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    sent = {"username": "VIEWER ", "password": PASSWORD}
    refusal(unrestricted.client.post("/api/token", data=sent), 429)


def test_guesses_count_wherever_they_are_made(unrestricted: Site) -> None:
    """The form, the token and the change of one's own password are one lock with five tries."""
    unrestricted.sign_in(Role.VIEWER)
    wrong = {"old_password": "not the right words", "new_password": "other words than before"}
    for _ in range(2):
        refusal(unrestricted.client.post("/api/me/password", json=wrong, headers=HERE), 401)
        guess = {"username": "viewer", "password": "guess"}
        refusal(unrestricted.client.post("/api/token", data=guess, headers=HERE), 401)
    assert unrestricted.sign_in(Role.VIEWER, "not the right words").status_code == 401
    refusal(unrestricted.client.post("/api/me/password", json=wrong | {"old_password": PASSWORD}, headers=HERE), 429)
    assert unrestricted.sign_in(Role.VIEWER).status_code == 429


def test_a_sign_in_is_a_new_session(unrestricted: Site) -> None:
    """A token that somebody planted beforehand is worth nothing after the sign-in, nor is the one before it."""
    unrestricted.client.cookies.set(COOKIE, "planted", domain="testserver.local")
    unrestricted.sign_in(Role.VIEWER)
    first = unrestricted.client.cookies[COOKIE]
    unrestricted.sign_in(Role.VIEWER)
    second = unrestricted.client.cookies[COOKIE]
    assert len({"planted", first, second}) == 3
    unrestricted.client.cookies.clear()
    for old in ("planted", first):
        refusal(unrestricted.client.get("/api/me", headers={"Cookie": f"{COOKIE}={old}"}), 401)
    assert unrestricted.client.get("/api/me", headers={"Cookie": f"{COOKIE}={second}"}).status_code == 200


def test_signing_out_ends_the_session_itself(unrestricted: Site) -> None:
    """A copy of the cookie is worth nothing afterwards; a mere link signs nobody out."""
    unrestricted.sign_in(Role.VIEWER)
    copy = unrestricted.client.cookies[COOKIE]
    assert "You are signed in as viewer" in unrestricted.client.get("/sign-out").text
    assert unrestricted.client.get("/api/me").status_code == 200
    unrestricted.client.post("/sign-out", headers=HERE)
    refusal(unrestricted.client.get("/api/me", headers={"Cookie": f"{COOKIE}={copy}"}), 401)


def test_a_session_ends_by_itself(settings: Settings) -> None:
    """Past its hours a session is no more."""
    with signed_in_site(settings, session_hours=1e-6) as unrestricted:
        unrestricted.let_in(Role.VIEWER)
        unrestricted.sign_in(Role.VIEWER)
        refusal(
            unrestricted.client.get(
                "/api/me", headers={"Cookie": f"{COOKIE}={unrestricted.client.cookies.get(COOKIE)}"}
            ),
            401,
        )


def test_a_new_password_ends_sessions_and_tokens(unrestricted: Site) -> None:
    """Whoever stole a cookie or a token loses it with the password."""
    token = _token(unrestricted)
    unrestricted.sign_in(Role.VIEWER)
    sent = {"old_password": PASSWORD, "new_password": "other words than before"}
    refusal(unrestricted.client.post("/api/me/password", json=sent | {"old_password": "wrong"}, headers=HERE), 401)
    assert unrestricted.client.post("/api/me/password", json=sent, headers=HERE).json() == {"success": True}
    refusal(unrestricted.client.get("/api/me"), 401)
    unrestricted.client.cookies.clear()
    refusal(_bearer(unrestricted, token), 401)
    assert unrestricted.sign_in(Role.VIEWER).status_code == 401
    assert unrestricted.sign_in(Role.VIEWER, "other words than before").status_code == 303


def test_a_deactivated_user_is_out(unrestricted: Site) -> None:
    """Sessions, tokens and keys of somebody deactivated let nobody in."""
    token = _token(unrestricted)
    unrestricted.workspace.users.change(unrestricted.ids[Role.VIEWER], is_active=False)
    refusal(_bearer(unrestricted, token), 401)
    refusal(unrestricted.ask(Role.VIEWER, "GET", "/api/me"), 401)
    assert unrestricted.sign_in(Role.VIEWER).status_code == 401


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
def test_a_sign_in_leads_nowhere_else(unrestricted: Site, address: str) -> None:
    """A link that somebody sends round cannot lead from our sign-in to another site."""
    assert local(address) == "/"
    assert unrestricted.sign_in(Role.VIEWER, next=address).headers["Location"] == "/"


def test_what_was_typed_comes_back_as_text(unrestricted: Site) -> None:
    """A name or an address with HTML in it is shown, not run."""
    page = unrestricted.sign_in(Role.VIEWER, username='"><script>alert(1)</script>', next='/"><b>').text
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_a_stranger_may_send_little(unrestricted: Site) -> None:
    """Before anybody is known, no more is read than a name and a password take."""
    sent = {"username": "viewer", "password": "x" * 100_000}
    refusal(unrestricted.client.post("/sign-in", data=sent, headers=HERE), 413)
    refusal(unrestricted.client.post("/api/predict", content=b"x" * 100_000), 401)


# Tokens and keys


def test_a_token_lets_in_for_some_minutes(unrestricted: Site) -> None:
    """The password flow of OAuth2 works, as "Authorize" at /docs uses it."""
    assert _bearer(unrestricted, _token(unrestricted)).json()["role"] == "viewer"
    claims = jwt.decode(_token(unrestricted), options={"verify_signature": False})
    assert claims["exp"] == claims["iat"] + 15 * 60
    document = unrestricted.client.get("/openapi.json").json()
    flow = document["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]["password"]
    assert flow["tokenUrl"] == "api/token"


def test_forged_tokens_are_refused(unrestricted: Site) -> None:
    """Another secret, a changed claim, no algorithm, another audience or a missing end: none lets in."""
    secret = signing_secret(unrestricted.workspace.settings)
    now = datetime.now(UTC)
    ours = _token(unrestricted)
    header, _, signature = ours.split(".")

    def claims(**changes: object) -> dict[str, object]:
        return jwt.decode(ours, options={"verify_signature": False}) | changes

    unsigned = jwt.encode(claims(), "", algorithm="none")
    forged = {
        "another secret": jwt.encode(claims(), "x" * 43, "HS256"),
        "alg=none": unsigned,
        "none, with our signature": f"{unsigned}{signature}",
        "another algorithm": jwt.encode(claims(), secret * 2, "HS512"),
        "changed": f"{header}.{jwt.encode(claims(sub='1'), 'x' * 43, 'HS256').split('.')[1]}.{signature}",
        "past": jwt.encode(claims(exp=now - timedelta(seconds=1)), secret, "HS256"),
        "endless": jwt.encode({k: v for k, v in claims().items() if k != "exp"}, secret, "HS256"),
        "another audience": jwt.encode(claims(aud="other"), secret, "HS256"),
        "nobody": jwt.encode(claims(sub="nobody"), secret, "HS256"),
        "unknown": jwt.encode(claims(sub="999"), secret, "HS256"),
        "another time": jwt.encode(claims(since="2020-01-01"), secret, "HS256"),
        "empty": "",
        "noise": "a.b.c",
    }
    for name, token in forged.items():
        assert _bearer(unrestricted, token).status_code == 401, name
    assert _bearer(unrestricted, jwt.encode(claims(aud=AUDIENCE), secret, "HS256")).status_code == 200


def test_the_secret_is_its_owners_alone(unrestricted: Site) -> None:
    """What signs tokens lies in the data folder, for the server's eyes only, and stays the same."""
    secret = signing_secret(unrestricted.workspace.settings)
    file = unrestricted.workspace.settings.secret_file
    assert file.read_text() == secret == signing_secret(unrestricted.workspace.settings)
    assert len(secret) >= 43
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_revoked_or_expired_key_is_refused(unrestricted: Site) -> None:
    """A key is worth nothing from the moment it is revoked, or past its time."""
    access, viewer = unrestricted.workspace.access, unrestricted.ids[Role.VIEWER]
    assert unrestricted.ask(Role.VIEWER, "GET", "/api/me").status_code == 200
    [key] = access.keys(viewer)
    assert key.last_used_at is not None
    access.revoke_key(viewer, key.id)
    refusal(unrestricted.ask(Role.VIEWER, "GET", "/api/me"), 401)
    made = access.create_key(viewer, "short", days=1)
    with unrestricted.workspace.store.writing() as cursor:
        cursor.execute("update api_keys set expires_at = $1", [datetime.now(UTC)])
    refusal(unrestricted.client.get("/api/me", headers={"Authorization": f"Bearer {made.key}"}), 401)


def test_a_key_makes_no_keys_and_sets_no_passwords(unrestricted: Site) -> None:
    """Whoever finds a key cannot make one that outlives it."""
    mine = unrestricted.ids[Role.ADMIN]
    refusal(unrestricted.ask(Role.ADMIN, "POST", f"/api/users/{mine}/keys", json={"name": "more"}), 403)
    refusal(unrestricted.ask(Role.ADMIN, "PUT", f"/api/users/{mine}/account", json={"password": "many new words"}), 403)
    sent = {"old_password": PASSWORD, "new_password": "many new words"}
    refusal(unrestricted.ask(Role.VIEWER, "POST", "/api/me/password", json=sent), 403)


def test_nothing_that_lets_in_is_kept_as_it_is(unrestricted: Site) -> None:
    """Whoever reads the database finds no password, key or session that could be used."""
    unrestricted.sign_in(Role.VIEWER)
    session = unrestricted.client.cookies[COOKIE]
    with unrestricted.workspace.store.session() as cursor:
        tables = ("credentials", "sessions", "api_keys", "audit")
        kept = str([cursor.execute(f"select * from {table}").fetchall() for table in tables])  # noqa: S608
    assert "$argon2id$" in kept
    for secret in (PASSWORD, session, *unrestricted.keys.values()):
        assert secret not in kept


def test_the_last_admin_locks_nobody_out(unrestricted: Site) -> None:
    """Over HTTP nobody, not even they themselves, can leave the house without an admin."""
    mine = f"/api/users/{unrestricted.ids[Role.ADMIN]}"
    unrestricted.let_in(Role.ADMIN)
    unrestricted.sign_in(Role.ADMIN)
    for method, path, body in (
        ("PATCH", mine, {"is_active": False}),
        ("PUT", f"{mine}/account", {"role": "viewer"}),
        ("POST", f"{mine}/anonymise", None),
        ("DELETE", mine, None),
    ):
        words = refusal(unrestricted.client.request(method, path, json=body, headers=HERE), 409)
        assert "last active admin" in words
    assert unrestricted.client.get("/api/me").json()["role"] == "admin"


# Other sites' pages


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
def test_another_sites_page_changes_nothing_with_the_cookie(unrestricted: Site, headers: dict[str, str]) -> None:
    """A change with a cookie has to be seen to come from a page of ours."""
    unrestricted.sign_in(Role.VIEWER)
    mine = f"/api/users/{unrestricted.ids[Role.VIEWER]}/keys"
    for method, path in (
        ("POST", mine),
        ("DELETE", f"{mine}/1"),
        ("POST", "/sign-out"),
        ("PUT", "/_stcore/upload_file/a/b"),
    ):
        refusal(unrestricted.client.request(method, path, json={"name": "theirs"}, headers=headers), 403)
    assert len(unrestricted.workspace.access.keys(unrestricted.ids[Role.VIEWER])) == 1
    assert unrestricted.client.post(mine, json={"name": "mine"}, headers=HERE).status_code == 200
    assert (
        unrestricted.client.post(mine, json={"name": "mine"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code
        == 200
    )


def test_another_sites_page_changes_nothing_by_any_address(unrestricted: Site) -> None:
    """Not even with the cookie of an admin, at whatever address takes changes."""
    unrestricted.let_in(Role.ADMIN)
    unrestricted.sign_in(Role.ADMIN)
    for name in RULES.by_name:
        method, path = re.sub(r"\{\w+\}", "1", name).split(" ", 1)
        if method != "GET":
            words = refusal(unrestricted.client.request(method, path, headers={"Origin": ELSEWHERE}), 403)
            assert "not come from a page of this server" in words, name
    assert unrestricted.client.get("/api/me").json()["role"] == "admin"


@pytest.mark.parametrize("by", ["key", "token", "cookie"])
def test_another_users_id_is_of_no_use(unrestricted: Site, by: str) -> None:
    """A viewer gets nothing about somebody else at any address that has an id, whatever they show of themselves."""
    token = _token(unrestricted)
    if by == "cookie":
        unrestricted.sign_in(Role.VIEWER)
    shown = {
        "key": {"X-API-Key": unrestricted.keys[Role.VIEWER]},
        "token": {"Authorization": f"Bearer {token}"},
        "cookie": HERE,
    }[by]
    theirs = unrestricted.ids[Role.ADMIN]
    for name in RULES.by_name:
        method, path = name.replace("{user_id}", str(theirs)).replace("{key_id}", "1").split(" ", 1)
        if "{user_id}" in name:
            body = {"name": "theirs", "username": "theirs", "role": "viewer"}
            answer = unrestricted.client.request(method, path, json=body, headers=shown)
            assert answer.status_code in (403, 404), name
            assert "admin" not in answer.text.replace("An admin", ""), name
    assert unrestricted.workspace.access.account(theirs).role is Role.ADMIN


def test_another_sites_page_signs_nobody_in(unrestricted: Site) -> None:
    """Nobody is signed in behind their back, as somebody who would then see what they draw."""
    sent = {"username": "viewer", "password": PASSWORD}
    refusal(unrestricted.client.post("/sign-in", data=sent, headers={"Origin": ELSEWHERE}), 403)


def test_another_sites_page_changes_nothing_where_nobody_signs_in(client: TestClient) -> None:
    """A page on the internet cannot send forms to the server on one's own machine; programs can as ever."""
    refusal(client.post("/api/users", json={"username": "Mallory"}, headers={"Origin": ELSEWHERE}), 403)
    assert client.post("/api/users", json={"username": "Ada"}).status_code == 200


def test_a_key_needs_no_origin(unrestricted: Site) -> None:
    """What only a program can send is no page's doing."""
    headers = {"Origin": ELSEWHERE, "Authorization": f"Bearer {unrestricted.keys[Role.ADMIN]}"}
    assert unrestricted.client.post("/api/users", json={"username": "Ada"}, headers=headers).status_code == 200


def test_other_sites_may_not_read_unless_they_are_named(settings: Settings) -> None:
    """Without HWR_CORS_ORIGINS no site is let in; with it, those it names, and never with the cookie."""
    preflight = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "GET"}
    with client_of(settings) as client:
        assert "Access-Control-Allow-Origin" not in client.get("/health", headers={"Origin": ELSEWHERE}).headers
        assert "Access-Control-Allow-Origin" not in client.options("/health", headers=preflight).headers
    with signed_in_site(settings, cors_origins=f"{ELSEWHERE}/, https://other.example") as unrestricted:
        answer = unrestricted.client.options("/api/me", headers=preflight)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, ELSEWHERE)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        other = unrestricted.client.get("/health", headers={"Origin": "https://third.example"})
        assert "Access-Control-Allow-Origin" not in other.headers


# Names that lead here


THEIRS = [
    "evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "localhost.evil.example.",
    "[::1",
    "a@evil.example",
]
OURS = [
    "127.0.0.1:8000",
    "[::1]:8000",
    "localhost:8000",
    "LOCALHOST.",
    "192.168.1.5",
    "hwr",
    "pi.local",
    "hwr.localhost:80",
]


@pytest.mark.parametrize("open_to_all", [False, True])
def test_a_strangers_name_does_not_lead_to_what_is_open(settings: Settings, *, open_to_all: bool) -> None:
    """A page of evil.example that has its name lead to this machine gets nothing: not the API, no page, no channel."""
    with client_of(settings.model_copy(update={"allow_open": open_to_all})) as client:
        for host in THEIRS:
            asked = {"Host": host, "Origin": f"http://{host}"}
            for method, path in (("GET", "/api/users"), ("POST", "/api/users"), ("GET", "/"), ("GET", "/health")):
                words = refusal(client.request(method, path, json={"username": "Mallory"}, headers=asked), 403)
                assert "HWR_ALLOWED_HOSTS" in words
            with (
                pytest.raises(WebSocketDisconnect) as refused,
                client.websocket_connect("/_stcore/stream", headers=asked),
            ):
                pass
            assert refused.value.code == 1008
        for host in OURS:
            assert client.get("/api/users", headers={"Host": host}).json()["count"] == 1, host


def test_a_proxys_name_is_let_in_when_it_is_allowed(settings: Settings) -> None:
    """HWR_ALLOWED_HOSTS names what people call the server; its own addresses count as before."""
    names = Settings(allowed_hosts="hwr.example.org, *.Lab.example").allowed_hosts
    with client_of(settings.model_copy(update={"allowed_hosts": names})) as client:
        for host in ("hwr.example.org", "HWR.example.org:443", "one.lab.example", "127.0.0.1:8000"):
            assert client.get("/health/live", headers={"Host": host}).status_code == 200, host
        for host in ("example.org", "xhwr.example.org", "lab.example", "lab.example.evil.example"):
            refusal(client.get("/health/live", headers={"Host": host}), 403)


def test_where_users_sign_in_any_name_will_do_until_some_are_allowed(settings: Settings) -> None:
    """A stranger's name brings no cookie of ours along, so that proxies need not be named there."""
    with signed_in_site(settings) as unrestricted:
        assert unrestricted.ask(Role.VIEWER, "GET", "/api/me", headers={"Host": "hwr.example.org"}).status_code == 200
        refusal(unrestricted.client.get("/api/me", headers={"Host": "evil.example"}), 401)
    with client_of(settings.model_copy(update={"auth": "required", "allowed_hosts": "hwr.example.org"})) as client:
        refusal(client.get("/api/me", headers={"Host": "hwr.example.org"}), 401)
        refusal(client.get("/api/me", headers={"Host": "evil.example"}), 403)


# The door


@pytest.mark.parametrize("path", ["/_stcore/stream", "/api/anything"])
@pytest.mark.parametrize("headers", [{}, {"Cookie": f"{COOKIE}=made-up"}, {"X-API-Key": "hwr_made-up"}])
def test_a_websocket_without_a_session_is_refused(unrestricted: Site, path: str, headers: dict[str, str]) -> None:
    """Nobody opens a channel without showing who they are."""
    with pytest.raises(WebSocketDisconnect) as refused, unrestricted.client.websocket_connect(path, headers=headers):
        pass
    assert refused.value.code == 1008


def test_a_websocket_of_another_sites_page_is_refused(unrestricted: Site) -> None:
    """A visitor's cookie opens no channel for another site's page."""
    unrestricted.sign_in(Role.VIEWER)
    headers = {"Origin": ELSEWHERE, "Cookie": f"{COOKIE}={unrestricted.client.cookies[COOKIE]}"}
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        unrestricted.client.websocket_connect("/_stcore/stream", headers=headers),
    ):
        pass
    assert refused.value.code == 1008


def test_a_browser_is_sent_to_the_sign_in_and_a_program_is_told(unrestricted: Site) -> None:
    """Whoever opens a page gets the form, and comes back to what they wanted; files and the API are a 401."""
    browser = {"Accept": "text/html,application/xhtml+xml"}
    answer = unrestricted.client.get("/history?of=all", headers=browser, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/history%3Fof%3Dall")
    refusal(unrestricted.client.get("/media/a.png"), 401)
    refusal(unrestricted.client.get("/api/jobs", headers=browser), 401)


def test_too_many_requests_are_told_when_to_come_back(settings: Settings) -> None:
    """Each key and each stranger's address has its own count."""
    with signed_in_site(settings, rate_limit="3/minute") as unrestricted:
        for _ in range(3):
            assert unrestricted.ask(Role.VIEWER, "GET", "/api/me").status_code == 200
        answer = unrestricted.ask(Role.VIEWER, "GET", "/api/me")
        assert "The limit is 3 per 1 minute" in refusal(answer, 429)
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert unrestricted.ask(Role.ADMIN, "GET", "/api/me").status_code == 200
        for _ in range(3):
            refusal(unrestricted.ask(None, "GET", "/api/me", headers={"X-API-Key": "hwr_guess"}), 401)
        refusal(unrestricted.ask(None, "GET", "/api/me"), 429)
        assert unrestricted.client.get("/health").status_code == 200


@pytest.mark.parametrize("path", ["/health", "/api/nothing", "/docs", "/sign-in", "/openapi.json"])
def test_every_answer_tells_the_browser_what_is_allowed(unrestricted: Site, path: str) -> None:
    """Scripts and frames of others, and guesses of what a file is, are switched off on every answer."""
    headers = unrestricted.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors" in headers["Content-Security-Policy"]
    assert "script-src 'unsafe-inline'" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"


def test_where_nobody_signs_in_there_is_no_form(client: TestClient) -> None:
    """With HWR_AUTH=off the sign-in page leads on, and everybody may do everything."""
    assert client.get("/sign-in?next=/history", follow_redirects=False).headers["Location"] == "/history"
    assert client.get("/api/me").json()["rights"] == sorted(client.get("/api/me").json()["rights"])
    assert client.get("/api/me").json()["role"] == "admin"
    assert "securitySchemes" not in client.get("/openapi.json").json()["components"]
