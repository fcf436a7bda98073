"""The roles in words."""

from hwr_core.app import Role

_ALLOWED = {
    Role.VIEWER: "their own predictions",
    Role.ANALYST: "all predictions, models and jobs",
    Role.ADMIN: "full access",
}


def role_in_words(role: Role) -> str:
    """The role and what it gives access to."""
    return f"{role.capitalize()}: {_ALLOWED[role]}"
