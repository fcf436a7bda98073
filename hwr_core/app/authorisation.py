"""The workspace as one user may use it: what each behaviour asks of whom, checked where it is called.

API and pages both go through here, so that what a page hides is refused as well. A behaviour that has no rule is
refused to everybody. A rule accounts for every parameter of its behaviour: those by which a call names whose data it
is about, and those that name nobody's. One that no longer fits the signature stops the server from starting
(`confirm_rules`), and until it is mended its behaviour is refused to everybody.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, wraps
from operator import attrgetter
from typing import Any, Protocol, cast

from hwr_core.app.workspace import Workspace
from hwr_core.auth.permissions import Caller, Permission, may, require
from hwr_core.errors import NotAllowed, NotFound
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.history import EVERYTHING
from hwr_core.records.users import DEFAULT_USER, User


class RuleMismatch(TypeError):
    """A rule does not account for the parameters that its behaviour has: a fault of the code."""


class Subject(Protocol):
    """Whose data a call is about: the parameter that says it, and what a caller may say there."""

    @property
    def parameter(self) -> str:
        """Its name in the behaviour's signature."""

    @property
    def kind(self) -> object:
        """The annotation that it has there; None for an id, which is a number like any other."""

    def confined(self, value: Any, caller: Caller, workspace: Workspace) -> Any:
        """Return what the caller may say there. Raises NotAllowed or NotFound."""


@dataclass(frozen=True, slots=True)
class OfFilter:
    """The kept predictions that a filter chooses: the caller's own, or with a right all."""

    parameter: str
    kind = HistoryFilter

    def confined(self, value: HistoryFilter, caller: Caller, _: Workspace) -> HistoryFilter:
        """Narrow the filter to the caller."""
        return narrowed(value, caller)


@dataclass(frozen=True, slots=True)
class OfUser:
    """One user, by id: the caller, or with a right any other.

    `default_is_caller`: user 1, whom programs mean that name nobody, is the caller. `none_is_caller`: so is None, for
    a caller who may not see all.
    """

    parameter: str
    others: Permission = Permission.SEE_ALL
    default_is_caller: bool = False
    none_is_caller: bool = False
    kind = None

    def confined(self, value: int | None, caller: Caller, _: Workspace) -> int | None:
        """Put the caller in where nobody is named, and ask for the right to anybody else."""
        if value == DEFAULT_USER and self.default_is_caller:
            return caller.user_id
        if value is None and self.none_is_caller and not may(caller, self.others):
            return caller.user_id
        if value != caller.user_id:
            require(caller, self.others)
        return value


@dataclass(frozen=True, slots=True)
class OfPrediction:
    """Whose a kept prediction is, by its id. Of another user's it is not even told that it exists."""

    parameter: str
    kind = None

    def confined(self, value: int, caller: Caller, workspace: Workspace) -> int:
        """Let the caller's own predictions through."""
        if not may(caller, Permission.SEE_ALL) and workspace.history.get(value).user_id != caller.user_id:
            raise NotFound(f"There is no prediction {value}.")
        return value


@dataclass(frozen=True, slots=True)
class AsCaller:
    """Who acts: always the caller, whatever was given."""

    parameter: str
    kind = Caller

    def confined(self, _: object, caller: Caller, __: Workspace) -> Caller:
        """Put the caller in."""
        return caller


KINDS = {HistoryFilter: OfFilter, Caller: AsCaller}
"""What a parameter of these types, or of these or None, has to be declared as."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a behaviour asks of its caller: a right, and that the data it is about is theirs.

    `subjects` are the parameters that name somebody, `free` all the others. `act` is what the audit log calls it.
    """

    right: Permission | None
    subjects: tuple[Subject, ...] = ()
    free: tuple[str, ...] = ()
    act: str | None = None
    by_key: bool = True
    """Whether a program with an API key may: one that has leaked must make no others that outlive it."""
    own: Callable[[Workspace, Caller, Mapping[str, Any]], Any] | None = None
    """What answers callers who may not see all, where no argument could narrow the call to them."""

    def mismatch(self, behaviour: Callable[..., Any]) -> str | None:
        """Return in what the rule does not fit the behaviour's signature; None where it does."""
        parameters = _parameters(behaviour)
        declared = [*(subject.parameter for subject in self.subjects), *self.free]
        if sorted(declared) != sorted(parameters):
            return f"it declares {_names(declared)}, and the signature has {_names(parameters)}"
        of = {subject.parameter: subject for subject in self.subjects}
        for name, annotation in parameters.items():
            kind = next((kind for kind in KINDS if annotation in (kind, kind | None)), None)
            given = of.get(name)
            if kind is not getattr(given, "kind", None):
                return f"{name} is {annotation}, which {given or 'nothing that names somebody'} does not fit"
        return None


def _own(*subjects: Subject, free: tuple[str, ...] = (), act: str | None = None) -> Rule:
    return Rule(Permission.USE, subjects, free, act)


def _plain(right: Permission | None, *free: str, act: str | None = None) -> Rule:
    """A rule of a behaviour that is about nobody in particular."""
    return Rule(right, free=free, act=act)


def _for_user(right: Permission, *free: str, act: str | None = None) -> Rule:
    """A rule of something that is done in a user's name."""
    return Rule(right, (OfUser("user_id", Permission.ACT_FOR_OTHERS, default_is_caller=True),), free, act)


def _manage(*free: str, act: str | None = None, by_key: bool = True, caller: bool = False) -> Rule:
    """A rule of what is done to a user."""
    subjects: list[Subject] = [OfUser("user_id", Permission.MANAGE_USERS)]
    return Rule(
        Permission.MANAGE_USERS, (*subjects, AsCaller("caller")) if caller else tuple(subjects), free, act, by_key
    )


def _key_of(*free: str, by_key: bool = True, caller: bool = True) -> Rule:
    """A rule of one's own keys and account, or with the right those of others."""
    subjects: list[Subject] = [OfUser("user_id", Permission.MANAGE_USERS)]
    return Rule(Permission.USE, (*subjects, AsCaller("caller")) if caller else tuple(subjects), free, by_key=by_key)


def _oneself(workspace: Workspace, caller: Caller, arguments: Mapping[str, Any]) -> list[User]:
    """Of all users after an id, those whom a caller may know of who may not see all."""
    return [workspace.users.get(caller.user_id)] if caller.user_id > arguments["after"] else []


_CHOSEN, _PREDICTION, _USER = OfFilter("chosen"), OfPrediction("prediction_id"), OfUser("user_id")
_KEPT = ("source", "file_name", "enhancement_level")

RULES: Mapping[str, Rule] = {
    "settings": _plain(None),
    "health": _plain(None),
    "served_model": _plain(Permission.USE),
    "read": _plain(Permission.USE, "image", "enhancement_level"),
    "read_number": _plain(Permission.USE, "document", "enhancement_level", "boxes", "on_progress"),
    "explain": _plain(Permission.USE, "image", "enhancement_level"),
    "read_all": _plain(Permission.USE, "files", "enhancement_level"),
    "unpack": _plain(Permission.USE, "archive", "on_progress"),
    "keep": _for_user(Permission.USE, "prediction", "image", *_KEPT),
    "keep_all": _for_user(Permission.USE, "predictions", "files", "source", "enhancement_level"),
    "read_and_keep": _for_user(Permission.USE, "image", *_KEPT),
    "start_read_and_keep": _for_user(Permission.USE, "image", *_KEPT),
    "history.page": _own(_CHOSEN, free=("limit", "before")),
    "history.count": _own(_CHOSEN),
    "history.get": _own(_PREDICTION),
    "history.upload": _own(_PREDICTION),
    "history.model_versions": _plain(Permission.USE),
    "feedback.give": Rule(
        Permission.USE,
        (_PREDICTION, OfUser("user_id", Permission.ACT_FOR_OTHERS, default_is_caller=True)),
        ("actual_digit", "confidence_rating", "comments"),
    ),
    "feedback.withdraw": Rule(
        Permission.USE, (_PREDICTION, OfUser("user_id", Permission.ACT_FOR_OTHERS, default_is_caller=True))
    ),
    "feedback.of_prediction": _own(_PREDICTION),
    "feedback.of_user": _own(_USER),
    "feedback.count": _own(_USER, free=("since",)),
    "feedback.verify": Rule(Permission.SEE_ALL, (_PREDICTION,), ("verified",)),
    "analytics.system": _plain(Permission.SEE_ALL, "timezone"),
    "analytics.user": _own(_USER, free=("timezone",)),
    "analytics.accuracy": _own(_CHOSEN),
    "analytics.over_time": _own(_CHOSEN, free=("bucket", "timezone")),
    "analytics.confidence_distribution": _own(_CHOSEN, free=("bins",)),
    "analytics.reliability": _own(_CHOSEN, free=("bins",)),
    "analytics.confusion": _own(_CHOSEN),
    "analytics.confused_pairs": _own(_CHOSEN, free=("limit",)),
    "analytics.breakdown": _own(_CHOSEN, free=("by",)),
    "analytics.latency": _own(_CHOSEN),
    "exports.history": _own(_CHOSEN, free=("kind",), act="exported predictions"),
    "exports.user": _own(_USER, free=("kind",), act="exported a person's data"),
    "exports.frame": _own(_CHOSEN, free=("limit", "images"), act="exported predictions"),
    "users.all": Rule(Permission.USE, free=("after", "limit"), own=_oneself),
    "users.get": _own(_USER),
    "users.create": _plain(Permission.MANAGE_USERS, "username", "email", act="added a person"),
    "users.change": _manage("username", "email", "is_active", "even_last_admin", act="changed a person"),
    "users.anonymise": _manage("even_last_admin", act="anonymised a person"),
    "users.erase_history": _manage(act="erased a history"),
    "users.delete": _manage("even_last_admin", act="deleted a person"),
    "listening": _own(OfUser("user_id", none_is_caller=True), free=("wake", "kinds")),
    "overview": _plain(Permission.SEE_ALL, "timezone"),
    "review.page": _plain(Permission.SEE_ALL, "order", "limit", "after"),
    "review.count": _plain(Permission.SEE_ALL, "order"),
    "review.suspects": _plain(Permission.SEE_ALL, "limit"),
    "exploration.data_sets": _plain(Permission.SEE_ALL),
    "exploration.predictions": Rule(Permission.SEE_ALL, (_CHOSEN,), ("most",)),
    "exploration.prediction": Rule(Permission.SEE_ALL, (OfPrediction("number"),)),
    "exploration.images": _plain(Permission.SEE_ALL, "source", "part", "most", "on_progress"),
    "exploration.neighbours": _plain(Permission.SEE_ALL, "one", "among", "most", "on_progress"),
    "exploration.can_compare_with": _plain(Permission.SEE_ALL),
    "exploration.drift": _plain(Permission.SEE_ALL, "recent", "against", "now"),
    "storage": _plain(Permission.MAINTAIN),
    "prune": _plain(Permission.MAINTAIN, "dry_run", "predictions_older_than", "uploads_older_than", act="cleaned up"),
    "modelling.sources": _plain(Permission.SEE_ALL),
    "modelling.suites": _plain(Permission.SEE_ALL),
    "modelling.config": _plain(Permission.SEE_ALL, "values"),
    "modelling.estimate": _plain(Permission.SEE_ALL, "config"),
    "modelling.tuning": _plain(Permission.SEE_ALL, "values"),
    "modelling.aliases": _plain(Permission.SEE_ALL),
    "modelling.gate": _plain(Permission.SEE_ALL, "version"),
    "modelling.import_images": _plain(Permission.TRAIN, "archive", act="added images to learn from"),
    "modelling.train": _for_user(Permission.TRAIN, "values"),
    "modelling.tune": _for_user(Permission.TRAIN, "values"),
    "modelling.evaluate": _for_user(Permission.TRAIN, "values"),
    "modelling.promote": _for_user(Permission.PROMOTE, "version", "reason", "force", act="promoted"),
    "modelling.roll_back": _for_user(Permission.PROMOTE, "reason", act="rolled back"),
    "modelling.challenge": _for_user(Permission.PROMOTE, "version", "reason", act="made a challenger"),
    "modelling.retire": _for_user(Permission.PROMOTE, "version", "reason", act="retired"),
    "modelling.restore": _for_user(Permission.PROMOTE, "version", "reason", act="restored"),
    "modelling.promotions.log": _plain(Permission.SEE_ALL),
    "modelling.registry.versions": _plain(Permission.SEE_ALL),
    "modelling.registry.names": _plain(Permission.SEE_ALL),
    "modelling.registry.get": _plain(Permission.SEE_ALL, "name"),
    "modelling.registry.champion": _plain(Permission.SEE_ALL),
    "modelling.registry.champion_name": _plain(Permission.SEE_ALL),
    "modelling.registry.challenger_name": _plain(Permission.SEE_ALL),
    "modelling.jobs.page": _plain(Permission.SEE_ALL, "asked"),
    "modelling.jobs.get": _plain(Permission.SEE_ALL, "job_id"),
    "modelling.jobs.progress": _plain(Permission.SEE_ALL, "job"),
    "modelling.jobs.folder": _plain(Permission.SEE_ALL, "job_id"),
    "modelling.jobs.cancel": _plain(Permission.TRAIN, "job_id", act="cancelled a job"),
    "modelling.jobs.resume": _plain(Permission.TRAIN, "job_id", act="resumed a job"),
    "access.required": _plain(None),
    "access.change_password": Rule(None, (AsCaller("caller"),), ("old", "new"), by_key=False),
    "access.keys": _key_of(caller=False),
    "access.create_key": _key_of("name", "days", by_key=False),
    "access.revoke_key": _key_of("key_id"),
    "access.account": _key_of(caller=False),
    "access.accounts": _plain(Permission.MANAGE_USERS),
    "access.set_role": _manage("role", "even_last_admin", by_key=False, caller=True),
    "access.set_password": _manage("password", by_key=False, caller=True),
    "access.link": _manage("subject", by_key=False, caller=True),
    "access.unlink": _manage(by_key=False, caller=True),
    "access.audit": _plain(Permission.AUDIT, "limit", "before"),
}
"""What each behaviour of the workspace asks. `access` itself writes down who did what there."""

TOLD = ("version", "user_id", "username", "kind", "job_id", "is_active", "force", "reason")
"""The arguments that the audit log tells."""


def confirm_rules(workspace: Workspace, rules: Mapping[str, Rule] = RULES) -> None:
    """Raise RuleMismatch where a rule does not fit the behaviour that it is about, or that is gone."""
    for path, rule in rules.items():
        try:
            behaviour = attrgetter(path)(workspace)
        except AttributeError as error:
            raise RuleMismatch(f"There is a rule of {path}, and no such behaviour.") from error
        fault = rule.mismatch(behaviour) if callable(behaviour) else None
        if fault is not None:
            raise RuleMismatch(f"The rule of {path} does not fit: {fault}.")


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
            raise NotAllowed(f"Nobody may use {path} for somebody who is signed in.")
        found = getattr(self._part, name)
        return self._checked(path, found) if callable(found) else found

    def _checked(self, path: str, behaviour: Callable[..., Any]) -> Callable[..., Any]:
        rule = RULES[path]
        if rule.mismatch(behaviour) is not None:
            raise NotAllowed(f"Nobody may use {path}: its rule does not fit.")

        @wraps(behaviour)
        def checked(*args: Any, **given: Any) -> Any:
            call = _signature(_function(behaviour)).bind(None, *args, **given)
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
        if rule.right is not None:
            require(self._caller, rule.right)
        if not rule.by_key and self._caller.key_id is not None:
            raise NotAllowed("A program with an API key may not do this; sign in with name and password.")
        for subject in rule.subjects:
            arguments[subject.parameter] = subject.confined(arguments[subject.parameter], self._caller, self._workspace)


def narrowed(chosen: HistoryFilter, caller: Caller) -> HistoryFilter:
    """Return the filter with the caller's own predictions alone, unless they may see all. Raises NotAllowed."""
    if may(caller, Permission.SEE_ALL):
        return chosen
    if chosen.user_id not in (None, caller.user_id):
        require(caller, Permission.SEE_ALL)
    return replace(chosen, user_id=caller.user_id)


def _names(names: Any) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _function(behaviour: Callable[..., Any]) -> Callable[..., Any]:
    return getattr(behaviour, "__func__", behaviour)


@lru_cache(maxsize=256)
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def _parameters(behaviour: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of a method's parameters, without self."""
    parameters = list(_signature(_function(behaviour)).parameters.values())
    return {parameter.name: parameter.annotation for parameter in parameters[1:]}


def _about(arguments: Mapping[str, Any]) -> str:
    told = {name: arguments[name] for name in TOLD if arguments.get(name) is not None}
    chosen = arguments.get("chosen")
    if isinstance(chosen, HistoryFilter):
        usual = asdict(EVERYTHING)
        told |= {name: value for name, value in asdict(chosen).items() if value != usual[name]}
    return ", ".join(f"{name} {value}" for name, value in told.items())
