"""hwr audit: who did what."""

from typing import TYPE_CHECKING

from hwr_core.cli.status import DONE
from hwr_core.cli.workspace import opened

if TYPE_CHECKING:
    from hwr_core.auth.audit_log import AuditEntry


def audit(*, limit: int = 50) -> int:
    """Show who signed in, was refused, promoted, deleted, exported.

    Args:
        limit: The most entries, newest first.
    """
    with opened() as workspace:
        for entry in workspace.access.audit(limit=limit):
            print(_as_line(entry))
    return DONE


def _as_line(entry: "AuditEntry") -> str:
    who = entry.username or ("-" if entry.user_id is None else f"user {entry.user_id}")
    return f"{entry.timestamp:%Y-%m-%d %H:%M:%S}  {who}  {entry.act}  {entry.about}  {entry.address}".rstrip()
