"""Who is signed in and what lets people in: roles, passwords, keys, tokens, and the log of what they did."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, SecretStr

from api.schemas.base import Success
from api.schemas.fields import UserId, UtcTime
from hwr_core.auth.api_keys import ApiKey
from hwr_core.auth.audit_log import AuditEntry
from hwr_core.auth.credentials import Account
from hwr_core.auth.permissions import MAY, Caller
from hwr_core.auth.service import NewKey, SignedIn
from hwr_core.records.roles import Role

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
    """Who asks, and what they may do."""

    user_id: UserId
    username: str = Field(examples=["Ada"])
    role: Role = Field(examples=[Role.ANALYST])
    rights: list[str] = Field(examples=[["use", "see_all"]])

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Return the answer for one caller."""
        rights = sorted(right.name.lower() for right in MAY[caller.role])
        return cls(user_id=caller.user_id, username=caller.username, role=caller.role, rights=rights)


class PasswordChangeIn(BaseModel):
    """One's own password, the old one and a new one."""

    old_password: SecretStr = Field(examples=["correct horse battery"])
    new_password: Password


class AccountIn(BaseModel):
    """What to change; what is left out stays."""

    role: Role | None = Field(None, description="viewer, analyst or admin.", examples=[Role.ANALYST])
    password: SecretStr | None = Field(None, description="10 to 256 characters.", examples=["correct horse battery"])


class AccountOut(Success):
    """What lets a person in."""

    user_id: UserId
    role: Role = Field(examples=[Role.ANALYST])
    has_password: bool = Field(examples=[True])
    is_linked: bool = Field(description="Whether there is an account at the identity provider.", examples=[False])

    @classmethod
    def of(cls, account: Account) -> Self:
        """Return the answer for one account."""
        return cls(
            user_id=account.user_id, role=account.role, has_password=account.has_password, is_linked=account.is_linked
        )


class KeyIn(BaseModel):
    """A key to make."""

    name: KeyName
    days: int | None = Field(None, description="1 to 3650 days until it ends; null for no end.", examples=[90])


class KeyRow(BaseModel):
    """What is known of a key."""

    id: int = Field(examples=[3])
    user_id: UserId
    name: KeyName
    hint: str = Field(description="How the key begins.", examples=["hwr_1mCD"])
    created_at: UtcTime
    expires_at: Moment
    last_used_at: Moment
    revoked_at: Moment

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """Return the row of one key."""
        return cls(
            id=key.id,
            user_id=key.user_id,
            name=key.name,
            hint=key.hint,
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            revoked_at=key.revoked_at,
        )


class KeysOut(Success):
    """A person's keys."""

    count: int = Field(examples=[1])
    data: list[KeyRow]

    @classmethod
    def of(cls, keys: Sequence[ApiKey]) -> Self:
        """Return the answer for many keys."""
        return cls(count=len(keys), data=[KeyRow.of(key) for key in keys])


class KeyOut(Success):
    """One key."""

    data: KeyRow


class NewKeyOut(KeyOut):
    """A key just made."""

    key: str = Field(description="Told this once and never again.", examples=["hwr_1mCDUSdtaq..."])

    @classmethod
    def of(cls, made: NewKey) -> Self:
        """Return the answer for a new key."""
        return cls(key=made.key, data=KeyRow.of(made.known))


class AuditRow(BaseModel):
    """One entry of the audit log."""

    id: int = Field(examples=[12])
    timestamp: UtcTime
    user_id: int | None = Field(description="Null where nobody was signed in.", examples=[2])
    username: str | None = Field(examples=["Ada"])
    act: str = Field(examples=["promoted"])
    about: str = Field(examples=["version 20260131T120000Z-1a2b3"])
    address: str = Field(description="Where it was asked from.", examples=["192.0.2.7"])


class AuditOut(Success):
    """The audit log, the newest entry first."""

    count: int = Field(examples=[1])
    data: list[AuditRow]

    @classmethod
    def of(cls, entries: Sequence[AuditEntry]) -> Self:
        """Return the answer for a page of the log."""
        return cls(count=len(entries), data=[AuditRow.model_validate(entry, from_attributes=True) for entry in entries])
