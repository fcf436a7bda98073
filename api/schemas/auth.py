"""Accounts: tokens, passwords, roles, API keys, and the audit log."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, SecretStr

from api.schemas.base import Many, One, Out, Success
from api.schemas.fields import UserId, UtcTime
from hwr_core.app import MAY, Caller, Role, SignedIn

Password = Annotated[SecretStr, Field(description="10 to 256 characters.", examples=["correct horse battery"])]
Moment = Annotated[UtcTime | None, Field(examples=["2026-01-31T12:00:00.123456+00:00"])]
KeyName = Annotated[str, Field(description="1 to 64 characters: what the key is for.", examples=["scanner"])]


class TokenOut(Success):
    """A token to send as `Authorization: Bearer ...`."""

    access_token: str = Field(examples=["eyJhbGciOi..."])
    token_type: Literal["bearer"] = Field("bearer", examples=["bearer"])
    expires_in: int = Field(description="Seconds.", examples=[900])

    @classmethod
    def of(cls, fresh: SignedIn) -> Self:
        """Return the answer for a fresh token."""
        return cls(access_token=fresh.token, expires_in=int(fresh.lifetime.total_seconds()))


class MeOut(Success):
    """The user who asks, and what they may do."""

    user_id: UserId
    username: str = Field(examples=["Ada"])
    role: Role = Field(examples=[Role.ANALYST])
    rights: list[str] = Field(description="The permissions of the role.", examples=[["use", "see_all"]])

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Return the answer about a caller."""
        permissions = sorted(permission.name.lower() for permission in MAY[caller.role])
        return cls(user_id=caller.user_id, username=caller.username, role=caller.role, rights=permissions)


class PasswordChangeIn(BaseModel):
    """A change of one's own password."""

    old_password: SecretStr = Field(examples=["correct horse battery"])
    new_password: Password


class AccountIn(BaseModel):
    """What to change; fields that are left out stay as they are."""

    role: Role | None = Field(None, description="viewer, analyst or admin.", examples=[Role.ANALYST])
    password: SecretStr | None = Field(None, description="10 to 256 characters.", examples=["correct horse battery"])


class AccountOut(Success):
    """How a user may sign in, and with which role."""

    user_id: UserId
    role: Role = Field(examples=[Role.ANALYST])
    has_password: bool = Field(examples=[True])
    is_linked: bool = Field(description="Whether an account at the identity provider is linked.", examples=[False])


class KeyIn(BaseModel):
    """An API key to create."""

    name: KeyName
    days: int | None = Field(None, description="1 to 3650 days until it expires; null for never.", examples=[90])


class KeyRow(Out):
    """An API key, without the key itself."""

    id: int = Field(examples=[3])
    user_id: UserId
    name: KeyName
    hint: str = Field(description="The beginning of the key, to tell it from others.", examples=["hwr_1mCD"])
    created_at: UtcTime
    expires_at: Moment
    last_used_at: Moment
    revoked_at: Moment


class KeysOut(Many[KeyRow]):
    """A user's API keys, newest first."""


class KeyOut(One[KeyRow]):
    """One API key."""


class NewKeyOut(KeyOut):
    """A new API key."""

    key: str = Field(description="The key itself, shown only this once.", examples=["hwr_1mCDUSdtaq..."])
    data: KeyRow = Field(validation_alias="known")


class AuditRow(Out):
    """One entry of the audit log."""

    id: int = Field(examples=[12])
    timestamp: UtcTime
    user_id: int | None = Field(description="Null if nobody was signed in.", examples=[2])
    username: str | None = Field(examples=["Ada"])
    act: str = Field(examples=["promoted"])
    about: str = Field(examples=["version 20260131T120000Z-1a2b3"])
    address: str = Field(description="The network address that the request came from.", examples=["192.0.2.7"])


class AuditOut(Many[AuditRow]):
    """The audit log, newest entry first."""
