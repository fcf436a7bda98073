"""Accounts: tokens, passwords, roles, API keys, and the audit log."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Request
from pydantic import SecretStr

from api.auth.permissions import ANYBODY, asks, calls
from api.dependencies import CallerDep, UnrestrictedDep, WorkspaceDep
from api.errors import RESPONSES
from api.inputs.paging import Before, PageSize
from api.inputs.request_bodies import JsonRoute
from api.schemas.auth import (
    AccountIn,
    AccountOut,
    AuditOut,
    KeyIn,
    KeyOut,
    KeysOut,
    MeOut,
    NewKeyOut,
    PasswordChangeIn,
    TokenOut,
)
from api.schemas.base import Success
from api.schemas.fields import LARGEST_ID, UserId
from hwr_core.app import DEFAULT_USER, Caller, Permission, Role

router = APIRouter(prefix="/api", tags=["access"], responses=RESPONSES, route_class=JsonRoute)

KeyId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The id of an API key.", examples=[3])]


def _caller_or_default(unrestricted: UnrestrictedDep, caller: CallerDep) -> Caller:
    """The caller; without sign-in, user 1, who may do everything."""
    return caller or Caller(DEFAULT_USER, unrestricted.users.get(DEFAULT_USER).username, Role.ADMIN)


CallerOrDefaultDep = Annotated[Caller, Depends(_caller_or_default)]


@router.post("/token", summary="Get a token")
@asks(ANYBODY)
def token(
    request: Request,
    unrestricted: UnrestrictedDep,
    username: Annotated[str, Form(description="As on the sign-in page.", examples=["Ada"])],
    password: Annotated[SecretStr, Form(description="As on the sign-in page.", examples=["correct horse battery"])],
    grant_type: Annotated[  # noqa: ARG001  OAuth2 clients send it
        Literal["password"] | None, Form(description="Always `password`; may be left out.", examples=["password"])
    ] = None,
) -> TokenOut:
    """Return a token for a username and a password, valid for some minutes (OAuth2, password flow)."""
    address = request.client.host if request.client else "unknown"
    return TokenOut.of(unrestricted.access.token(username, password.get_secret_value(), address=address))


@router.get("/me", summary="Get the signed-in user")
@asks(Permission.USE)
def me(caller: CallerOrDefaultDep) -> MeOut:
    """Return the user who sends the request, with role and permissions."""
    return MeOut.of(caller)


@router.post("/me/password", summary="Change your password")
@calls("access.change_password")
def change_password(body: PasswordChangeIn, workspace: WorkspaceDep, caller: CallerOrDefaultDep) -> Success:
    """Change your own password. All your sessions and tokens end; API keys stay valid."""
    workspace.access.change_password(caller, body.old_password.get_secret_value(), body.new_password.get_secret_value())
    return Success()


@router.get("/users/{user_id}/account", summary="Get a user's account")
@calls("access.account")
def account(user_id: UserId, workspace: WorkspaceDep) -> AccountOut:
    """Return the role of a user, and how the user may sign in."""
    return AccountOut.from_record(workspace.access.account(user_id))


@router.put("/users/{user_id}/account", summary="Set a user's role or password")
@calls("access.set_role")
def change_account(user_id: UserId, body: AccountIn, workspace: WorkspaceDep) -> AccountOut:
    """Set the role or the password of a user. A new password ends all sessions and tokens of that user."""
    if body.password is not None:
        workspace.access.set_password(user_id, body.password.get_secret_value())
    if body.role is not None:
        workspace.access.set_role(user_id, body.role)
    return AccountOut.from_record(workspace.access.account(user_id))


@router.get("/users/{user_id}/keys", summary="List a user's API keys")
@calls("access.keys")
def keys(user_id: UserId, workspace: WorkspaceDep) -> KeysOut:
    """Return the API keys of a user, newest first, without the keys themselves."""
    return KeysOut.of(workspace.access.keys(user_id))


@router.post("/users/{user_id}/keys", summary="Create an API key")
@calls("access.create_key")
def create_key(user_id: UserId, body: KeyIn, workspace: WorkspaceDep) -> NewKeyOut:
    """Create an API key, with which a program acts for a user. The key is shown only in this answer."""
    return NewKeyOut.from_record(workspace.access.create_key(user_id, body.name, days=body.days))


@router.delete("/users/{user_id}/keys/{key_id}", summary="Revoke an API key")
@calls("access.revoke_key")
def revoke_key(user_id: UserId, key_id: KeyId, workspace: WorkspaceDep) -> KeyOut:
    """Revoke an API key; it is refused from now on."""
    return KeyOut.of(workspace.access.revoke_key(user_id, key_id))


@router.get("/audit", summary="List the audit log")
@calls("access.audit")
def audit(
    workspace: WorkspaceDep,
    limit: PageSize = 100,
    before: Before = None,
) -> AuditOut:
    """Return who signed in, was refused, promoted, deleted or exported, newest first."""
    return AuditOut.of(workspace.access.audit(limit=limit, before=before))
