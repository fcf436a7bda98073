"""Signing in and out in a browser, with a password or by an identity provider."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api.auth.permissions import ANYBODY, asks
from api.auth.sign_in_page import sign_in_page, sign_out_page
from api.dependencies import CallerDep, UnrestrictedDep
from api.errors import WORDS
from hwr_core.app import COOKIE, KNOWN_FOR, Permission, SignedIn, Workspace
from hwr_core.errors import HwrError, NotFound, NotSignedIn, TooManyRequests

if TYPE_CHECKING:
    from api.auth.single_sign_on import Provider

router = APIRouter(include_in_schema=False)

HOME = "/"
DEVICE_COOKIE = "hwr_device"
"""By which the next sign-in in this browser is known: nobody else's guesses keep it out."""
THEN = "then"
"""The key in the session of the page to open after the sign-in."""


async def _provider(request: Request) -> "Provider":
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound(WORDS[404])
    return provider


ProviderDep = Annotated["Provider", Depends(_provider)]


@router.get("/sign-in")
@asks(ANYBODY)
def ask(
    request: Request,
    unrestricted: UnrestrictedDep,
    caller: CallerDep,
    next: str = HOME,  # noqa: A002  the address's name for it
) -> Response:
    """Show the sign-in form; whoever need not sign in is redirected at once."""
    if not unrestricted.access.required or caller is not None:
        return RedirectResponse(local(next), 303)
    return sign_in_page(local(next), provider=_name_of_provider(request))


@router.post("/sign-in")
@asks(ANYBODY)
def sign_in(
    request: Request,
    unrestricted: UnrestrictedDep,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = HOME,  # noqa: A002  as above
) -> Response:
    """Start a session for the user who knows the password."""
    then = local(next)
    try:
        device = request.cookies.get(DEVICE_COOKIE)
        fresh = unrestricted.access.sign_in(username, password, address=_address(request), device=device)
    except (NotSignedIn, TooManyRequests) as error:
        return _form_again(request, then, error, name=username)
    return _signed_in(request, unrestricted, fresh, then)


@router.get("/sign-in/oidc")
@asks(ANYBODY)
async def send_to_provider(
    request: Request,
    unrestricted: UnrestrictedDep,
    provider: ProviderDep,
    next: str = HOME,  # noqa: A002  as above
) -> Response:
    """Redirect to the identity provider."""
    then = local(next)
    request.session.clear()
    request.session[THEN] = then
    try:
        return await provider.redirect(request, request.url_for("come_back"))
    except NotSignedIn as error:
        await _note(request, unrestricted, error)
        return _form_again(request, then, error)


@router.get("/sign-in/oidc/callback")
@asks(ANYBODY)
async def come_back(request: Request, unrestricted: UnrestrictedDep, provider: ProviderDep) -> Response:
    """Start a session for the user whom the provider has sent back, as after the right password."""
    then = local(str(request.session.get(THEN, HOME)))
    try:
        identity = await provider.identity(request)
    except NotSignedIn as error:
        await _note(request, unrestricted, error)
        return _form_again(request, then, error)
    try:
        fresh = await run_in_threadpool(unrestricted.access.sign_in_by, identity, address=_address(request))
    except NotSignedIn as error:
        return _form_again(request, then, error)
    return await run_in_threadpool(_signed_in, request, unrestricted, fresh, then)


@router.get("/sign-out")
@asks(Permission.USE)
def ask_to_sign_out(caller: CallerDep) -> Response:
    """Ask whether to sign out."""
    return sign_out_page(caller.username) if caller else RedirectResponse(HOME, 303)


@router.post("/sign-out")
@asks(Permission.USE)
def sign_out(request: Request, unrestricted: UnrestrictedDep, caller: CallerDep) -> Response:
    """End the session."""
    if caller is not None and (token := request.cookies.get(COOKIE)):
        unrestricted.access.sign_out(token, caller)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def _signed_in(request: Request, unrestricted: Workspace, fresh: SignedIn, then: str) -> Response:
    """Set the cookie of the new session, whatever cookie came along, and end that one's session."""
    if earlier := request.cookies.get(COOKIE):
        unrestricted.access.end_session(earlier)
    answer = RedirectResponse(then, 303)
    answer.set_cookie(
        COOKIE,
        fresh.token,
        max_age=int(fresh.lifetime.total_seconds()),
        secure=unrestricted.settings.cookie_secure or request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    if fresh.device is not None:
        answer.set_cookie(
            DEVICE_COOKIE,
            fresh.device,
            max_age=int(KNOWN_FOR.total_seconds()),
            path="/sign-in",
            secure=unrestricted.settings.cookie_secure or request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
    return answer


def _form_again(request: Request, then: str, error: HwrError, *, name: str = "") -> Response:
    return sign_in_page(then, name=name, error=error, provider=_name_of_provider(request))


async def _note(request: Request, unrestricted: Workspace, error: NotSignedIn) -> None:
    """Note for admins what exactly was wrong with the provider's answer."""
    about = f"{error} {error.__cause__!r}"
    await run_in_threadpool(unrestricted.access.note_refused, about, address=_address(request))


def _name_of_provider(request: Request) -> str | None:
    provider: Provider | None = request.app.state.provider
    return provider.name if provider else None


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def local(address: str) -> str:
    """Return the address if it is one of this server, otherwise the first page: no link may lead elsewhere."""
    # Browsers read a backslash as a slash, and skip tabs and line breaks.
    is_ours = address.startswith("/") and not address.startswith("//") and address.isprintable()
    return address if is_ours and "\\" not in address else HOME
