"""What each address asks of whoever calls it, where sign-in is required: the one table of it.

What a behaviour asks beyond that, such as that a reading is one's own, stands in `hwr_core/guarded.py`.
"""

from collections.abc import Mapping
from functools import cache
from re import Pattern
from typing import Literal, TypeAlias

from starlette.routing import compile_path
from starlette.types import Scope

from hwr_core.access.rights import Right

Rule: TypeAlias = Right | Literal["anybody", "unknown"]

ANYBODY: Literal["anybody"] = "anybody"
"""Signed in or not."""
UNKNOWN: Literal["unknown"] = "unknown"
"""Of an address of the API that stands in no rule: it is refused to everybody."""

API = "/api/"
"""What the API's own addresses begin with; beside them, what stands in no rule is the dashboard's."""

RULES: Mapping[str, Rule] = {
    "GET /health": ANYBODY,
    "GET /health/live": ANYBODY,
    "GET /health/ready": ANYBODY,
    "GET /metrics": Right.SEE_ALL,
    "GET /docs": ANYBODY,
    "GET /redoc": ANYBODY,
    "GET /openapi.json": ANYBODY,
    "GET /docs/assets/{path:path}": ANYBODY,
    "GET /sign-in": ANYBODY,
    "POST /sign-in": ANYBODY,
    "GET /sign-in/oidc": ANYBODY,
    "GET /sign-in/oidc/callback": ANYBODY,
    "GET /sign-out": Right.USE,
    "POST /sign-out": Right.USE,
    "POST /api/token": ANYBODY,
    "GET /api/me": Right.USE,
    "POST /api/me/password": Right.USE,
    "POST /api/predict": Right.USE,
    "POST /api/predict-upload": Right.USE,
    "POST /api/predict-batch": Right.USE,
    "POST /api/read-number": Right.USE,
    "POST /api/feedback": Right.USE,
    "DELETE /api/feedback/{prediction_id}": Right.USE,
    "GET /api/predictions/{prediction_id}": Right.USE,
    "GET /api/predictions/{prediction_id}/original": Right.USE,
    "GET /api/analytics/predictions": Right.USE,
    "GET /api/analytics/system": Right.SEE_ALL,
    "GET /api/analytics/user/{user_id}": Right.USE,
    "GET /api/analytics/accuracy": Right.USE,
    "GET /api/analytics/over-time": Right.USE,
    "GET /api/analytics/confidence": Right.USE,
    "GET /api/analytics/reliability": Right.USE,
    "GET /api/analytics/confusion": Right.USE,
    "GET /api/analytics/confused-pairs": Right.USE,
    "GET /api/analytics/breakdown/{by}": Right.USE,
    "GET /api/analytics/latency": Right.USE,
    "GET /api/export/user/{user_id}": Right.USE,
    "GET /api/export/history": Right.USE,
    "GET /api/users": Right.USE,
    "POST /api/users": Right.MANAGE_PEOPLE,
    "GET /api/users/{user_id}": Right.USE,
    "PATCH /api/users/{user_id}": Right.MANAGE_PEOPLE,
    "DELETE /api/users/{user_id}": Right.MANAGE_PEOPLE,
    "POST /api/users/{user_id}/anonymise": Right.MANAGE_PEOPLE,
    "DELETE /api/users/{user_id}/history": Right.MANAGE_PEOPLE,
    "GET /api/users/{user_id}/account": Right.USE,
    "PUT /api/users/{user_id}/account": Right.MANAGE_PEOPLE,
    "GET /api/users/{user_id}/keys": Right.USE,
    "POST /api/users/{user_id}/keys": Right.USE,
    "DELETE /api/users/{user_id}/keys/{key_id}": Right.USE,
    "GET /api/audit": Right.AUDIT,
    "GET /api/model/status": Right.USE,
    "GET /api/models": Right.SEE_ALL,
    "GET /api/models/log": Right.SEE_ALL,
    "POST /api/models/rollback": Right.PROMOTE,
    "GET /api/models/{version}": Right.SEE_ALL,
    "GET /api/models/{version}/files/{name}": Right.SEE_ALL,
    "GET /api/models/{version}/gate": Right.SEE_ALL,
    "GET /api/models/{version}/compare/{other}": Right.SEE_ALL,
    "POST /api/models/{version}/promote": Right.PROMOTE,
    "POST /api/models/{version}/challenge": Right.PROMOTE,
    "POST /api/models/{version}/retire": Right.PROMOTE,
    "POST /api/models/{version}/restore": Right.PROMOTE,
    "POST /api/train": Right.TRAIN,
    "POST /api/tune": Right.TRAIN,
    "POST /api/evaluate": Right.TRAIN,
    "GET /api/jobs": Right.SEE_ALL,
    "GET /api/jobs/{job_id}": Right.SEE_ALL,
    "GET /api/jobs/{job_id}/events": Right.SEE_ALL,
    "GET /api/jobs/{job_id}/log": Right.SEE_ALL,
    "POST /api/jobs/{job_id}/cancel": Right.TRAIN,
    "POST /api/jobs/{job_id}/resume": Right.TRAIN,
    "WEBSOCKET /api/live/draw": Right.USE,
    "WEBSOCKET /api/live/events": Right.USE,
    "GET /api/datasets": Right.SEE_ALL,
    "POST /api/datasets/custom": Right.TRAIN,
}
"""By method and address. Where two fit, the first counts, as among the routes. A WebSocket's method is WEBSOCKET."""


def rule_of(scope: Scope) -> Rule:
    """Return what a request's address asks."""
    method = scope["method"] if scope["type"] == "http" else "WEBSOCKET"
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    for pattern, rule in _compiled("GET" if method == "HEAD" else method):
        if pattern.match(path):
            return rule
    return UNKNOWN if path.startswith(API) else Right.USE


@cache
def _compiled(method: str) -> tuple[tuple[Pattern[str], Rule], ...]:
    of_method = {name.partition(" ")[2]: rule for name, rule in RULES.items() if name.startswith(f"{method} ")}
    return tuple((compile_path(path)[0], rule) for path, rule in of_method.items())
