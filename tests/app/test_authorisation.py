"""The workspace as one user may use it."""

import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest

from hwr_core.analytics.queries import Analytics
from hwr_core.app.authorisation import authorised
from hwr_core.app.rules import RULES, Rule, RuleMismatch, confirm_rules
from hwr_core.app.subjects import AsCaller, OfFilter, OfUser, narrowed
from hwr_core.app.workspace import Workspace
from hwr_core.auth.permissions import MAY, Caller, Permission
from hwr_core.errors import NotAllowed, NotFound
from hwr_core.records.erasure import erase_predictions
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.history import EVERYTHING
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.records.roles import Role
from tests.handwriting import drawing, png

WITHOUT_RULE = {
    "access.forget_callers",
    "modelling.tuning_to_join",
    "access.limits_problem",
    "replicas",
    "close",
    "closed",
    "events",
    "model",
    "registry",
    "retraining",
    "alerts",
    "start",
    "store",
    "waiting",
    "numbers.add",
    "numbers.add_all",
    "numbers.sent_before",
    "numbers.several",
    "forms.add",
    "experiments.settle",
    "experiments.watch",
    "experiments.close",
    "shadow.hear",
    "shadow.watch",
    "shadow.close",
    "access.by_key",
    "access.by_session",
    "access.by_token",
    "access.end_session",
    "access.note",
    "access.note_refused",
    "access.sign_in",
    "access.sign_in_by",
    "access.sign_out",
    "access.token",
    "modelling.places",
    "modelling.write_corrections",
    "review.close",
}
"""What only programs on this machine use, sign-in itself among it: nobody who is signed in has it."""


@pytest.fixture
def user(workspace: Workspace) -> Callable[[Role], Caller]:
    """Add a user of a role."""

    def add(role: Role) -> Caller:
        return Caller(workspace.users.create(role).id, role, role, address="here")

    return add


def names_of(part: object) -> set[str]:
    """What a workspace, or a part of it, can do."""
    return {name for name in dir(part) if not name.startswith("_")}


def _stored_for(workspace: Workspace, user_id: int) -> PredictionRecord:
    kept = workspace.read_and_keep(png(drawing(7)), user_id=user_id, source=Source.DRAWING)
    assert isinstance(kept, PredictionRecord)
    return kept


def test_every_rule_fits_its_behaviour(workspace: Workspace) -> None:
    """No rule is left of a behaviour that is gone, and each accounts for all parameters of its own."""
    confirm_rules(workspace)


def _latency(self: Analytics, which: HistoryFilter = EVERYTHING) -> object:
    """`Analytics.latency` with another name for its filter, which once gave a viewer everybody's figures."""
    return Analytics.latency(self, which)


def test_a_renamed_parameter_stops_the_server_and_closes_the_behaviour(
    workspace: Workspace, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose data a call is about is never guessed from a name: a rule that no longer fits lets nobody in."""
    viewer = authorised(workspace, user(Role.VIEWER))
    monkeypatch.setattr(type(workspace.analytics), "confusion", _latency)
    with pytest.raises(RuleMismatch, match=r"analytics\.confusion does not fit: it declares chosen, .* has which"):
        confirm_rules(workspace)
    with pytest.raises(NotAllowed):
        viewer.analytics.confusion()


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (Rule(Permission.USE), "declares nothing, and the signature has limit, which"),
        (Rule(Permission.USE, (OfFilter("which"),)), "declares which, and the signature has limit, which"),
        (Rule(Permission.USE, (OfFilter("which"),), ("limit", "gone")), "declares gone, limit, which"),
        (Rule(Permission.USE, (), ("which", "limit")), "which is .*HistoryFilter.*, which nothing that names a user"),
        (Rule(Permission.USE, (OfUser("which"),), ("limit",)), "which is .*HistoryFilter.*, which OfUser"),
        (Rule(Permission.USE, (OfFilter("which"), AsCaller("limit"))), "limit is .*int.*, which AsCaller"),
    ],
    ids=["nothing", "one forgotten", "one too many", "a filter as free", "a filter as a user", "a number as a caller"],
)
def test_a_rule_that_does_not_fit_says_why(rule: Rule, fault: str) -> None:
    """Forgotten, gone or of another kind: each is a fault, and none goes unnoticed."""

    class Part:
        def behaviour(self, which: HistoryFilter, *, limit: int = 1) -> None: ...

    assert re.search(fault, str(rule.mismatch(Part().behaviour)))


def test_an_id_cannot_be_let_free(workspace: Workspace) -> None:
    """Its type is that of any number: what names a user in one rule names one in all of them."""
    rules = {**RULES, "users.get": Rule(Permission.USE, free=("user_id",))}
    with pytest.raises(RuleMismatch, match=r"users\.get does not fit: user_id is free"):
        confirm_rules(workspace, rules)


def test_a_quoted_annotation_hides_nothing() -> None:
    """A type that cannot be looked at is not taken for harmless."""

    class Part:
        def behaviour(self, which: "HistoryFilter") -> None: ...

    assert "quoted" in str(Rule(Permission.USE, free=("which",)).mismatch(Part().behaviour))


def test_a_rule_of_what_is_gone_stops_the_server(workspace: Workspace) -> None:
    """Otherwise the rules would lie about who may do what."""
    with pytest.raises(RuleMismatch, match=r"history\.everything is about a behaviour that does not exist"):
        confirm_rules(workspace, {"history.everything": Rule(Permission.USE)})


def test_every_behaviour_has_a_rule(workspace: Workspace) -> None:
    """Whatever the workspace and its parts can do has been considered: it has a rule, or is closed on purpose."""
    parts = {name for name in names_of(workspace) if any(rule.startswith(f"{name}.") for rule in RULES)}
    found = {f"{part}.{name}" for part in parts for name in names_of(getattr(workspace, part))}
    open_parts = {path for path in found if any(rule.startswith(f"{path}.") for rule in RULES)}
    assert (names_of(workspace) - parts | found) - open_parts - RULES.keys() == WITHOUT_RULE


@pytest.mark.parametrize("path", [*sorted(WITHOUT_RULE), "modelling.jobs.submit"])
def test_what_has_no_rule_is_refused_even_to_admins(workspace: Workspace, user: Any, path: str) -> None:
    """A behaviour that was not considered is closed, not open."""
    with pytest.raises(NotAllowed):
        attrgetter(path)(authorised(workspace, user(Role.ADMIN)))


@pytest.mark.parametrize("role", Role)
def test_permissions_are_checked_where_the_behaviour_is_called(workspace: Workspace, user: Any, role: Role) -> None:
    """A page that shows too much can still do no more than the role."""
    viewable = authorised(workspace, user(role))
    acts: dict[Permission, Callable[[], object]] = {
        Permission.SEE_ALL: viewable.analytics.system,
        Permission.MANAGE_USERS: lambda: viewable.users.create("Somebody"),
        Permission.PROMOTE: lambda: viewable.modelling.promote("nothing"),
        Permission.TRAIN: lambda: viewable.modelling.jobs.cancel(99),
        Permission.AUDIT: viewable.access.audit,
        Permission.MAKE_FORMS: lambda: viewable.forms.delete(99),
    }
    for permission, act in acts.items():
        try:
            act()
            refused = False
        except NotFound:
            refused = False
        except NotAllowed:
            refused = True
        assert refused == (permission not in MAY[role]), permission


def test_a_stored_prediction_is_the_callers_own(workspace: Workspace, user: Any) -> None:
    """User 1, whom programs mean that name no user, is whoever asks."""
    viewer = user(Role.VIEWER)
    assert _stored_for(authorised(workspace, viewer), 1).user_id == viewer.user_id
    with pytest.raises(NotAllowed):
        _stored_for(authorised(workspace, viewer), user(Role.ADMIN).user_id)


def test_others_predictions_are_not_there(workspace: Workspace, user: Any) -> None:
    """Neither page, count, prediction, image nor feedback."""
    theirs, viewer = _stored_for(workspace, 1), user(Role.VIEWER)
    viewable = authorised(workspace, viewer)
    assert viewable.history.page().predictions == ()
    assert viewable.history.count() == 0
    for act in (viewable.history.get, viewable.history.upload, viewable.feedback.of_prediction):
        with pytest.raises(NotFound, match=f"There is no prediction {theirs.id}"):
            act(theirs.id)
    assert len(authorised(workspace, user(Role.ANALYST)).history.page().predictions) == 1


def test_many_predictions_are_the_callers_own_or_none_is_labelled(workspace: Workspace, user: Any) -> None:
    """One of another user among them is said not to exist; who may see all labels all of them."""
    viewer = user(Role.VIEWER)
    theirs = _stored_for(workspace, 1).id
    own = _stored_for(authorised(workspace, viewer), 1).id
    feedback = authorised(workspace, viewer).feedback
    feedback.give_all([own], actual_digit=3)
    with pytest.raises(NotFound, match=f"There is no prediction {theirs}"):
        feedback.give_all([own, theirs], actual_digit=4)
    with pytest.raises(NotFound, match="There is no prediction 99"):
        feedback.give_all([own, 99], actual_digit=4)
    with pytest.raises(NotAllowed):
        feedback.give_all([own], user_id=user(Role.ADMIN).user_id, actual_digit=4)
    assert [each.actual_digit for each in workspace.feedback.of_prediction(own)] == [3]
    authorised(workspace, user(Role.ANALYST)).feedback.give_all([own, theirs], actual_digit=4)
    assert [each.label and each.label.digit for each in workspace.history.some([own, theirs])] == [4, 4]


def test_a_viewer_undoes_and_sees_what_is_left_of_many(workspace: Workspace, user: Any) -> None:
    """A prediction that is gone is left out; so is one of another user, by which nobody learns that it exists."""
    viewer = authorised(workspace, user(Role.VIEWER))
    theirs = _stored_for(workspace, 1).id
    gone, own = _stored_for(viewer, 1).id, _stored_for(viewer, 1).id
    moment = viewer.feedback.give_all([gone, own], actual_digit=3)
    with workspace.store.writing() as cursor:
        erase_predictions(cursor, "id = $1", [gone])
    asked = [gone, own, theirs]
    assert [each.id for each in viewer.history.some(asked)] == [own]
    assert viewer.feedback.undo_all(asked, moment=moment) == [own]
    assert workspace.history.get(own).label is None


def test_a_filter_on_another_user_is_refused(user: Any) -> None:
    """It is not silently turned into one on the caller."""
    viewer = user(Role.VIEWER)
    assert narrowed(HistoryFilter(digit=7), viewer) == HistoryFilter(digit=7, user_id=viewer.user_id)
    with pytest.raises(NotAllowed):
        narrowed(HistoryFilter(user_id=1), viewer)


def test_what_is_done_is_in_the_audit_log(workspace: Workspace, user: Any) -> None:
    """Who did what to whom, and what was refused."""
    admin = user(Role.ADMIN)
    viewable = authorised(workspace, admin)
    created = viewable.users.create("Somebody")
    viewable.users.delete(created.id)
    with pytest.raises(NotAllowed):
        authorised(workspace, user(Role.VIEWER)).users.delete(admin.user_id)
    log = [(entry.username, entry.act, entry.about) for entry in workspace.access.audit()]
    assert log == [
        ("viewer", "refused", "users.delete"),
        ("admin", "deleted a user", f"user_id {created.id}"),
        ("admin", "added a user", "username Somebody"),
    ]


def test_a_new_role_is_in_the_audit_log_as_the_callers_doing(workspace: Workspace, user: Any) -> None:
    """Nobody can make it look as if another user did it."""
    admin, viewer = user(Role.ADMIN), user(Role.VIEWER)
    authorised(workspace, admin).access.set_role(viewer.user_id, Role.ANALYST, caller=viewer)
    [entry] = workspace.access.audit()
    assert (entry.user_id, entry.about, entry.address) == (admin.user_id, f"user {viewer.user_id}: analyst", "here")
