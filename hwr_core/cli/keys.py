"""hwr keys: API keys."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.status import DONE
from hwr_core.records.users import DEFAULT_USER

if TYPE_CHECKING:
    from hwr_core.auth.api_keys import ApiKey

app = App(name="keys", help="API keys: create, list, revoke.")


@app.command
def create(name: str, /, *, user: int = DEFAULT_USER, days: int | None = None) -> int:
    """Create an API key with which a program acts for a user.

    Args:
        name: What it is for.
        user: The user it acts for.
        days: Days until it expires; without, it is valid until it is revoked.
    """
    with opened() as workspace:
        made = workspace.access.create_key(user, name, days=days)
    print(_as_line(made.known))
    print(f"The key, shown only now: {made.key}")
    return DONE


@app.command(name="list")
def list_keys(*, user: int | None = None) -> int:
    """List all keys, or one user's.

    Args:
        user: Only this user's.
    """
    with opened() as workspace:
        for key in workspace.access.keys(user):
            print(_as_line(key))
    return DONE


@app.command
def revoke(key: Annotated[int, Parameter(help="Its number.")], /) -> int:
    """Revoke a key."""
    with opened() as workspace:
        print(_as_line(workspace.access.revoke_key(None, key)))
    return DONE


def _as_line(key: "ApiKey") -> str:
    ends = f"ends {key.expires_at:%Y-%m-%d}" if key.expires_at else "no end"
    used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    revoked = f", revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
    return f"{key.id:>6}  {key.hint}...  user {key.user_id}  {key.name}  ({ends}, {used}{revoked})"
