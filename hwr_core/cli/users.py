"""hwr users: whom predictions belong to, and who may sign in."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import App

from hwr_core.cli.arguments.confirm import confirmed
from hwr_core.cli.arguments.options import AsJson, EvenLastAdmin, Flag, UserId, Yes
from hwr_core.cli.arguments.password import asked_password
from hwr_core.cli.arguments.selection import AS_VALUES
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.status import DONE, UNUSABLE
from hwr_core.records.erasure import IN_BACKUPS
from hwr_core.records.roles import Role

if TYPE_CHECKING:
    from hwr_core.app.workspace import Workspace
    from hwr_core.records.users import User

app = App(name="users", help="List, create, change, link, anonymise and delete users.")


@app.command(name="list")
def list_users(*, as_json: AsJson = False) -> int:
    """List all users."""
    with opened() as workspace:
        accounts = workspace.access.accounts()
        for user in workspace.users.all():
            role = accounts[user.id].role if user.id in accounts else None
            print(json.dumps(asdict(user) | {"role": role}, default=str) if as_json else _as_line(user, role))
    return DONE


@app.command
def create(
    username: str,
    /,
    *,
    email: str | None = None,
    role: Annotated[Role | None, AS_VALUES] = None,
    admin: Flag = False,
) -> int:
    """Add a user.

    Args:
        role: So that the user can sign in; asks for a password.
        admin: The same as --role admin.
    """
    role = Role.ADMIN if admin else role
    with opened() as workspace:
        if role is None:
            print(_as_line(workspace.users.create(username, email)))
            return DONE
        password = asked_password(username)  # first, so that no user is left without where it is not allowed
        user = workspace.users.create(username, email)
        workspace.access.set_password(user.id, password)
        workspace.access.set_role(user.id, role)
        print(_as_line(user, role))
    return DONE


@app.command
def password(user: UserId, /) -> int:
    """Give a user a new password; their sessions and tokens end."""
    with opened() as workspace:
        found = workspace.users.get(user)
        workspace.access.set_password(found.id, asked_password(found.username))
        print(f"{_as_line(found)}  has a new password")
    return DONE


@app.command(name="role")
def set_role(user: UserId, role: Annotated[Role, AS_VALUES], /, *, force: EvenLastAdmin = False) -> int:
    """Set what a user may do where sign-in is required."""
    with opened() as workspace:
        workspace.access.set_role(user, role, even_last_admin=force)
        print(_as_line(workspace.users.get(user), role))
    return DONE


@app.command
def link(user: UserId, subject: str, /) -> int:
    """Let an account at the identity provider (HWR_OIDC_ISSUER) sign in as a user.

    Args:
        subject: The provider's `sub`; `hwr audit` shows it for accounts that were refused.
    """
    with opened() as workspace:
        workspace.access.link(user, subject)
        print(f"{_as_line(workspace.users.get(user))}  is {subject}")
    return DONE


@app.command
def unlink(user: UserId, /) -> int:
    """Undo a link; the user's sessions end."""
    with opened() as workspace:
        workspace.access.unlink(user)
        print(_as_line(workspace.users.get(user)))
    return DONE


@app.command
def rename(user: UserId, username: str, /) -> int:
    """Give a user another name."""
    with opened() as workspace:
        print(_as_line(workspace.users.change(user, username=username)))
    return DONE


@app.command
def deactivate(user: UserId, /, *, force: EvenLastAdmin = False) -> int:
    """Deactivate a user, who can then store no predictions."""
    with opened() as workspace:
        print(_as_line(workspace.users.change(user, is_active=False, even_last_admin=force)))
    return DONE


@app.command
def activate(user: UserId, /) -> int:
    """Let a deactivated user add to the history again."""
    with opened() as workspace:
        print(_as_line(workspace.users.change(user, is_active=True)))
    return DONE


@app.command
def anonymise(user: UserId, /, *, yes: Yes = False, force: EvenLastAdmin = False) -> int:
    """Anonymise a user; the predictions stay."""
    with opened() as workspace:
        if not _confirmed("anonymise", user, workspace, yes=yes):
            return UNUSABLE
        print(_as_line(workspace.users.anonymise(user, even_last_admin=force)))
    return DONE


@app.command
def erase_history(user: UserId, /, *, yes: Yes = False) -> int:
    """Erase all predictions of a user; the account stays."""
    with opened() as workspace:
        if not _confirmed("erase-history", user, workspace, yes=yes):
            return UNUSABLE
        print(f"{workspace.users.erase_history(user):,} predictions erased. {IN_BACKUPS}")
    return DONE


@app.command
def delete(user: UserId, /, *, yes: Yes = False, force: EvenLastAdmin = False) -> int:
    """Erase a user with all predictions."""
    with opened() as workspace:
        if not _confirmed("delete", user, workspace, yes=yes):
            return UNUSABLE
        predictions = workspace.users.delete(user, even_last_admin=force)
        print(f"user {user} deleted, with {predictions:,} predictions. {IN_BACKUPS}")
    return DONE


def _confirmed(act: str, user_id: int, workspace: "Workspace", *, yes: bool) -> bool:
    user = workspace.users.get(user_id)
    return confirmed(f"{act} of user {user.id}, {user.username!r}?", yes=yes)


def _as_line(user: "User", role: Role | None = None) -> str:
    words = (user.username, user.email, role, None if user.is_active else "(deactivated)")
    return f"{user.id:>6}  {'  '.join(word for word in words if word)}"
