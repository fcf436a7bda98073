"""Signing in and out in a browser."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import CallerDep, HouseDep
from api.errors import status_of
from api.sign_in_page import sign_in_page, sign_out_page
from hwr_core.access.secrets import COOKIE
from hwr_core.errors import NotSignedIn, TooManyRequests

router = APIRouter(include_in_schema=False)

HOME = "/"


@router.get("/sign-in")
def ask(house: HouseDep, caller: CallerDep, next: str = HOME) -> Response:  # noqa: A002  the address's name for it
    """Ask for name and password; whoever need not sign in goes on at once."""
    if not house.access.required or caller is not None:
        return RedirectResponse(local(next), 303)
    return sign_in_page(local(next))


@router.post("/sign-in")
def sign_in(
    request: Request,
    house: HouseDep,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = HOME,  # noqa: A002  as above
) -> Response:
    """Begin a session under a new name, whatever cookie came along, and end the one that did."""
    then = local(next)
    try:
        fresh = house.access.sign_in(username, password, address=request.client.host if request.client else "unknown")
    except (NotSignedIn, TooManyRequests) as error:
        retry_after = error.retry_after if isinstance(error, TooManyRequests) else None
        return sign_in_page(then, name=username, fault=str(error), code=status_of(error), retry_after=retry_after)
    if earlier := request.cookies.get(COOKIE):
        house.access.end_session(earlier)
    answer = RedirectResponse(then, 303)
    answer.set_cookie(
        COOKIE,
        fresh.token,
        max_age=int(fresh.lifetime.total_seconds()),
        secure=house.settings.cookie_secure or request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/sign-out")
def ask_to_sign_out(caller: CallerDep) -> Response:
    """Ask whether to sign out."""
    return sign_out_page(caller.username) if caller else RedirectResponse(HOME, 303)


@router.post("/sign-out")
def sign_out(request: Request, house: HouseDep, caller: CallerDep) -> Response:
    """End the session."""
    if caller is not None and (token := request.cookies.get(COOKIE)):
        house.access.sign_out(token, caller)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def local(address: str) -> str:
    """Return an address of this server, the first page for any other: a link must not lead elsewhere from here."""
    # Browsers take a backslash for a slash, and leave out tabs and line breaks.
    is_ours = address.startswith("/") and not address.startswith("//") and address.isprintable()
    return address if is_ours and "\\" not in address else HOME
