"""Tokens, API keys and passwords: what is accepted, for how long, and what is stored of them."""

from datetime import UTC, datetime, timedelta

import jwt
from httpx2 import Response

from hwr_core.auth.secrets import COOKIE, signing_secret
from hwr_core.auth.tokens import AUDIENCE
from hwr_core.records.roles import Role
from tests.api.client import refusal
from tests.api.signed_in import HERE, PASSWORD, Site


def _bearer(site: Site, token: str) -> Response:
    return site.client.get("/api/me", headers={"Authorization": f"Bearer {token}"})


def test_a_token_is_valid_for_some_minutes(site: Site) -> None:
    """The password flow of OAuth2 works, as "Authorize" at /docs uses it."""
    assert _bearer(site, site.token(Role.VIEWER)).json()["role"] == "viewer"
    claims = jwt.decode(site.token(Role.VIEWER), options={"verify_signature": False})
    assert claims["exp"] == claims["iat"] + 15 * 60
    document = site.client.get("/openapi.json").json()
    flow = document["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]["password"]
    assert flow["tokenUrl"] == "api/token"


def test_forged_tokens_are_refused(site: Site) -> None:
    """Another secret, a changed claim, no algorithm, another audience or no expiry: none is accepted."""
    secret = signing_secret(site.workspace.settings)
    now = datetime.now(UTC)
    ours = site.token(Role.VIEWER)
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
        assert _bearer(site, token).status_code == 401, name
    assert _bearer(site, jwt.encode(claims(aud=AUDIENCE), secret, "HS256")).status_code == 200


def test_a_new_password_ends_sessions_and_tokens(site: Site) -> None:
    """A stolen cookie or token is worthless once the password has changed."""
    token = site.token(Role.VIEWER)
    site.sign_in(Role.VIEWER)
    sent = {"old_password": PASSWORD, "new_password": "other words than before"}
    refusal(site.client.post("/api/me/password", json=sent | {"old_password": "wrong"}, headers=HERE), 401)
    assert site.client.post("/api/me/password", json=sent, headers=HERE).json() == {"success": True}
    refusal(site.client.get("/api/me"), 401)
    site.client.cookies.clear()
    refusal(_bearer(site, token), 401)
    assert site.sign_in(Role.VIEWER).status_code == 401
    assert site.sign_in(Role.VIEWER, "other words than before").status_code == 303


def test_a_deactivated_user_is_out(site: Site) -> None:
    """Sessions, tokens and keys of a deactivated user are refused."""
    token = site.token(Role.VIEWER)
    site.workspace.users.change(site.ids[Role.VIEWER], is_active=False)
    refusal(_bearer(site, token), 401)
    refusal(site.ask(Role.VIEWER, "GET", "/api/me"), 401)
    assert site.sign_in(Role.VIEWER).status_code == 401


def test_the_signing_secret_is_private_to_the_server(site: Site) -> None:
    """It is a file in the data folder that only the server's account can read, and it stays the same."""
    secret = signing_secret(site.workspace.settings)
    file = site.workspace.settings.secret_file
    assert file.read_text() == secret == signing_secret(site.workspace.settings)
    assert len(secret) >= 43
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_revoked_or_expired_key_is_refused(site: Site) -> None:
    """A key is refused from the moment it is revoked or has expired."""
    access, viewer = site.workspace.access, site.ids[Role.VIEWER]
    assert site.ask(Role.VIEWER, "GET", "/api/me").status_code == 200
    [key] = access.keys(viewer)
    assert key.last_used_at is not None
    access.revoke_key(viewer, key.id)
    refusal(site.ask(Role.VIEWER, "GET", "/api/me"), 401)
    made = access.create_key(viewer, "short", days=1)
    with site.workspace.store.writing() as cursor:
        cursor.execute("update api_keys set expires_at = $1", [datetime.now(UTC)])
    refusal(site.client.get("/api/me", headers={"Authorization": f"Bearer {made.key}"}), 401)


def test_a_key_makes_no_keys_and_sets_no_passwords(site: Site) -> None:
    """A leaked key cannot be used to create another that outlives it."""
    mine = site.ids[Role.ADMIN]
    refusal(site.ask(Role.ADMIN, "POST", f"/api/users/{mine}/keys", json={"name": "more"}), 403)
    refusal(site.ask(Role.ADMIN, "PUT", f"/api/users/{mine}/account", json={"password": "many new words"}), 403)
    sent = {"old_password": PASSWORD, "new_password": "many new words"}
    refusal(site.ask(Role.VIEWER, "POST", "/api/me/password", json=sent), 403)


def test_no_credential_is_stored_in_plain(site: Site) -> None:
    """The database holds no password, key or session that could be used."""
    site.sign_in(Role.VIEWER)
    session = site.client.cookies[COOKIE]
    with site.workspace.store.session() as cursor:
        tables = ("credentials", "sessions", "api_keys", "audit")
        kept = str([cursor.execute(f"select * from {table}").fetchall() for table in tables])  # noqa: S608
    assert "$argon2id$" in kept
    for secret in (PASSWORD, session, *site.keys.values()):
        assert secret not in kept


def test_the_last_admin_cannot_be_removed(site: Site) -> None:
    """Over HTTP nobody, not even the last admin, can leave the server without an admin."""
    mine = f"/api/users/{site.ids[Role.ADMIN]}"
    site.set_password(Role.ADMIN)
    site.sign_in(Role.ADMIN)
    for method, path, body in (
        ("PATCH", mine, {"is_active": False}),
        ("PUT", f"{mine}/account", {"role": "viewer"}),
        ("POST", f"{mine}/anonymise", None),
        ("DELETE", mine, None),
    ):
        words = refusal(site.client.request(method, path, json=body, headers=HERE), 409)
        assert "last active admin" in words
    assert site.client.get("/api/me").json()["role"] == "admin"
