"""Security headers: which scripts, frames and addresses a page of ours may use, and no others."""

import base64
import hashlib
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "Content-Security-Policy"

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
}
PRIVATE = "no-store"
"""How an answer of the API is to be cached: it belongs to one user."""

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def policy(html: str = "", *, evaluates: bool = False, compiles: bool = False) -> str:
    """Return the policy of a page: its own inline scripts run, injected ones do not.

    `evaluates` is for pages whose scripts compile code from strings, `compiles` for those that bring WebAssembly.
    """
    scripts = ["'self'", *map(hash_of, _INLINE.findall(html)), *(["'unsafe-eval'"] if evaluates else [])]
    scripts += ["'wasm-unsafe-eval'"] if compiles else []
    directives = (
        "default-src 'self'",
        f"script-src {' '.join(scripts)}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",  # the canvas is a frame in a page of ours
    )
    return "; ".join(directives)


class SecurityHeaders:
    """Pure ASGI middleware: adds the headers that an answer does not set itself."""

    def __init__(self, app: ASGIApp, content_policy: str | None = None) -> None:
        self._app = app
        self._headers = HEADERS | {POLICY: content_policy or policy()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", PRIVATE)
            await send(message)

        await self._app(scope, receive, with_headers)


def hash_of(content: str) -> str:
    """Return the source by which a policy allows an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
