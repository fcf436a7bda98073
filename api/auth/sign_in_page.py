"""The pages on which users sign in and out: plain HTML that needs no script, in the dashboard's colours."""

from urllib.parse import quote

import htpy as h
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette import status

from api.errors import status_of
from api.middleware.security_headers import POLICY, hash_of
from hwr_core.errors import HwrError, TooManyRequests

STYLE = """
:root { color-scheme: light dark; --primary: #1d5fbf; --page: #ffffff; --field: #f4f6f8; --text: #1c2733;
  --line: #d5dce4; --fault: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --primary: #2f74d6; --page: #14181d; --field: #1e242b;
  --text: #e6ebf0; --line: #39434e; --fault: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page);
  color: var(--text); font: 16px/1.5 "Source Sans", "Source Sans 3", system-ui, sans-serif; }
main { width: 100%; max-width: 22rem; }
h1 { margin: 0 0 1.25rem; font-size: 1.75rem; font-weight: 600; }
label { display: block; margin: 0 0 1rem; font-size: 0.875rem; }
input { display: block; width: 100%; margin-top: 0.25rem; padding: 0.5rem 0.75rem; font: inherit; font-size: 1rem;
  color: inherit; background: var(--field); border: 1px solid var(--line); border-radius: 8px; }
button, .with { width: 100%; padding: 0.5rem 0.75rem; font: inherit; color: #ffffff; background: var(--primary);
  border: 0; border-radius: 8px; cursor: pointer; }
.with { display: block; margin-bottom: 1.25rem; text-align: center; text-decoration: none; }
:is(input, button, .with):focus-visible { outline: 2px solid var(--primary); outline-offset: 2px; }
.fault { margin: 0 0 1rem; padding: 0.5rem 0.75rem; border: 1px solid var(--fault); border-radius: 8px;
  color: var(--fault); }
""".strip()

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' "
    "height='32' rx='7' fill='%231d5fbf'/%3E%3Cpath d='M9 9h14L14 25' fill='none' stroke='%23fff' stroke-width='3'/"
    "%3E%3C/svg%3E"
)

HEADERS = {
    POLICY: f"default-src 'none'; style-src {hash_of(STYLE)}; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def sign_in_page(
    then: str, *, name: str = "", error: HwrError | None = None, provider: str | None = None
) -> HTMLResponse:
    """Return the page that asks for name and password, or leads to a provider, and goes on to `then`."""
    content = [
        h.h1["Sign in"],
        h.p(".fault", role="alert")[str(error)] if error else None,
        _provider_link(provider, then) if provider else None,
        _sign_in_form(then, name),
    ]
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequests) else {}
    return _page("Sign in", content, status_of(error) if error else status.HTTP_200_OK, headers)


def sign_out_page(name: str) -> HTMLResponse:
    """Return the page that asks whether to sign out: a mere link must not do it."""
    content = [
        h.h1["Sign out"],
        h.p[f"You are signed in as {name}."],
        h.form(method="post", action="/sign-out")[h.button["Sign out"]],
    ]
    return _page("Sign out", content, status.HTTP_200_OK, {})


def _provider_link(provider: str, then: str) -> h.Element:
    # A link, as a form may only be sent to us, and the provider is where this one would end.
    return h.a(".with", href=f"/sign-in/oidc?next={quote(then, safe='')}")[f"Sign in with {provider}"]


def _sign_in_form(then: str, name: str) -> h.Element:
    return h.form(method="post", action="/sign-in")[
        h.input(type="hidden", name="next", value=then),
        h.label[
            "Name",
            h.input(
                name="username", value=name, autocomplete="username", maxlength=64, required=True, autofocus=not name
            ),
        ],
        h.label[
            "Password",
            h.input(
                name="password",
                type="password",
                autocomplete="current-password",
                maxlength=256,
                required=True,
                autofocus=bool(name),
            ),
        ],
        h.button["Sign in"],
    ]


def _page(title: str, content: h.Node, code: int, headers: dict[str, str]) -> HTMLResponse:
    page = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(name="viewport", content="width=device-width, initial-scale=1"),
            h.title[f"{title} - hwr"],
            h.link(rel="icon", href=ICON),
            h.style[Markup(STYLE)],  # noqa: S704  ours, and hashed as it stands here
        ],
        h.body[h.main[content]],
    ]
    return HTMLResponse(str(page), code, HEADERS | headers)
