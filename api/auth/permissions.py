"""The permission that each address needs, where sign-in is required: collected from the routes' own declarations.

A route names the behaviour of the workspace that it calls, and needs the permission of that behaviour, which stands in
`hwr_core/app/rules.py`, the one table of permissions. A route that calls none declares its permission itself.
One that declares nothing stops the server from starting.
"""

from collections.abc import Callable, Iterable, Mapping
from re import Pattern
from typing import Any, Literal, TypeAlias, TypeVar

from fastapi import APIRouter
from starlette.routing import Route, WebSocketRoute, compile_path
from starlette.types import Scope

from hwr_core.app import RULES, Permission, RuleMismatch

Rule: TypeAlias = Permission | Literal["anybody", "unknown"]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

ANYBODY: Literal["anybody"] = "anybody"
"""No sign-in is needed."""
UNKNOWN: Literal["unknown"] = "unknown"
"""For an address of the API that has no route: refused to everybody."""

API = "/api/"
"""The beginning of the API's own addresses; any other without a route is the dashboard's."""

BESIDE_ROUTES: Mapping[str, Rule] = {"GET /openapi.json": ANYBODY, "GET /docs/assets/{path:path}": ANYBODY}
"""What no router of ours serves: FastAPI's document, and the files of its pages."""

_DECLARED = "_hwr_rule"


def asks(rule: Rule) -> Callable[[Endpoint], Endpoint]:
    """Declare the permission that a route needs which calls no behaviour of the workspace."""

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _DECLARED, rule)
        return endpoint

    return declare


def calls(behaviour: str) -> Callable[[Endpoint], Endpoint]:
    """Declare which behaviour of the workspace a route calls: it needs the same permission.

    Raises RuleMismatch for a behaviour that has no rule.
    """
    rule = RULES.get(behaviour)
    if rule is None:
        raise RuleMismatch(f"A route calls {behaviour!r}, which has no rule.")
    return asks(rule.permission or Permission.USE)  # whoever is signed in may use hwr


class AddressRules:
    """The rules of all addresses. Where two match, the first counts, as among the routes."""

    def __init__(self, routers: Iterable[APIRouter]) -> None:
        """Collect the routes' declarations. Raises RuleMismatch where one declares nothing."""
        self.by_name: dict[str, Rule] = dict(BESIDE_ROUTES)
        """By method and address; a WebSocket's method is WEBSOCKET."""
        for router in routers:
            for route in router.routes:
                self._add(route)
        self._compiled: dict[str, list[tuple[Pattern[str], Rule]]] = {}
        for name, rule in self.by_name.items():
            method, _, path = name.partition(" ")
            self._compiled.setdefault(method, []).append((compile_path(path)[0], rule))

    def of(self, scope: Scope) -> Rule:
        """Return the rule of a request's address."""
        method = scope["method"] if scope["type"] == "http" else "WEBSOCKET"
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        for pattern, rule in self._compiled.get("GET" if method == "HEAD" else method, []):
            if pattern.match(path):
                return rule
        return UNKNOWN if path.startswith(API) else Permission.USE

    def _add(self, route: object) -> None:
        assert isinstance(route, Route | WebSocketRoute)  # a router of ours has no others
        rule: Rule | None = getattr(route.endpoint, _DECLARED, None)
        if rule is None:
            raise RuleMismatch(f"The route {route.path} declares neither a behaviour nor a permission.")
        methods = route.methods or set() if isinstance(route, Route) else {"WEBSOCKET"}
        for method in sorted(methods - {"HEAD"}):
            self.by_name[f"{method} {route.path}"] = rule
