"""The rules of authorisation: what each behaviour of the workspace takes, and whose data it is about.

A rule accounts for every parameter of its behaviour: those by which a call says whose data is meant, and those that
name no user. A behaviour without a rule is refused to everybody. A rule that no longer fits its signature stops the
server from starting (`confirm_rules`), and until it is mended its behaviour is refused to everybody.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from hwr_core.app.subjects import (
    KINDS,
    AsCaller,
    OfFilter,
    OfNumber,
    OfNumberFilter,
    OfPrediction,
    OfPredictions,
    OfUser,
    Subject,
)
from hwr_core.app.workspace import Workspace
from hwr_core.auth.permissions import Caller, Permission
from hwr_core.records.users import User


class RuleMismatch(TypeError):
    """A rule does not account for all parameters of its behaviour: a fault of the code."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a behaviour takes: a permission, and that the data it is about is the caller's own.

    `subjects` are the parameters that name a user, `free` all the others. `act` is what the audit log calls it.
    """

    permission: Permission | None
    subjects: tuple[Subject, ...] = ()
    free: tuple[str, ...] = ()
    act: str | None = None
    by_key: bool = True
    """Whether an API key will do: one that has leaked must not create others that outlive it."""
    own: Callable[[Workspace, Caller, Mapping[str, Any]], Any] | None = None
    """Answers callers who may not see all, where no argument could narrow the call to them."""

    def mismatch(self, behaviour: Callable[..., Any]) -> str | None:
        """Return in what the rule does not fit the behaviour's signature; None where it does."""
        parameters = _parameters(behaviour)
        declared = [*(subject.parameter for subject in self.subjects), *self.free]
        if sorted(declared) != sorted(parameters):
            return f"it declares {_names(declared)}, and the signature has {_names(parameters)}"
        of = {subject.parameter: subject for subject in self.subjects}
        for name, annotation in parameters.items():
            if isinstance(annotation, str):
                return f"the annotation of {name} is quoted, so that its type cannot be checked"
            kind = next((kind for kind in KINDS if annotation in (kind, kind | None)), None)
            subject = of.get(name)
            if kind is not getattr(subject, "kind", None):
                return f"{name} is {annotation}, which {subject or 'nothing that names a user'} does not fit"
        return None


def _own(*subjects: Subject, free: tuple[str, ...] = (), act: str | None = None) -> Rule:
    return Rule(Permission.USE, subjects, free, act)


def _plain(permission: Permission | None, *free: str, act: str | None = None) -> Rule:
    """A rule of a behaviour that is about no user in particular."""
    return Rule(permission, free=free, act=act)


def _for_user(permission: Permission, *free: str, act: str | None = None) -> Rule:
    """A rule of something that is done in a user's name."""
    return Rule(permission, (OfUser("user_id", Permission.ACT_FOR_OTHERS, default_is_caller=True),), free, act)


def _in_arm_of(*free: str) -> Rule:
    """A rule of reading without storing anything, by the model version that an experiment has for a user."""
    return Rule(
        Permission.USE,
        (OfUser("user_id", Permission.ACT_FOR_OTHERS, default_is_caller=True, none_is_caller=True),),
        free,
    )


def _manage(*free: str, act: str | None = None, by_key: bool = True, caller: bool = False) -> Rule:
    """A rule of what is done to a user."""
    subjects: list[Subject] = [OfUser("user_id", Permission.MANAGE_USERS)]
    return Rule(
        Permission.MANAGE_USERS, (*subjects, AsCaller("caller")) if caller else tuple(subjects), free, act, by_key
    )


def _key_of(*free: str, by_key: bool = True, caller: bool = True) -> Rule:
    """A rule of one's own keys and account, or with a permission those of others."""
    subjects: list[Subject] = [OfUser("user_id", Permission.MANAGE_USERS)]
    return Rule(Permission.USE, (*subjects, AsCaller("caller")) if caller else tuple(subjects), free, by_key=by_key)


def _oneself(workspace: Workspace, caller: Caller, arguments: Mapping[str, Any]) -> list[User]:
    """Of all users after an id, the one whom a caller who may not see all may know of."""
    return [workspace.users.get(caller.user_id)] if caller.user_id > arguments["after"] else []


_FILTER, _PREDICTION, _USER = OfFilter("chosen"), OfPrediction("prediction_id"), OfUser("user_id")
_PREDICTIONS, _NUMBERS = OfPredictions("prediction_ids"), OfNumberFilter("chosen")
_KEPT = ("source", "file_name", "enhancement_level")
_NUMBER = ("document", *_KEPT, "boxes", "max_error", "pattern", "script", "on_progress")
_SCANS = ("form_id", "files", "keep", "max_error", "on_progress", "sent")

RULES: Mapping[str, Rule] = {
    "settings": _plain(None),
    "health": _plain(None),
    "served_model": _plain(Permission.USE),
    "serving": _in_arm_of(),
    "scripts": _plain(Permission.USE),
    "read": _in_arm_of("image", "enhancement_level", "script", "unit"),
    "read_number": _plain(
        Permission.USE,
        "document",
        "enhancement_level",
        "boxes",
        "max_error",
        "pattern",
        "script",
        "on_progress",
        "on_page",
    ),
    "keep_number": _for_user(Permission.USE, "found", "document", *_KEPT, "max_error", "pattern"),
    "read_and_keep_number": _for_user(Permission.USE, *_NUMBER, "on_page", "sent"),
    "start_read_and_keep_number": _for_user(Permission.USE, *_NUMBER, "keep", "sent"),
    "numbers.page": _own(_NUMBERS, free=("limit", "before")),
    "numbers.count": _own(_NUMBERS),
    "numbers.get": _own(OfNumber("number_id")),
    "numbers.upload": _own(OfNumber("number_id")),
    "numbers.feedback": _own(OfNumber("number_id")),
    "numbers.correct": Rule(
        Permission.USE,
        (OfNumber("number_id"), OfUser("user_id", Permission.ACT_FOR_OTHERS, default_is_caller=True)),
        ("text", "comments"),
    ),
    "exports.numbers_frame": _own(_NUMBERS, free=("limit",), act="exported numbers"),
    "exports.numbers": _own(_NUMBERS, free=("kind",), act="exported numbers"),
    "add_form": _for_user(Permission.MAKE_FORMS, "name", "document", "fields", act="added a form"),
    "read_forms": _for_user(Permission.USE, *_SCANS),
    "start_read_forms": _for_user(Permission.USE, *_SCANS),
    "forms.all": _plain(Permission.USE),
    "forms.get": _plain(Permission.USE, "form_id"),
    "forms.page": _plain(Permission.USE, "form_id"),
    "forms.delete": _plain(Permission.MAKE_FORMS, "form_id", act="deleted a form"),
    "explain": _plain(Permission.USE, "image", "enhancement_level", "script"),
    "read_all": _in_arm_of("files", "enhancement_level", "script", "unit"),
    "unpack": _plain(Permission.USE, "archive", "on_progress"),
    "keep": _for_user(Permission.USE, "prediction", "image", *_KEPT),
    "keep_all": _for_user(Permission.USE, "predictions", "files", "source", "enhancement_level", "sent"),
    "read_and_keep": _for_user(Permission.USE, "image", *_KEPT, "script", "unit"),
    "start_read_and_keep": _for_user(Permission.USE, "image", *_KEPT, "script", "unit", "sent"),
    "history.page": _own(_FILTER, free=("limit", "before")),
    "history.count": _own(_FILTER),
    "history.get": _own(_PREDICTION),
    "history.some": _own(_PREDICTIONS),
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
    "feedback.give_all": Rule(
        Permission.USE,
        (
            OfPredictions("prediction_ids", all_needed=True),
            OfUser("user_id", Permission.ACT_FOR_OTHERS, default_is_caller=True),
        ),
        ("actual_digit",),
    ),
    "feedback.undo_all": Rule(
        Permission.USE,
        (_PREDICTIONS, OfUser("user_id", Permission.ACT_FOR_OTHERS, default_is_caller=True)),
        ("moment",),
    ),
    "feedback.of_prediction": _own(_PREDICTION),
    "feedback.of_user": _own(_USER),
    "feedback.count": _own(_USER, free=("since",)),
    "feedback.verify": Rule(Permission.SEE_ALL, (_PREDICTION,), ("verified",)),
    "analytics.system": _plain(Permission.SEE_ALL, "timezone"),
    "analytics.user": _own(_USER, free=("timezone",)),
    "analytics.accuracy": _own(_FILTER),
    "analytics.over_time": _own(_FILTER, free=("bucket", "timezone")),
    "analytics.confidence_distribution": _own(_FILTER, free=("bins",)),
    "analytics.changes": _plain(Permission.SEE_ALL),
    "analytics.reliability": _own(_FILTER, free=("bins",)),
    "analytics.confusion": _own(_FILTER),
    "analytics.confused_pairs": _own(_FILTER, free=("limit",)),
    "analytics.breakdown": _own(_FILTER, free=("by",)),
    "analytics.split": _own(_FILTER, free=("by", "most")),
    "analytics.latency": _own(_FILTER),
    "analytics.numbers": _own(_NUMBERS),
    "analytics.numbers_by": _own(_NUMBERS, free=("by",)),
    "exports.history": _own(_FILTER, free=("kind",), act="exported predictions"),
    "exports.user": _own(_USER, free=("kind",), act="exported a user's data"),
    "exports.frame": _own(_FILTER, free=("limit", "images"), act="exported predictions"),
    "users.all": Rule(Permission.USE, free=("after", "limit"), own=_oneself),
    "users.get": _own(_USER),
    "examples.people": _plain(Permission.SEE_ALL),
    "examples.load": _plain(Permission.MANAGE_USERS, act="loaded the example history"),
    "examples.remove": _plain(Permission.MANAGE_USERS, act="removed the example history"),
    "users.create": _plain(Permission.MANAGE_USERS, "username", "email", act="added a user"),
    "users.change": _manage("username", "email", "is_active", "even_last_admin", act="changed a user"),
    "users.set_script": _own(_USER, free=("script",)),
    "users.set_keys": _own(_USER, free=("keys",)),
    "users.anonymise": _manage("even_last_admin", act="anonymised a user"),
    "users.erase_history": _manage(act="erased a history"),
    "users.delete": _manage("even_last_admin", act="deleted a user"),
    "listening": _own(OfUser("user_id", none_is_caller=True), free=("wake", "kinds")),
    "overview": _plain(Permission.SEE_ALL, "timezone"),
    "number_review.page": _plain(Permission.SEE_ALL, "order", "limit"),
    "number_review.count": _plain(Permission.SEE_ALL, "order"),
    "review.page": _plain(Permission.SEE_ALL, "order", "limit", "after"),
    "review.count": _plain(Permission.SEE_ALL, "order"),
    "review.suspects": _plain(Permission.SEE_ALL, "limit"),
    "exploration.data_sets": _plain(Permission.SEE_ALL),
    "exploration.predictions": Rule(Permission.SEE_ALL, (_FILTER,), ("most",)),
    "exploration.prediction": Rule(Permission.SEE_ALL, (OfPrediction("number"),)),
    "exploration.some": Rule(Permission.SEE_ALL, (_PREDICTIONS,)),
    "exploration.mapped": _plain(Permission.SEE_ALL, "slice_", "on_progress"),
    "exploration.images": _plain(Permission.SEE_ALL, "source", "part", "most", "on_progress"),
    "exploration.neighbours": _plain(Permission.SEE_ALL, "one", "among", "most", "on_progress"),
    "exploration.can_compare_with": _plain(Permission.SEE_ALL),
    "exploration.drift": _plain(Permission.SEE_ALL, "recent", "against", "now"),
    "storage": _plain(Permission.MAINTAIN),
    "tidy_up": _plain(Permission.MAINTAIN, act="cleaned up"),
    "prune": _plain(Permission.MAINTAIN, "dry_run", "predictions_older_than", "uploads_older_than", act="cleaned up"),
    "modelling.sources": _plain(Permission.SEE_ALL),
    "modelling.suites": _plain(Permission.SEE_ALL),
    "modelling.config": _plain(Permission.SEE_ALL, "values"),
    "modelling.estimate": _plain(Permission.SEE_ALL, "config"),
    "modelling.tuning": _plain(Permission.SEE_ALL, "values"),
    "modelling.aliases": _plain(Permission.SEE_ALL),
    "modelling.gate": _plain(Permission.SEE_ALL, "version"),
    "modelling.confirm_installed": _plain(Permission.SEE_ALL),
    "modelling.import_images": _plain(Permission.TRAIN, "archive", act="added images to learn from"),
    "modelling.train": _for_user(Permission.TRAIN, "values"),
    "modelling.train_scripts": _for_user(Permission.TRAIN, "values"),
    "modelling.tune": _for_user(Permission.TRAIN, "values"),
    "modelling.evaluate": _for_user(Permission.TRAIN, "values"),
    "modelling.promote": _for_user(Permission.PROMOTE, "version", "reason", "force", act="promoted"),
    "modelling.roll_back": _for_user(Permission.PROMOTE, "reason", act="rolled back"),
    "modelling.challenge": _for_user(Permission.PROMOTE, "version", "reason", act="made a challenger"),
    "modelling.retire": _for_user(Permission.PROMOTE, "version", "reason", act="retired"),
    "modelling.restore": _for_user(Permission.PROMOTE, "version", "reason", act="restored"),
    "experiments.all": _plain(Permission.SEE_ALL),
    "experiments.get": _plain(Permission.SEE_ALL, "experiment_id"),
    "experiments.report": _plain(Permission.SEE_ALL, "experiment_id"),
    "experiments.plan": _plain(Permission.SEE_ALL, "arms", "metric", "smallest"),
    "experiments.start": _for_user(Permission.PROMOTE, "new", act="started an experiment"),
    "experiments.stop": _plain(Permission.PROMOTE, "experiment_id", "reason", act="stopped an experiment"),
    "shadow.report": _plain(Permission.SEE_ALL),
    "shadow.set": _for_user(Permission.PROMOTE, "version", "share", act="set a shadow"),
    "shadow.clear": _plain(Permission.PROMOTE, act="ended the shadow"),
    "modelling.describe": _plain(Permission.TRAIN, "version", "title", "tags", "text", act="described a version"),
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
    "modelling.jobs.describe": _plain(Permission.TRAIN, "job_id", "title", "tags", "text", act="described a job"),
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
"""What each behaviour of the workspace takes. `access` itself writes down who did what there."""


def confirm_rules(workspace: Workspace, rules: Mapping[str, Rule] = RULES) -> None:
    """Raise RuleMismatch where a rule does not fit the behaviour that it is about, or that is gone."""
    for path, rule in rules.items():
        try:
            behaviour = attrgetter(path)(workspace)
        except AttributeError as error:
            raise RuleMismatch(f"The rule of {path} is about a behaviour that does not exist.") from error
        if callable(behaviour) and (fault := fault_of(rule, behaviour, rules)):
            raise RuleMismatch(f"The rule of {path} does not fit: {fault}.")


def fault_of(rule: Rule, behaviour: Callable[..., Any], rules: Mapping[str, Rule] = RULES) -> str | None:
    """Return why a rule does not fit its behaviour, or what it lets free that names a user elsewhere; None if it fits.

    An id is a number like any other, so its type does not tell: what is an id in one rule is one in all of them.
    """
    names = {subject.parameter for each in rules.values() for subject in each.subjects}
    leaked = sorted(names.intersection(rule.free))
    return rule.mismatch(behaviour) or (
        f"{leaked[0]} is free, and says whose data is meant in others" if leaked else None
    )


def _names(names: Any) -> str:
    return ", ".join(sorted(names)) or "nothing"


def signature_of(behaviour: Callable[..., Any]) -> inspect.Signature:
    """Return a method's signature, self included, looked up once for all objects that have the method."""
    return _inspected(getattr(behaviour, "__func__", behaviour))


@lru_cache(maxsize=256)
def _inspected(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def _parameters(behaviour: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of a method's parameters, without self."""
    parameters = list(signature_of(behaviour).parameters.values())
    return {parameter.name: parameter.annotation for parameter in parameters[1:]}
