"""Which version is served: promotion past the gate, roll-back, challengers and retirement, each with a log entry."""

from collections.abc import Sequence

from hwr_core.errors import Conflict, InvalidValue, ModelUnavailable, NotFound, PromotionRefused
from hwr_core.evaluation.gate import Gate, gate
from hwr_core.evaluation.promotion_log import (
    CHALLENGE,
    PROMOTE,
    RESTORE,
    RETIRE,
    ROLL_BACK,
    Entry,
    PromotionLog,
    as_line,
)
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.pointers import CHALLENGER, CHAMPION, Change
from hwr_core.registry.registry import ModelVersion, Registry

MAX_REASON = 500


class Promotions:
    """The one way to change which version is served. Safe to use from many threads and processes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._pointers = registry.pointers
        self._log = PromotionLog(registry.pointers)

    def gate(self, candidate: ModelVersion, suites: Sequence[str]) -> Gate:
        """Compare a version with the champion on these suites."""
        return gate(self._champion(), candidate, suites)

    def promote(
        self,
        version: ModelVersion,
        suites: Sequence[str],
        *,
        who: str,
        reason: str = "",
        force: bool = False,
    ) -> Entry:
        """Make a version the champion.

        Args:
            version: the version to promote.
            suites: the suites on which it must not be worse than the champion.
            who: name of the user, for the log.
            reason: up to 500 characters; a forced promotion needs one.
            force: promote it even if it is worse or has not been evaluated.

        Raises:
            InvalidValue: a forced promotion has no reason, or the reason is too long.
            PromotionRefused: the version is worse, has not been evaluated, or is retired.
            ModelUnavailable: its files are damaged, which `force` does not change.
            Conflict: it is the champion already.
        """
        reason = _checked_reason(reason, needed=force)
        Recogniser.load(version).close()  # a version that cannot be loaded is not served
        with self._pointers.changing() as change:
            champion = self._registry.champion_name()
            if champion == version.name:
                raise Conflict(f"{version.name} is being served already.")
            if version.is_retired:
                raise PromotionRefused(f"{version.name} is retired. Restore it first.")
            found = self.gate(version, suites)
            if not force:
                _refuse_if_shut(found, version)
            entry = Entry(
                who=who,
                action=PROMOTE,
                old=champion,
                new=version.name,
                reason=reason,
                forced=not found.is_open,
                figures=found.figures,
            )
            change.log(as_line(entry))
            change.point(CHAMPION, version.name)
            self._end_challenge_of(version, change)
        return entry

    def roll_back(self, *, who: str, reason: str = "") -> Entry:
        """Serve the version again that the champion replaced.

        Raises:
            Conflict: no version was served before it.
            ModelUnavailable: that version is missing or damaged.
        """
        reason = _checked_reason(reason)
        champion = self._registry.champion_name()
        before = self._log.served_before(champion)
        if before is None:
            raise Conflict("There is nothing to roll back to: no version was served before this one.")
        try:  # it may have to be copied to this machine first, during which others go on to write
            version = self._registry.get(before)
        except NotFound as error:
            raise ModelUnavailable(f"The version served before, {before}, no longer exists.") from error
        Recogniser.load(version).close()
        with self._pointers.changing() as change:
            if self._registry.champion_name() != champion:
                raise Conflict("Another version was promoted meanwhile. Look at what is served, and roll back again.")
            entry = Entry(who=who, action=ROLL_BACK, old=champion, new=before, reason=reason)
            change.log(as_line(entry))
            change.point(CHAMPION, version.name)
        return entry

    def challenge(self, version: ModelVersion, *, who: str, reason: str = "") -> Entry:
        """Make a version the challenger. Raises Conflict for the champion and for a retired version."""
        reason = _checked_reason(reason)
        with self._pointers.changing() as change:
            if self._registry.champion_name() == version.name:
                raise Conflict(f"{version.name} is being served; it cannot challenge itself.")
            if version.is_retired:
                raise Conflict(f"{version.name} is retired. Restore it first.")
            old = self._registry.challenger_name()
            entry = Entry(who=who, action=CHALLENGE, old=old, new=version.name, reason=reason)
            change.log(as_line(entry))
            change.point(CHALLENGER, version.name)
        return entry

    def retire(self, version: ModelVersion, *, who: str, reason: str = "") -> Entry:
        """Exclude a version from promotion; its files stay. Raises Conflict for the champion."""
        reason = _checked_reason(reason)
        with self._pointers.changing() as change:
            if self._registry.champion_name() == version.name:
                raise Conflict(f"{version.name} is being served; promote another version before you retire it.")
            entry = Entry(who=who, action=RETIRE, old=version.name, new=None, reason=reason)
            change.log(as_line(entry))
            change.retire(version.name, retired=True)
            self._end_challenge_of(version, change)
        return entry

    def restore(self, version: ModelVersion, *, who: str, reason: str = "") -> Entry:
        """Allow a retired version to be promoted again."""
        reason = _checked_reason(reason)
        with self._pointers.changing() as change:
            entry = Entry(who=who, action=RESTORE, old=None, new=version.name, reason=reason)
            change.log(as_line(entry))
            change.retire(version.name, retired=False)
        return entry

    def log(self) -> list[Entry]:
        """Return all changes, newest first."""
        return self._log.entries()

    def _champion(self) -> ModelVersion | None:
        """The champion; None where it is missing or damaged, which any version may replace."""
        try:
            return self._registry.champion()
        except ModelUnavailable:
            return None

    def _end_challenge_of(self, version: ModelVersion, change: Change) -> None:
        if self._registry.challenger_name() == version.name:
            change.point(CHALLENGER, None)


def _refuse_if_shut(found: Gate, version: ModelVersion) -> None:
    if not found.is_open:
        raise PromotionRefused(
            f"{version.name} was not promoted. {' '.join(found.objections)} To promote it anyway, force it and give a "
            "reason."
        )


def _checked_reason(reason: str, *, needed: bool = False) -> str:
    if needed and not reason.strip():
        raise InvalidValue("A forced promotion needs a reason.")
    if any("\ud800" <= character <= "\udfff" for character in reason):
        raise InvalidValue("The reason contains half of a surrogate pair, which cannot be stored.")
    if len(reason) > MAX_REASON:
        raise InvalidValue(f"The reason has {len(reason):,} characters; at most {MAX_REASON} are allowed.")
    return reason.strip()
