"""The workspace as one user may use it: what each behaviour takes is checked where it is called.

API and pages both go through here, so that what a page hides is refused as well. The rules are those of
`hwr_core.app.rules`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import wraps
from typing import Any, cast

from hwr_core.app.rules import RULES, Rule, fault_of, signature_of
from hwr_core.app.workspace import Workspace
from hwr_core.auth.permissions import Caller, Permission, may, require
from hwr_core.errors import NotAllowed
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.history import EVERYTHING

AUDITED = ("version", "user_id", "username", "kind", "job_id", "experiment_id", "is_active", "force", "reason")
"""The arguments that the audit log names."""


def authorised(workspace: Workspace, caller: Caller) -> Workspace:
    """Return the workspace as this user may use it. Its behaviours raise NotAllowed as well."""
    return cast("Workspace", _Authorised(workspace, caller, workspace, ""))  # it has whatever the rules let through


class _Authorised:
    """A workspace, or a part of it, as one caller may use it."""

    def __init__(self, part: object, caller: Caller, workspace: Workspace, path: str) -> None:
        self._part = part
        self._caller = caller
        self._workspace = workspace
        self._path = path

    def __getattr__(self, name: str) -> Any:
        path = f"{self._path}{name}"
        if path not in RULES:
            if any(known.startswith(f"{path}.") for known in RULES):
                return _Authorised(getattr(self._part, name), self._caller, self._workspace, f"{path}.")
            raise NotAllowed(f"{path} is not available to signed-in users.")
        found = getattr(self._part, name)
        if callable(found):
            return self._checked(path, found)
        if (permission := RULES[path].permission) is not None:
            require(self._caller, permission)
        return found

    def _checked(self, path: str, behaviour: Callable[..., Any]) -> Callable[..., Any]:
        rule = RULES[path]
        if fault_of(rule, behaviour) is not None:
            raise NotAllowed(f"{path} is closed: its rule does not fit its signature.")

        @wraps(behaviour)
        def checked(*args: Any, **given: Any) -> Any:
            call = signature_of(behaviour).bind(None, *args, **given)
            call.apply_defaults()
            try:
                self._check(rule, call.arguments)
            except NotAllowed:
                self._workspace.access.note("refused", self._caller, path)
                raise
            if rule.own is not None and not may(self._caller, Permission.SEE_ALL):
                return rule.own(self._workspace, self._caller, call.arguments)
            done = behaviour(*call.args[1:], **call.kwargs)
            if rule.act is not None:
                self._workspace.access.note(rule.act, self._caller, _about(call.arguments))
            return done

        return checked

    def _check(self, rule: Rule, arguments: dict[str, Any]) -> None:
        """Raise NotAllowed or NotFound, or confine what the arguments name to what the caller may."""
        if rule.permission is not None:
            require(self._caller, rule.permission)
        if not rule.by_key and self._caller.key_id is not None:
            raise NotAllowed("A program with an API key may not do this; sign in with name and password.")
        for subject in rule.subjects:
            arguments[subject.parameter] = subject.confined(arguments[subject.parameter], self._caller, self._workspace)


def _about(arguments: Mapping[str, Any]) -> str:
    """What the audit log says of a call: who and what was named, and what filters let through."""
    named = {name: arguments[name] for name in AUDITED if arguments.get(name) is not None}
    usual = asdict(EVERYTHING)
    for value in arguments.values():
        if isinstance(value, HistoryFilter):
            named |= {name: field for name, field in asdict(value).items() if field != usual[name]}
    return ", ".join(f"{name} {value}" for name, value in named.items())
