"""Which role may do what: the one table of it."""

from dataclasses import dataclass
from enum import StrEnum

from hwr_core.errors import NotAllowed
from hwr_core.records.roles import Role


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for something, once they have shown who they are: by a session, an API key or a token.

    `address` is where they ask from and `key_id` the API key they used, where that is known.
    """

    user_id: int
    username: str
    role: Role
    address: str = ""
    key_id: int | None = None


class Permission(StrEnum):
    """Something that a role allows; the value says it in words."""

    USE = "read images, and look back at, judge and take along your own predictions"
    SEE_ALL = "see everybody's predictions, models and jobs"
    ACT_FOR_OTHERS = "keep and judge predictions for other people"
    TRAIN = "train, tune and evaluate, and add images to learn from"
    PROMOTE = "decide which model version reads"
    MANAGE_USERS = "manage people, their roles, passwords and keys"
    AUDIT = "read the audit log"
    MAINTAIN = "see the settings and clean up"


MAY: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.USE}),
    Role.ANALYST: frozenset({Permission.USE, Permission.SEE_ALL}),
    Role.ADMIN: frozenset(Permission),
}


def may(caller: Caller, right: Permission) -> bool:
    """Whether the caller's role allows something."""
    return right in MAY[caller.role]


def require(caller: Caller, right: Permission) -> None:
    """Raise NotAllowed unless the caller's role allows something."""
    if not may(caller, right):
        raise NotAllowed(f"{caller.username} is {_with_article(caller.role)} and may not {right}.")


def _with_article(role: Role) -> str:
    return f"a {role}" if role is Role.VIEWER else f"an {role}"
