"""Permissions: the one table of which role may do what."""

from dataclasses import dataclass
from enum import StrEnum

from hwr_core.errors import NotAllowed
from hwr_core.records.roles import Role


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated user who makes a call, by a session, an API key or a token.

    `address` is the network address and `key_id` the API key used, where known.
    """

    user_id: int
    username: str
    role: Role
    address: str = ""
    key_id: int | None = None


class Permission(StrEnum):
    """Something that a role allows; the value completes "may not ..."."""

    USE = "make predictions, and see, label and export their own"
    SEE_ALL = "see the predictions of other users, models and jobs"
    ACT_FOR_OTHERS = "store and label predictions for other users"
    MAKE_FORMS = "add and delete forms"
    TRAIN = "train, tune and evaluate models, and add training images"
    PROMOTE = "decide which model version is served"
    MANAGE_USERS = "manage users, their roles, passwords and API keys"
    AUDIT = "read the audit log"
    MAINTAIN = "see the settings and prune data"


MAY: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.USE}),
    Role.ANALYST: frozenset({Permission.USE, Permission.SEE_ALL, Permission.MAKE_FORMS}),
    Role.ADMIN: frozenset(Permission),
}


def may(caller: Caller, permission: Permission) -> bool:
    """Whether the caller's role allows something."""
    return permission in MAY[caller.role]


def require(caller: Caller, permission: Permission) -> None:
    """Raise NotAllowed unless the caller's role allows something."""
    if not may(caller, permission):
        raise NotAllowed(f"{caller.username} is {_with_article(caller.role)} and may not {permission}.")


def _with_article(role: Role) -> str:
    return f"a {role}" if role is Role.VIEWER else f"an {role}"
