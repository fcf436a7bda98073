"""The workspace as one person may use it: what each behaviour asks of whom, checked where it is called.

API and pages both go through here, so that what a page hides is refused as well. A behaviour that stands in no rule
is refused to everybody.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, wraps
from typing import Any, cast

from hwr_core.access.rights import Right, may, require
from hwr_core.errors import NotAllowed, NotFound
from hwr_core.records import DEFAULT_USER, Caller, HistoryFilter, User
from hwr_core.store.history import EVERYTHING
from hwr_core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Rule:
    """What a behaviour asks: a right, one more for another person's id, and what the audit log calls it.

    A filter, a reading's number or a person's id among its arguments is the caller's own, or takes a right to others'.
    """

    right: Right | None
    others: Right = Right.SEE_ALL
    act: str | None = None
    narrows: bool = False
    """Whether nobody named means oneself to whoever may not see all."""
    by_key: bool = True
    """Whether a program with an API key may: one that has leaked must not make others that outlive it."""


_ANYONE = Rule(None)
_OWN = Rule(Right.USE)
_FOR = Rule(Right.USE, others=Right.ACT_FOR_OTHERS)
_PEOPLE = Rule(Right.USE)
"""Of all people: everybody, or oneself."""
_SEE_ALL = Rule(Right.SEE_ALL)
_MAINTAIN = Rule(Right.MAINTAIN)
_TRAIN = Rule(Right.TRAIN, others=Right.ACT_FOR_OTHERS)


def _promote(act: str) -> Rule:
    return Rule(Right.PROMOTE, others=Right.ACT_FOR_OTHERS, act=act)


def _manage(act: str | None = None, *, by_key: bool = True) -> Rule:
    return Rule(Right.MANAGE_PEOPLE, others=Right.MANAGE_PEOPLE, act=act, by_key=by_key)


_OWN_OR_MANAGE = Rule(Right.USE, others=Right.MANAGE_PEOPLE)

RULES: Mapping[str, Rule] = {
    "settings": _ANYONE,
    "health": _ANYONE,
    "served_model": _OWN,
    "read": _OWN,
    "read_number": _OWN,
    "explain": _OWN,
    "read_all": _OWN,
    "unpack": _OWN,
    "keep": _FOR,
    "keep_all": _FOR,
    "read_and_keep": _FOR,
    "start_read_and_keep": _FOR,
    "history.page": _OWN,
    "history.count": _OWN,
    "history.get": _OWN,
    "history.original": _OWN,
    "history.model_versions": _OWN,
    "feedback.give": _FOR,
    "feedback.withdraw": _FOR,
    "feedback.of_reading": _OWN,
    "feedback.of_user": _OWN,
    "feedback.count": _OWN,
    "feedback.verify": _SEE_ALL,
    "analytics.system": _SEE_ALL,
    "analytics.user": _OWN,
    "analytics.accuracy": _OWN,
    "analytics.over_time": _OWN,
    "analytics.confidence_distribution": _OWN,
    "analytics.reliability": _OWN,
    "analytics.confusion": _OWN,
    "analytics.confused_pairs": _OWN,
    "analytics.breakdown": _OWN,
    "analytics.latency": _OWN,
    "exports.history": Rule(Right.USE, act="exported readings"),
    "exports.user": Rule(Right.USE, act="exported a person's data"),
    "exports.frame": Rule(Right.USE, act="exported readings"),
    "users.all": _PEOPLE,
    "users.get": _OWN,
    "users.create": _manage("added a person"),
    "users.change": _manage("changed a person"),
    "users.anonymise": _manage("anonymised a person"),
    "users.erase_history": _manage("erased a history"),
    "users.delete": _manage("deleted a person"),
    "listening": Rule(Right.USE, narrows=True),
    "overview": _SEE_ALL,
    "review.page": _SEE_ALL,
    "review.count": _SEE_ALL,
    "review.suspects": _SEE_ALL,
    "exploration.data_sets": _SEE_ALL,
    "exploration.readings": _SEE_ALL,
    "exploration.reading": _SEE_ALL,
    "exploration.pictures": _SEE_ALL,
    "exploration.neighbours": _SEE_ALL,
    "exploration.can_compare_with": _SEE_ALL,
    "exploration.drift": _SEE_ALL,
    "storage": _MAINTAIN,
    "prune": Rule(Right.MAINTAIN, act="cleaned up"),
    "modelling.sources": _SEE_ALL,
    "modelling.suites": _SEE_ALL,
    "modelling.config": _SEE_ALL,
    "modelling.estimate": _SEE_ALL,
    "modelling.tuning": _SEE_ALL,
    "modelling.aliases": _SEE_ALL,
    "modelling.gate": _SEE_ALL,
    "modelling.import_pictures": Rule(Right.TRAIN, act="added pictures to learn from"),
    "modelling.train": _TRAIN,
    "modelling.tune": _TRAIN,
    "modelling.evaluate": _TRAIN,
    "modelling.promote": _promote("promoted"),
    "modelling.roll_back": _promote("rolled back"),
    "modelling.challenge": _promote("made a challenger"),
    "modelling.retire": _promote("retired"),
    "modelling.restore": _promote("restored"),
    "modelling.promotions.log": _SEE_ALL,
    "modelling.registry.versions": _SEE_ALL,
    "modelling.registry.names": _SEE_ALL,
    "modelling.registry.get": _SEE_ALL,
    "modelling.registry.champion": _SEE_ALL,
    "modelling.registry.champion_name": _SEE_ALL,
    "modelling.registry.challenger_name": _SEE_ALL,
    "modelling.jobs.page": _SEE_ALL,
    "modelling.jobs.get": _SEE_ALL,
    "modelling.jobs.progress": _SEE_ALL,
    "modelling.jobs.folder": _SEE_ALL,
    "modelling.jobs.cancel": Rule(Right.TRAIN, act="cancelled a job"),
    "modelling.jobs.resume": Rule(Right.TRAIN, act="resumed a job"),
    "access.required": _ANYONE,
    "access.change_password": Rule(None, by_key=False),
    "access.keys": _OWN_OR_MANAGE,
    "access.create_key": Rule(Right.USE, others=Right.MANAGE_PEOPLE, by_key=False),
    "access.revoke_key": _OWN_OR_MANAGE,
    "access.account": _OWN_OR_MANAGE,
    "access.accounts": _manage(),
    "access.set_role": _manage(by_key=False),
    "access.set_password": _manage(by_key=False),
    "access.link": _manage(by_key=False),
    "access.unlink": _manage(by_key=False),
    "access.audit": Rule(Right.AUDIT),
}
"""What each behaviour of the workspace asks. `access` itself writes down who did what there."""

TOLD = ("version", "user_id", "username", "kind", "job_id", "is_active", "force", "reason")
"""The arguments that the audit log tells."""


def guarded(workspace: Workspace, caller: Caller) -> Workspace:
    """Return the workspace as this person may use it. Its behaviours raise NotAllowed as well."""
    return cast("Workspace", _Guard(workspace, caller, workspace, ""))  # it has whatever the rules let through


class _Guard:
    """Stands before a workspace or a part of it."""

    def __init__(self, part: object, caller: Caller, workspace: Workspace, path: str) -> None:
        self._part = part
        self._caller = caller
        self._workspace = workspace
        self._path = path

    def __getattr__(self, name: str) -> Any:
        path = f"{self._path}{name}"
        if path not in RULES:
            if any(known.startswith(f"{path}.") for known in RULES):
                return _Guard(getattr(self._part, name), self._caller, self._workspace, f"{path}.")
            raise NotAllowed(f"Nobody may use {path} for somebody who is signed in.")
        found = getattr(self._part, name)
        return self._checked(path, found) if callable(found) else found

    def _checked(self, path: str, behaviour: Callable[..., Any]) -> Callable[..., Any]:
        rule = RULES[path]

        @wraps(behaviour)
        def checked(*args: Any, **given: Any) -> Any:
            call = _signature(behaviour.__func__).bind(None, *args, **given)  # type: ignore[attr-defined]  # a method
            call.apply_defaults()
            try:
                self._check(rule, call.arguments)
            except NotAllowed:
                self._workspace.access.note("refused", self._caller, path)
                raise
            if rule is _PEOPLE and not may(self._caller, Right.SEE_ALL):
                return self._oneself(after=call.arguments["after"])
            done = behaviour(*call.args[1:], **call.kwargs)
            if rule.act is not None:
                self._workspace.access.note(rule.act, self._caller, _about(call.arguments))
            return done

        return checked

    def _check(self, rule: Rule, arguments: dict[str, Any]) -> None:
        """Raise NotAllowed or NotFound, or put the caller into the arguments where they name nobody."""
        if rule.right is not None:
            require(self._caller, rule.right)
        if not rule.by_key and self._caller.key_id is not None:
            raise NotAllowed("A program with an API key may not do this; sign in with name and password.")
        if "caller" in arguments:
            arguments["caller"] = self._caller
        if "chosen" in arguments:
            arguments["chosen"] = narrowed(arguments["chosen"], self._caller)
        if rule.narrows and arguments["user_id"] is None and not may(self._caller, Right.SEE_ALL):
            arguments["user_id"] = self._caller.user_id
        if "user_id" in arguments:
            arguments["user_id"] = _whose(arguments["user_id"], self._caller, rule.others)
        if "reading_id" in arguments:
            self._confirm_reading(arguments["reading_id"])

    def _confirm_reading(self, reading_id: int) -> None:
        """Raise NotFound for another person's reading: that there is one is not told either."""
        if may(self._caller, Right.SEE_ALL):
            return
        if self._workspace.history.get(reading_id).user_id != self._caller.user_id:
            raise NotFound(f"There is no reading {reading_id}.")

    def _oneself(self, *, after: int) -> list[User]:
        """Of all people after an id, those whom a caller may know of who may not see all."""
        return [self._workspace.users.get(self._caller.user_id)] if self._caller.user_id > after else []


def narrowed(chosen: HistoryFilter, caller: Caller) -> HistoryFilter:
    """Return the filter with the caller's own readings alone, unless they may see all. Raises NotAllowed."""
    if may(caller, Right.SEE_ALL):
        return chosen
    if chosen.user_id not in (None, caller.user_id):
        require(caller, Right.SEE_ALL)
    return replace(chosen, user_id=caller.user_id)


def _whose(user_id: int | None, caller: Caller, others: Right) -> int | None:
    """The person meant: user 1 is whom programs mean that name nobody, where something is done for somebody."""
    if others is Right.ACT_FOR_OTHERS and user_id == DEFAULT_USER:
        return caller.user_id
    if user_id != caller.user_id:
        require(caller, others)
    return user_id


@lru_cache(maxsize=256)
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def _about(arguments: Mapping[str, Any]) -> str:
    told = {name: arguments[name] for name in TOLD if arguments.get(name) is not None}
    chosen = arguments.get("chosen")
    if isinstance(chosen, HistoryFilter):
        usual = asdict(EVERYTHING)
        told |= {name: value for name, value in asdict(chosen).items() if value != usual[name]}
    return ", ".join(f"{name} {value}" for name, value in told.items())
