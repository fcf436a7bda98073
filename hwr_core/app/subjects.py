"""Whose data a call is about: the parameter that names a user, and what a caller may say there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from hwr_core.app.workspace import Workspace
from hwr_core.auth.permissions import Caller, Permission, may, require
from hwr_core.errors import NotFound
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.number_filter import NumberFilter
from hwr_core.records.users import DEFAULT_USER


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
    """The stored predictions that a filter lets through: the caller's own, or with a permission all."""

    parameter: str
    kind = HistoryFilter

    def confined(self, value: HistoryFilter, caller: Caller, _: Workspace) -> HistoryFilter:
        """Narrow the filter to the caller."""
        return narrowed(value, caller)


@dataclass(frozen=True, slots=True)
class OfUser:
    """One user, by id: the caller, or with a permission any other.

    `default_is_caller`: user 1, whom programs mean that name no user, is the caller. `none_is_caller`: so is None, for
    a caller who may not see all.
    """

    parameter: str
    others: Permission = Permission.SEE_ALL
    default_is_caller: bool = False
    none_is_caller: bool = False
    kind = None

    def confined(self, value: int | None, caller: Caller, _: Workspace) -> int | None:
        """Put the caller in where no user is named, and require the permission for any other."""
        if value == DEFAULT_USER and self.default_is_caller:
            return caller.user_id
        if value is None and self.none_is_caller and not may(caller, self.others):
            return caller.user_id
        if value != caller.user_id:
            require(caller, self.others)
        return value


@dataclass(frozen=True, slots=True)
class OfPrediction:
    """The user of a stored prediction, by its id. Other users' predictions are said not to exist."""

    parameter: str
    kind = None

    def confined(self, value: int, caller: Caller, workspace: Workspace) -> int:
        """Let the caller's own prediction through."""
        if not may(caller, Permission.SEE_ALL) and workspace.history.get(value).user_id != caller.user_id:
            raise NotFound(f"There is no prediction {value}.")
        return value


@dataclass(frozen=True, slots=True)
class OfPredictions:
    """The users of several stored predictions, by their ids. Other users' predictions are treated as if not there.

    `all_needed`: one that is not there is an error; otherwise the behaviour leaves it out.
    """

    parameter: str
    all_needed: bool = False
    kind = None

    def confined(self, value: Sequence[int], caller: Caller, workspace: Workspace) -> Sequence[int]:
        """Let the caller's own predictions through."""
        if may(caller, Permission.SEE_ALL):
            return value
        own = {each.id for each in workspace.history.some(value) if each.user_id == caller.user_id}
        if self.all_needed:
            for each in value:
                if each not in own:
                    raise NotFound(f"There is no prediction {each}.")
        return [each for each in value if each in own]


@dataclass(frozen=True, slots=True)
class OfNumberFilter:
    """The stored numbers that a filter lets through: the caller's own, or with a permission all."""

    parameter: str
    kind = NumberFilter

    def confined(self, value: NumberFilter, caller: Caller, _: Workspace) -> NumberFilter:
        """Narrow the filter to the caller."""
        return narrowed(value, caller)


@dataclass(frozen=True, slots=True)
class OfNumber:
    """The user of a stored number, by its id. Other users' numbers are said not to exist."""

    parameter: str
    kind = None

    def confined(self, value: int, caller: Caller, workspace: Workspace) -> int:
        """Let the caller's own number through."""
        if not may(caller, Permission.SEE_ALL) and workspace.numbers.get(value).user_id != caller.user_id:
            raise NotFound(f"There is no number {value}.")
        return value


@dataclass(frozen=True, slots=True)
class AsCaller:
    """Who acts: always the caller, whatever the call says."""

    parameter: str
    kind = Caller

    def confined(self, _: object, caller: Caller, __: Workspace) -> Caller:
        """Put the caller in."""
        return caller


KINDS = {HistoryFilter: OfFilter, NumberFilter: OfNumberFilter, Caller: AsCaller}
"""What a parameter of these types, or of these or None, has to be declared as."""


Filter = TypeVar("Filter", HistoryFilter, NumberFilter)


def narrowed(asked: Filter, caller: Caller) -> Filter:
    """Return the filter with what is the caller's own alone, unless they may see all. Raises NotAllowed."""
    if may(caller, Permission.SEE_ALL):
        return asked
    if asked.user_id not in (None, caller.user_id):
        require(caller, Permission.SEE_ALL)
    return replace(asked, user_id=caller.user_id)
