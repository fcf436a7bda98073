"""hwr keys and hwr audit: API keys, and who did what."""

import argparse

from hwr_core.app.workspace import Workspace
from hwr_core.auth.api_keys import ApiKey
from hwr_core.auth.audit_log import AuditEntry
from hwr_core.cli.arguments import Commands
from hwr_core.cli.status import DONE
from hwr_core.records.users import DEFAULT_USER
from hwr_core.settings import load_settings


def add_to(commands: Commands) -> None:
    """Add the commands."""
    keys = commands.add_parser("keys", help="API keys: make, list, revoke")
    acts = keys.add_subparsers(required=True, metavar="WHAT")
    create = acts.add_parser("create", help="make a key, by which a program acts for a user")
    create.add_argument("name", help="what it is for")
    create.add_argument("--user", type=int, default=DEFAULT_USER, help="whom it acts for (default %(default)s)")
    create.add_argument("--days", type=int, help="days until it ends; without, it holds until it is revoked")
    create.set_defaults(run=_create)
    every = acts.add_parser("list", help="list all keys, or one user's")
    every.add_argument("--user", type=int)
    every.set_defaults(run=_list)
    revoke = acts.add_parser("revoke", help="end a key")
    revoke.add_argument("key", type=int, help="its number")
    revoke.set_defaults(run=_revoke)

    audit = commands.add_parser("audit", help="show who signed in, was refused, promoted, deleted, exported")
    audit.add_argument("--limit", type=int, default=50, help="the most entries, newest first (default %(default)s)")
    audit.set_defaults(run=_audit)


def _create(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        made = workspace.access.create_key(options.user, options.name, days=options.days)
    print(_key_as_line(made.known))
    print(f"The key, shown only now: {made.key}")
    return DONE


def _list(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        for key in workspace.access.keys(options.user):
            print(_key_as_line(key))
    return DONE


def _revoke(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        print(_key_as_line(workspace.access.revoke_key(None, options.key)))
    return DONE


def _audit(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        for entry in workspace.access.audit(limit=options.limit):
            print(_entry_as_line(entry))
    return DONE


def _key_as_line(key: ApiKey) -> str:
    ends = f"ends {key.expires_at:%Y-%m-%d}" if key.expires_at else "no end"
    used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    revoked = f", revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
    return f"{key.id:>6}  {key.hint}...  user {key.user_id}  {key.name}  ({ends}, {used}{revoked})"


def _entry_as_line(entry: AuditEntry) -> str:
    who = entry.username or ("-" if entry.user_id is None else f"user {entry.user_id}")
    return f"{entry.timestamp:%Y-%m-%d %H:%M:%S}  {who}  {entry.act}  {entry.about}  {entry.address}".rstrip()
