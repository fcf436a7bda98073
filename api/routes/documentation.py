"""The documentation pages, with scripts from this server: FastAPI's own load them from a CDN."""

from fastapi import APIRouter
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.auth.permissions import ANYBODY, asks
from api.middleware.security_headers import POLICY, policy

# Relative to both pages, so that they work behind any prefix that a proxy adds.
OPENAPI = "openapi.json"
ASSETS = "docs/assets"
FAVICON = f"{ASSETS}/favicon.png"

router = APIRouter(include_in_schema=False)


def assets() -> StaticFiles:
    """Return the files to mount at ASSETS."""
    return StaticFiles(packages=[("fastapi_offline", "static")])


@router.get("/docs")
@asks(ANYBODY)
def swagger_ui() -> HTMLResponse:
    """Return Swagger UI, on which to try the API."""
    return _with_policy(
        get_swagger_ui_html(
            openapi_url=OPENAPI,
            title="hwr - Swagger UI",
            swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS}/swagger-ui.css",
            swagger_favicon_url=FAVICON,
        )
    )


@router.get("/redoc")
@asks(ANYBODY)
def redoc() -> HTMLResponse:
    """Return ReDoc, on which to read about the API."""
    return _with_policy(
        get_redoc_html(
            openapi_url=OPENAPI,
            title="hwr - ReDoc",
            redoc_js_url=f"{ASSETS}/redoc.standalone.js",
            redoc_favicon_url=FAVICON,
            with_google_fonts=False,
        )
    )


def _with_policy(page: HTMLResponse) -> HTMLResponse:
    page.headers[POLICY] = policy(bytes(page.body).decode())
    return page
