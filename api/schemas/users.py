"""People."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.base import Success
from api.schemas.fields import UserId, UtcTime
from hwr_core.records.users import User

NAME = Field(description="1 to 64 letters, digits, spaces or any of . _ - @ + '", examples=["Ada"])
EMAIL = Field(description="Null or empty for none.", examples=["ada@example.org"])


class UserIn(BaseModel):
    """A person to add."""

    username: str = NAME
    email: str | None = Field(None, description="Null or empty for none.", examples=["ada@example.org"])


class UserChangeIn(BaseModel):
    """What to change; what is left out stays."""

    username: str | None = Field(None, description="1 to 64 characters.", examples=["Countess"])
    email: str | None = Field(None, description="An empty one removes it.", examples=["ada@example.org"])
    is_active: bool | None = Field(None, description="Who is not active adds nothing.", examples=[True])


class UserRow(BaseModel):
    """A person."""

    id: UserId
    username: str = NAME
    email: str | None = EMAIL
    created_at: UtcTime
    is_active: bool = Field(examples=[True])

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the answer for one user."""
        return cls(
            id=user.id,
            username=user.username,
            email=user.email,
            created_at=user.created_at,
            is_active=user.is_active,
        )


class UserOut(Success):
    """One person."""

    data: UserRow

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the answer for one user."""
        return cls(data=UserRow.of(user))


class UserCreatedOut(Success):
    """The person is added."""

    user_id: UserId
    message: str = Field(examples=["User 2, 'Ada', was created."])

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the answer for a new user."""
        return cls(user_id=user.id, message=f"User {user.id}, {user.username!r}, was created.")


class UsersOut(Success):
    """All people."""

    count: int = Field(examples=[1])
    data: list[UserRow]

    @classmethod
    def of(cls, users: Sequence[User]) -> Self:
        """Return the answer for many users."""
        return cls(count=len(users), data=[UserRow.of(user) for user in users])


class ErasedOut(Success):
    """Data is gone for ever."""

    predictions_erased: int = Field(examples=[12])
    message: str = Field(examples=["User 2 was deleted, with 12 predictions."])
