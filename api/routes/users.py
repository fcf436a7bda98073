"""People: whom predictions belong to."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.schemas.fields import LARGEST_ID, UserId
from api.schemas.users import ErasedOut, UserChangeIn, UserCreatedOut, UserIn, UserOut, UsersOut

router = APIRouter(prefix="/api/users", tags=["users"], responses=RESPONSES)


@router.post("")
@calls("users.create")
def create(given: UserIn, workspace: WorkspaceDep) -> UserCreatedOut:
    """Add a person; 409 when the name is taken, whatever the case of its letters."""
    return UserCreatedOut.of(workspace.users.create(given.username, given.email))


@router.get("")
@calls("users.all")
def all_users(
    workspace: WorkspaceDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="The most rows to answer with.", examples=[100])] = 1000,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID, description="Only those after this id.", examples=[0])] = 0,
) -> UsersOut:
    """List people, the oldest first."""
    return UsersOut.of(workspace.users.all(after=after, limit=limit))


@router.get("/{user_id}")
@calls("users.get")
def one(user_id: UserId, workspace: WorkspaceDep) -> UserOut:
    """Return one person."""
    return UserOut.of(workspace.users.get(user_id))


@router.patch("/{user_id}")
@calls("users.change")
def change(user_id: UserId, given: UserChangeIn, workspace: WorkspaceDep) -> UserOut:
    """Rename, readdress, deactivate or activate a person."""
    changed = workspace.users.change(user_id, username=given.username, email=given.email, is_active=given.is_active)
    return UserOut.of(changed)


@router.post("/{user_id}/anonymise")
@calls("users.anonymise")
def anonymise(user_id: UserId, workspace: WorkspaceDep) -> UserOut:
    """Forget for ever who a person is: name, address, file names, comments. The predictions stay."""
    return UserOut.of(workspace.users.anonymise(user_id))


@router.delete("/{user_id}/history")
@calls("users.erase_history")
def erase_history(user_id: UserId, workspace: WorkspaceDep) -> ErasedOut:
    """Erase all predictions of a person and all that was said of them; the account stays."""
    erased = workspace.users.erase_history(user_id)
    return ErasedOut(predictions_erased=erased, message=f"{erased} predictions of user {user_id} were erased.")


@router.delete("/{user_id}")
@calls("users.delete")
def delete(user_id: UserId, workspace: WorkspaceDep) -> ErasedOut:
    """Delete a person with all their data."""
    erased = workspace.users.delete(user_id)
    return ErasedOut(predictions_erased=erased, message=f"User {user_id} was deleted, with {erased} predictions.")
