"""hwr users: who predictions belong to."""

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from dataclasses import asdict

from hwr_core.app.workspace import Workspace
from hwr_core.auth.passwords import confirm_password
from hwr_core.cli.arguments import Commands, confirmed
from hwr_core.cli.status import DONE, UNUSABLE
from hwr_core.errors import InvalidValue
from hwr_core.records.roles import Role
from hwr_core.records.users import User, Users
from hwr_core.settings import load_settings

Act = Callable[[Users, argparse.Namespace], str]


def add_to(commands: Commands) -> None:
    """Add the command and its own."""
    users = commands.add_parser("users", help="list, create, change, let in, anonymise and delete users")
    acts = users.add_subparsers(required=True, metavar="WHAT")

    every = acts.add_parser("list", help="list all users")
    every.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    every.set_defaults(run=_list)

    create = acts.add_parser("create", help="add a user")
    create.add_argument("username")
    create.add_argument("--email")
    create.add_argument("--role", type=Role, choices=[*Role], help="so that the user can sign in; asks for a password")
    create.add_argument("--admin", dest="role", action="store_const", const=Role.ADMIN, help="the same as --role admin")
    create.set_defaults(run=_create)

    password = acts.add_parser("password", help="give a user a password; their sessions and tokens end")
    password.add_argument("user", type=int)
    password.set_defaults(run=_password)

    role = acts.add_parser("role", help="say what a user may do where sign-in is required")
    role.add_argument("user", type=int)
    role.add_argument("role", type=Role, choices=[*Role])
    _add_force(role)
    role.set_defaults(run=_role)

    link = acts.add_parser("link", help="let an account at the identity provider (HWR_OIDC_ISSUER) in as a user")
    link.add_argument("user", type=int)
    link.add_argument("subject", help="the provider's `sub`; `hwr audit` tells it of those who were refused")
    link.set_defaults(run=_link)

    unlink = acts.add_parser("unlink", help="undo that; the user's sessions end")
    unlink.add_argument("user", type=int)
    unlink.set_defaults(run=_unlink)

    rename = acts.add_parser("rename", help="give a user another name")
    rename.add_argument("user", type=int)
    rename.add_argument("username")
    rename.set_defaults(run=_rename)

    for name, is_active, words in (
        ("deactivate", False, "keep a user from adding to the history"),
        ("activate", True, "undo that"),
    ):
        switch = acts.add_parser(name, help=words)
        switch.add_argument("user", type=int)
        switch.set_defaults(run=_switch, is_active=is_active, force=False)
        if not is_active:
            _add_force(switch)

    for name, act, words in (
        ("anonymise", _anonymise, "forget for ever who a user is; the predictions stay"),
        ("erase-history", _erase_history, "erase all predictions of a user; the account stays"),
        ("delete", _delete, "erase a user with all predictions"),
    ):
        final = acts.add_parser(name, help=words)
        final.add_argument("user", type=int)
        final.add_argument("--yes", action="store_true", help="do not ask")
        final.set_defaults(run=_finally, act=act, name=name)
        if act is not _erase_history:
            _add_force(final)


def _add_force(act: argparse.ArgumentParser) -> None:
    act.add_argument("--force", action="store_true", help="even where no active admin is left")


def _list(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        accounts = workspace.access.accounts()
        for user in workspace.users.all():
            role = accounts[user.id].role if user.id in accounts else None
            print(json.dumps(asdict(user) | {"role": role}, default=str) if options.json else _as_line(user, role))
    return DONE


def _create(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        if options.role is None:
            print(_as_line(workspace.users.create(options.username, options.email)))
            return DONE
        password = _asked_password(options.username)  # first, so that no user is left without where it is not allowed
        user = workspace.users.create(options.username, options.email)
        workspace.access.set_password(user.id, password)
        workspace.access.set_role(user.id, options.role)
        print(_as_line(user, options.role))
    return DONE


def _password(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        user = workspace.users.get(options.user)
        workspace.access.set_password(user.id, _asked_password(user.username))
        print(f"{_as_line(user)}  has a new password")
    return DONE


def _role(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        workspace.access.set_role(options.user, options.role, even_last_admin=options.force)
        print(_as_line(workspace.users.get(options.user), options.role))
    return DONE


def _link(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        workspace.access.link(options.user, options.subject)
        print(f"{_as_line(workspace.users.get(options.user))}  is {options.subject}")
    return DONE


def _unlink(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        workspace.access.unlink(options.user)
        print(_as_line(workspace.users.get(options.user)))
    return DONE


def _asked_password(username: str) -> str:
    """A password typed twice, or the first line of standard input; never an argument, which others could see."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass(f"Password for {username}: ")
        if getpass.getpass("The same again: ") != password:
            raise InvalidValue("The two passwords differ.")
    confirm_password(password, username)
    return password


def _rename(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        print(_as_line(workspace.users.change(options.user, username=options.username)))
    return DONE


def _switch(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        changed = workspace.users.change(options.user, is_active=options.is_active, even_last_admin=options.force)
        print(_as_line(changed))
    return DONE


def _finally(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        user = workspace.users.get(options.user)
        if not confirmed(f"{options.name} of user {user.id}, {user.username!r}?", options):
            return UNUSABLE
        act: Act = options.act
        print(act(workspace.users, options))
    return DONE


def _anonymise(users: Users, options: argparse.Namespace) -> str:
    return _as_line(users.anonymise(options.user, even_last_admin=options.force))


def _erase_history(users: Users, options: argparse.Namespace) -> str:
    return f"{users.erase_history(options.user):,} predictions erased"


def _delete(users: Users, options: argparse.Namespace) -> str:
    predictions = users.delete(options.user, even_last_admin=options.force)
    return f"user {options.user} deleted, with {predictions:,} predictions"


def _as_line(user: User, role: Role | None = None) -> str:
    words = (user.username, user.email, role, None if user.is_active else "(deactivated)")
    return f"{user.id:>6}  {'  '.join(word for word in words if word)}"
