"""Every address, without credentials and as a user of each role."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter

from api.app import ROUTES, create_app
from api.auth.permissions import ANYBODY, AddressRules, asks, calls
from hwr_core.app.rules import RuleMismatch
from hwr_core.auth.permissions import MAY, Permission
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.client import refusal
from tests.api.signed_in import Site, signed_in_site

UNDOCUMENTED = {
    "GET /docs",
    "GET /redoc",
    "GET /openapi.json",
    "GET /docs/assets/{path:path}",
    "GET /m",
    "GET /m/",
    "GET /m/model.json",
    "GET /m/model/{version}.tflite",
    "GET /m/{name}",
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/oidc",
    "GET /sign-in/oidc/callback",
    "GET /sign-out",
    "POST /sign-out",
    "WEBSOCKET /api/live/draw",
    "WEBSOCKET /api/live/events",
}
RULES = AddressRules(module.router for module in ROUTES)
NOBODYS_ID = "999999"
NO_BODY = {"content": b"[]", "headers": {"Content-Type": "application/json"}}
"""A body that every route with a body refuses, so that this walk changes nothing."""


def _documented() -> list[str]:
    document = create_app(Settings()).openapi()
    return [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for the whole walk."""
    with signed_in_site(Settings(data_dir=tmp_path_factory.mktemp("walk") / "data")) as site:
        yield site


def _answer(site: Site, role: Role | None, name: str) -> Any:
    """The answer to a request without effect, about the caller where it is about a user."""
    method, path = name.split(" ", 1)
    about_oneself = role is not None and RULES.by_name[name] is Permission.USE
    path = path.replace("{user_id}", str(site.ids[role]) if role and about_oneself else NOBODYS_ID)
    path = path.replace("{by}", "digit")
    path = re.sub(r"\{\w+_id\}", NOBODYS_ID, path)
    path = re.sub(r"\{\w+\}", "nothing", path)
    return site.ask(role, method, path, **({} if method == "GET" else NO_BODY))


def test_every_route_has_a_rule() -> None:
    """No address is forgotten, documented or not."""
    assert {*_documented(), *UNDOCUMENTED} == RULES.by_name.keys()


def test_a_route_that_declares_nothing_stops_the_server() -> None:
    """A forgotten declaration shows at the first start."""
    router = APIRouter()
    router.get("/api/forgotten")(lambda: None)
    with pytest.raises(RuleMismatch, match="/api/forgotten declares neither"):
        AddressRules([router])


def test_a_route_can_call_only_what_has_a_rule() -> None:
    """A behaviour that is misspelt or gone is noticed at import."""
    with pytest.raises(RuleMismatch, match=r"'history\.pages'"):
        calls("history.pages")


def test_the_first_of_two_rules_that_fit_counts() -> None:
    """As among the routes themselves."""
    router = APIRouter()
    router.post("/api/things/all")(asks(Permission.PROMOTE)(lambda: None))
    router.post("/api/things/{name}")(asks(Permission.USE)(lambda: None))
    rules = AddressRules([router])
    assert rules.of({"type": "http", "method": "POST", "path": "/api/things/all"}) is Permission.PROMOTE
    assert rules.of({"type": "http", "method": "POST", "path": "/api/things/one"}) is Permission.USE


@pytest.mark.parametrize("name", _documented())
def test_a_request_without_credentials_is_refused(site: Site, name: str) -> None:
    """Without credentials every address answers 401, unless its rule is open to anybody."""
    answer = _answer(site, None, name)
    if RULES.by_name[name] == ANYBODY:
        assert answer.status_code not in (401, 403)
    else:
        refusal(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", _documented())
def test_each_role_may_do_what_its_permissions_say(site: Site, name: str, role: Role) -> None:
    """A route refuses with 403 exactly the roles without the permission that its rule names."""
    answer = _answer(site, role, name)
    rule = RULES.by_name[name]
    if isinstance(rule, Permission) and rule not in MAY[role]:
        assert "may not" in refusal(answer, 403)
    elif name in ("POST /api/me/password", "POST /api/users/{user_id}/keys"):
        assert answer.status_code == 422
    else:
        assert answer.status_code not in (401, 403), answer.text


@pytest.mark.parametrize("role", Role)
def test_an_address_without_a_rule_is_refused_to_everybody(site: Site, role: Role) -> None:
    """An address of the API that has no route answers 404."""
    refusal(site.ask(role, "GET", "/api/nothing"), 404)
    refusal(site.ask(role, "POST", "/api/jobs"), 404)
    refusal(site.ask(None, "GET", "/api/nothing"), 401)


def test_the_dashboard_is_for_whoever_is_signed_in() -> None:
    """An address outside the API without a rule is a page, a file or a WebSocket of the dashboard."""
    for path in ("/", "/history", "/_stcore/stream", "/_stcore/upload_file/a/b", "/media/a.png", "/static/js/a.js"):
        for kind in ("http", "websocket"):
            assert RULES.of({"type": kind, "method": "GET", "path": path}) is Permission.USE
