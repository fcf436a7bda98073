"""Users, to whom predictions belong."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.paging import LONGEST_PAGE, PageSize
from api.inputs.request_bodies import JsonRoute
from api.schemas.fields import LARGEST_ID, UserId
from api.schemas.users import ErasedOut, UserChangeIn, UserCreatedOut, UserIn, UserOut, UsersOut
from hwr_core.app import IN_BACKUPS

router = APIRouter(prefix="/api/users", tags=["users"], responses=RESPONSES, route_class=JsonRoute)


@router.post("", summary="Create a user")
@calls("users.create")
def create(user: UserIn, workspace: WorkspaceDep) -> UserCreatedOut:
    """Create a user; 409 if the name is taken, whatever the case of its letters."""
    return UserCreatedOut.of(workspace.users.create(user.username, user.email))


@router.get("", summary="List users")
@calls("users.all")
def all_users(
    workspace: WorkspaceDep,
    limit: PageSize = LONGEST_PAGE,
    after: Annotated[
        int,
        Query(
            ge=0, le=LARGEST_ID, description="Only users after this id: the last `id` of the page before.", examples=[0]
        ),
    ] = 0,
) -> UsersOut:
    """Return users, oldest first."""
    return UsersOut.of(workspace.users.all(after=after, limit=limit))


@router.get("/{user_id}", summary="Get a user")
@calls("users.get")
def one(user_id: UserId, workspace: WorkspaceDep) -> UserOut:
    """Return one user."""
    return UserOut.of(workspace.users.get(user_id))


@router.patch("/{user_id}", summary="Update a user")
@calls("users.change")
def update(user_id: UserId, change: UserChangeIn, workspace: WorkspaceDep) -> UserOut:
    """Change the name or the email address of a user, or deactivate or reactivate the user."""
    changed = workspace.users.change(user_id, username=change.username, email=change.email, is_active=change.is_active)
    return UserOut.of(changed)


@router.post("/{user_id}/anonymise", summary="Anonymise a user")
@calls("users.anonymise")
def anonymise(user_id: UserId, workspace: WorkspaceDep) -> UserOut:
    """Remove name, email address, file names and comments of a user for good. The predictions stay."""
    return UserOut.of(workspace.users.anonymise(user_id))


@router.delete("/{user_id}/history", summary="Erase a user's history")
@calls("users.erase_history")
def erase_history(user_id: UserId, workspace: WorkspaceDep) -> ErasedOut:
    """Erase all predictions of a user and all feedback on them for good. The account stays."""
    erased = workspace.users.erase_history(user_id)
    message = f"{erased} predictions of user {user_id} were erased. {IN_BACKUPS}"
    return ErasedOut(predictions_erased=erased, message=message)


@router.delete("/{user_id}", summary="Delete a user")
@calls("users.delete")
def delete(user_id: UserId, workspace: WorkspaceDep) -> ErasedOut:
    """Delete a user with all predictions and feedback for good."""
    erased = workspace.users.delete(user_id)
    message = f"User {user_id} was deleted, with {erased} predictions. {IN_BACKUPS}"
    return ErasedOut(predictions_erased=erased, message=message)
