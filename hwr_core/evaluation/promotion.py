"""Which version is served: promotions past a gate, the way back, and a log that only grows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hwr_core.errors import Conflict, InvalidValue, ModelUnavailable, NotFound, PromotionRefused
from hwr_core.evaluation.compare import Comparison, compare_if_possible
from hwr_core.files import locked
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import RETIRED, ModelVersion, Registry
from hwr_core.statistics import SIGNIFICANT, in_words

LOG = "promotions.jsonl"
LOCK = ".lock"
MAX_REASON = 500

PROMOTE, ROLL_BACK, RETIRE, RESTORE, CHALLENGE = "promote", "roll back", "retire", "restore", "challenge"


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a version may take the champion's place: one comparison for each suite, and what speaks against it."""

    comparisons: tuple[Comparison, ...]
    objections: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.objections


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: who did what, when, from which version to which, why, and on what figures."""

    at: datetime
    who: str
    action: str
    old: str | None
    new: str | None
    reason: str
    forced: bool
    figures: Mapping[str, Any]


class Promotions:
    """The one way to change which version is served. Safe to use from many threads and processes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def gate(self, candidate: ModelVersion, suites: Sequence[str]) -> Gate:
        """Compare a version with the champion on these suites.

        A version is worse where it is right less often than the champion and McNemar's test says that this is no
        chance. With so many suites one of them would seem so by chance alone: the probability asked for is shared out
        among them (Bonferroni).
        """
        champion = self._champion()
        if champion is None or champion.name == candidate.name:
            return Gate((), ())
        if not suites:
            return Gate((), ("There is no data set here to measure versions on.",))
        comparisons, objections = [], []
        for suite in suites:
            found = compare_if_possible(champion, candidate, suite)
            if found is None:
                objections.append(
                    f"{candidate.name} and the champion have not been evaluated on the same images of {suite!r}."
                )
            else:
                comparisons.append(found)
                if found.p_value < SIGNIFICANT / len(suites) and found.only_one > found.only_other:
                    objections.append(_in_words(found))
        return Gate(tuple(comparisons), tuple(objections))

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
            version: which.
            suites: those it must not be worse on than the champion.
            who: name of the person, for the log.
            reason: why, up to 500 characters; a forced promotion needs one.
            force: promote it even if it is worse or has not been measured.

        Raises:
            InvalidValue: a forced promotion has no reason, or the reason is too long.
            PromotionRefused: it is worse, has not been measured, or is retired.
            ModelUnavailable: its files are damaged; no force helps.
            Conflict: it is the champion already.
        """
        _confirm_reason(reason, needed=force)
        Recogniser.load(version).close()  # what cannot be loaded is not served
        with self._changing():
            champion = self._registry.champion_name()
            if champion == version.name:
                raise Conflict(f"{version.name} is being served already.")
            if version.is_retired:
                raise PromotionRefused(f"{version.name} is retired. Restore it first.")
            gate = self.gate(version, suites)
            if not gate.is_open and not force:
                raise PromotionRefused(
                    f"{version.name} was not promoted. {' '.join(gate.objections)} To promote it all the same, force "
                    "it and say why."
                )
            entry = _entry(
                who, PROMOTE, champion, version.name, reason, forced=not gate.is_open, figures=_figures(gate)
            )
            self._write(entry)
            self._registry.serve(version)
            if self._registry.challenger_name() == version.name:
                self._registry.end_challenge()
        return entry

    def roll_back(self, *, who: str, reason: str = "") -> Entry:
        """Serve again the version that the champion took the place of.

        Raises:
            Conflict: no version was served before it.
            ModelUnavailable: that version is gone or damaged.
        """
        _confirm_reason(reason, needed=False)
        with self._changing():
            champion = self._registry.champion_name()
            before = self._before(champion)
            if before is None:
                raise Conflict("There is nothing to roll back to: no version was served before this one.")
            try:
                version = self._registry.get(before)
            except NotFound as error:
                raise ModelUnavailable(f"The version served before, {before}, is no longer there.") from error
            Recogniser.load(version).close()
            entry = _entry(who, ROLL_BACK, champion, before, reason)
            self._write(entry)
            self._registry.serve(version)
        return entry

    def challenge(self, version: ModelVersion, *, who: str, reason: str = "") -> Entry:
        """Make a version the challenger. Raises Conflict for the champion and for a retired one."""
        _confirm_reason(reason, needed=False)
        with self._changing():
            if self._registry.champion_name() == version.name:
                raise Conflict(f"{version.name} is being served; it cannot challenge itself.")
            if version.is_retired:
                raise Conflict(f"{version.name} is retired. Restore it first.")
            entry = _entry(who, CHALLENGE, self._registry.challenger_name(), version.name, reason)
            self._write(entry)
            self._registry.challenge(version)
        return entry

    def retire(self, version: ModelVersion, *, who: str, reason: str = "") -> Entry:
        """Keep a version from being promoted; its files stay. Raises Conflict for the champion."""
        _confirm_reason(reason, needed=False)
        with self._changing():
            if self._registry.champion_name() == version.name:
                raise Conflict(f"{version.name} is being served; promote another version before you retire it.")
            entry = _entry(who, RETIRE, version.name, None, reason)
            self._write(entry)
            (version.folder / RETIRED).touch()
            if self._registry.challenger_name() == version.name:
                self._registry.end_challenge()
        return entry

    def restore(self, version: ModelVersion, *, who: str, reason: str = "") -> Entry:
        """Let a retired version be promoted again."""
        _confirm_reason(reason, needed=False)
        with self._changing():
            entry = _entry(who, RESTORE, None, version.name, reason)
            self._write(entry)
            (version.folder / RETIRED).unlink(missing_ok=True)
        return entry

    def log(self) -> list[Entry]:
        """Return all that was ever done, newest first."""
        try:
            lines = (self._registry.folder / LOG).read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ModelUnavailable("The log of promotions cannot be read.") from error
        return [entry for line in reversed(lines) if (entry := _parsed(line))]

    def _before(self, champion: str | None) -> str | None:
        """The version that the champion took the place of when it was last promoted."""
        for entry in self.log():
            if entry.action == PROMOTE and entry.new == champion:
                return entry.old
        return None

    def _champion(self) -> ModelVersion | None:
        """The champion; a damaged or missing one is no measure, and anything may take its place."""
        try:
            return self._registry.champion()
        except ModelUnavailable:
            return None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Keep all others from changing anything: two promotions at once happen one after the other."""
        try:
            self._registry.folder.mkdir(parents=True, exist_ok=True)
            with locked(self._registry.folder / LOCK):
                yield
        except OSError as error:
            raise ModelUnavailable(f"The folder of model versions cannot be written: {error.strerror}.") from error

    def _write(self, entry: Entry) -> None:
        """Add to the log before anything is done: what was done is never missing there."""
        line = {
            "at": entry.at.isoformat(),
            "who": entry.who,
            "action": entry.action,
            "old": entry.old,
            "new": entry.new,
            "reason": entry.reason,
            "forced": entry.forced,
            "figures": dict(entry.figures),
        }
        with (self._registry.folder / LOG).open("ab") as stream:
            stream.write(json.dumps(line).encode() + b"\n")


def _entry(  # noqa: PLR0913  each is one field
    who: str,
    action: str,
    old: str | None,
    new: str | None,
    reason: str,
    *,
    forced: bool = False,
    figures: Mapping[str, Any] | None = None,
) -> Entry:
    return Entry(datetime.now(UTC), who, action, old, new, reason.strip(), forced, figures or {})


def _parsed(line: bytes) -> Entry | None:
    """A line of the log; what a power cut left of one is none."""
    try:
        values = json.loads(line)
        return Entry(**{**values, "at": datetime.fromisoformat(values["at"])})
    except (ValueError, TypeError, KeyError):
        return None


def _confirm_reason(reason: str, *, needed: bool) -> None:
    if needed and not reason.strip():
        raise InvalidValue("A forced promotion needs a reason.")
    if any("\ud800" <= character <= "\udfff" for character in reason):
        raise InvalidValue("The reason holds half a character, which cannot be written down.")
    if len(reason) > MAX_REASON:
        raise InvalidValue(f"The reason has {len(reason):,} characters; at most {MAX_REASON} are allowed.")


def _in_words(found: Comparison) -> str:
    one, other = found.one.figures.accuracy, found.other.figures.accuracy
    return (
        f"On {found.suite!r} it reads {other.right:,} of {other.total:,} right, the champion {one.right:,} "
        f"({in_words(found.p_value)})."
    )


def _figures(gate: Gate) -> dict[str, Any]:
    return {
        found.suite: {
            "images": found.one.figures.accuracy.total,
            "champion_right": found.one.figures.accuracy.right,
            "right": found.other.figures.accuracy.right,
            "p_value": found.p_value,
        }
        for found in gate.comparisons
    }
