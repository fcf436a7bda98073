"""The page for phones, which reads by itself: its files, and the served model for it to read by.

Its sources lie in `api/phone/src`; `make phone` builds what is served from them into `api/phone/static`.
"""

import re
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from api.auth.permissions import ANYBODY, asks, calls
from api.dependencies import WorkspaceDep
from api.errors import WORDS
from api.middleware.security_headers import POLICY, policy
from api.schemas.phone import PhoneModelOut
from hwr_core.app import LITERT
from hwr_core.errors import NotFound

FOLDER = Path(__file__).parents[1] / "phone" / "static"
INDEX = "index.html"

ADDED = {POLICY: policy(compiles=True), "Cache-Control": "no-cache"}
"""The page's program is WebAssembly in part. Its files are asked for anew each time: the service worker stores them."""
FOR_EVER = "private, max-age=31536000, immutable"
"""A model version never changes."""

router = APIRouter(include_in_schema=False)
files = StaticFiles(directory=FOLDER)


@router.get("/m")
@asks(ANYBODY)
def page_beside_its_folder() -> HTMLResponse:
    """Return the page for an address without the last slash: its files lie in the folder all the same."""
    html = (FOLDER / INDEX).read_text(encoding="utf-8")
    return HTMLResponse(re.sub(r"(<meta charset[^>]*>)", r'\1<base href="m/">', html, count=1), headers=ADDED)


@router.get("/m/")
@asks(ANYBODY)
async def page(request: Request) -> Response:
    """Return the page."""
    return await _file(INDEX, request)


@router.get("/m/model.json")
@calls("served_model")
def model(workspace: WorkspaceDep) -> PhoneModelOut:
    """Return which version is served, and how its network's output is judged."""
    return PhoneModelOut.of(workspace.served_model())


@router.get("/m/model/{version}.tflite")
@calls("served_model")
def network(version: str, workspace: WorkspaceDep) -> Response:
    """Return the network for digits of the served version."""
    served = workspace.served_model()
    if served.name != version:
        raise NotFound(f"The served model version is {served.name}, not {version!r}.")
    headers = {"Cache-Control": FOR_EVER}
    return Response(served.read_file(LITERT), media_type="application/octet-stream", headers=headers)


@router.get("/m/{name}")
@asks(ANYBODY)
async def file(name: str, request: Request) -> Response:
    """Return one of the page's files."""
    if not (FOLDER / name).is_file():
        raise NotFound(WORDS[404])
    return await _file(name, request)


async def _file(name: str, request: Request) -> Response:
    answer = await files.get_response(name, request.scope)
    answer.headers.update(ADDED)
    return answer
