"""Users."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.base import Many, One, Out, Success
from api.schemas.fields import UserId, UtcTime
from hwr_core.app import IN_BACKUPS, User

NAME = Field(description="1 to 64 letters, digits, spaces or any of . , ' _ - @ + ( ) & /", examples=["Ada"])
EMAIL = Field(description="Null or empty for none.", examples=["ada@example.org"])


class UserIn(BaseModel):
    """A user to create."""

    username: str = NAME
    email: str | None = Field(None, description="Null or empty for none.", examples=["ada@example.org"])


class UserChangeIn(BaseModel):
    """What to change; fields that are left out stay as they are."""

    username: str | None = Field(None, description="1 to 64 characters.", examples=["Countess"])
    email: str | None = Field(None, description="An empty one removes the address.", examples=["ada@example.org"])
    is_active: bool | None = Field(
        None, description="Whether the user may sign in and add predictions and feedback.", examples=[True]
    )


class UserRow(Out):
    """A user."""

    id: UserId
    username: str = NAME
    email: str | None = EMAIL
    created_at: UtcTime
    is_active: bool = Field(examples=[True])


class UserOut(One[UserRow]):
    """One user."""


class UserCreatedOut(Success):
    """The user was created."""

    user_id: UserId
    message: str = Field(examples=["User 2, 'Ada', was created."])

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the answer about a new user."""
        return cls(user_id=user.id, message=f"User {user.id}, {user.username!r}, was created.")


class UsersOut(Many[UserRow]):
    """Users, oldest first."""


class ErasedOut(Success):
    """The data was erased for good."""

    predictions_erased: int = Field(examples=[12])
    message: str = Field(examples=[f"User 2 was deleted, with 12 predictions. {IN_BACKUPS}"])
