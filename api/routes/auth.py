"""Who is signed in and what lets people in: tokens, passwords, roles, keys, and the log of who did what."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from pydantic import SecretStr

from api.auth.permissions import ANYBODY, asks, calls
from api.dependencies import CallerDep, UnrestrictedDep, WorkspaceDep
from api.errors import RESPONSES
from api.schemas.auth import (
    AccountIn,
    AccountOut,
    AuditOut,
    KeyIn,
    KeyOut,
    KeyRow,
    KeysOut,
    MeOut,
    NewKeyOut,
    PasswordChangeIn,
    TokenOut,
)
from api.schemas.base import Success
from api.schemas.fields import LARGEST_ID, UserId
from hwr_core.auth.permissions import Caller, Permission
from hwr_core.records.roles import Role
from hwr_core.records.users import DEFAULT_USER

router = APIRouter(prefix="/api", tags=["access"], responses=RESPONSES)

KeyId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The number of a key.", examples=[3])]


def _asker(unrestricted: UnrestrictedDep, caller: CallerDep) -> Caller:
    """Who asks: where nobody has to sign in, user 1, who may do everything."""
    return caller or Caller(DEFAULT_USER, unrestricted.users.get(DEFAULT_USER).username, Role.ADMIN)


AskerDep = Annotated[Caller, Depends(_asker)]


@router.post("/token")
@asks(ANYBODY)
def token(
    request: Request,
    unrestricted: UnrestrictedDep,
    username: Annotated[str, Form(description="As at the sign-in.", examples=["Ada"])],
    password: Annotated[SecretStr, Form(description="As at the sign-in.", examples=["correct horse battery"])],
    grant_type: Annotated[  # noqa: ARG001  the flow of OAuth2 sends it
        Literal["password"] | None, Form(description="May be left out.", examples=["password"])
    ] = None,
) -> TokenOut:
    """Change a name and a password for a token that holds for some minutes (OAuth2, password flow)."""
    address = request.client.host if request.client else "unknown"
    return TokenOut.of(unrestricted.access.token(username, password.get_secret_value(), address=address))


@router.get("/me")
@asks(Permission.USE)
def me(asker: AskerDep) -> MeOut:
    """Tell who asks, and what they may do."""
    return MeOut.of(asker)


@router.post("/me/password")
@calls("access.change_password")
def change_password(given: PasswordChangeIn, workspace: WorkspaceDep, asker: AskerDep) -> Success:
    """Change one's own password; all one's sessions and tokens end, API keys stay."""
    workspace.access.change_password(
        asker, given.old_password.get_secret_value(), given.new_password.get_secret_value()
    )
    return Success()


@router.get("/users/{user_id}/account")
@calls("access.account")
def account(user_id: UserId, workspace: WorkspaceDep) -> AccountOut:
    """Tell a person's role, and whether there is a password."""
    return AccountOut.of(workspace.access.account(user_id))


@router.put("/users/{user_id}/account")
@calls("access.set_role")
def change_account(user_id: UserId, given: AccountIn, workspace: WorkspaceDep) -> AccountOut:
    """Give a person a role or a password; a new password ends their sessions and tokens."""
    if given.password is not None:
        workspace.access.set_password(user_id, given.password.get_secret_value())
    if given.role is not None:
        workspace.access.set_role(user_id, given.role)
    return AccountOut.of(workspace.access.account(user_id))


@router.get("/users/{user_id}/keys")
@calls("access.keys")
def keys(user_id: UserId, workspace: WorkspaceDep) -> KeysOut:
    """List a person's API keys, the newest first."""
    return KeysOut.of(workspace.access.keys(user_id))


@router.post("/users/{user_id}/keys")
@calls("access.create_key")
def create_key(user_id: UserId, given: KeyIn, workspace: WorkspaceDep) -> NewKeyOut:
    """Make an API key, by which a program acts for a person; it is told this once."""
    return NewKeyOut.of(workspace.access.create_key(user_id, given.name, days=given.days))


@router.delete("/users/{user_id}/keys/{key_id}")
@calls("access.revoke_key")
def revoke_key(user_id: UserId, key_id: KeyId, workspace: WorkspaceDep) -> KeyOut:
    """End an API key at once."""
    return KeyOut(data=KeyRow.of(workspace.access.revoke_key(user_id, key_id)))


@router.get("/audit")
@calls("access.audit")
def audit(
    workspace: WorkspaceDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="The most rows to answer with.", examples=[100])] = 100,
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST_ID, description="Only entries older than this one.", examples=[42])
    ] = None,
) -> AuditOut:
    """Tell who signed in, was refused, promoted, deleted, exported: the newest first."""
    return AuditOut.of(workspace.access.audit(limit=limit, before=before))
