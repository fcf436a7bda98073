"""What has changed lately: the last days against the weeks before, tested, with what the change is mostly due to."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hwr_core.db.store import Store
from hwr_core.recognition.types import Verdict
from hwr_core.records.filters import IS_RIGHT
from hwr_core.records.predictions import Source
from hwr_core.statistics import Proportion, more_than_chance

LATELY, BEFORE = timedelta(days=7), timedelta(days=28)
"""What is compared: the last days, and the time before them that says what is usual."""

MATTERS, DOUBT = 0.01, 0.01
"""A rise smaller than the first is no news, however sure; nor is one that chance makes more often than the second."""

ACRONYMS = (Source.API, Source.CLI)

MOSTLY = 0.5
"""A user, a source or a mistake is named that has at least this share of the bad ones that there are too many of."""


class Figure(StrEnum):
    """What may change for the worse."""

    WRONG = "wrong"
    """Of the labelled predictions, those that are wrong."""
    REFUSED = "refused"
    """Of all predictions, those that are no digit."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a change is mostly due to; None for what is spread over all users, sources or mistakes.

    `mistake` is the true digit and the predicted one, None for no digit.
    """

    username: str | None = None
    source: Source | None = None
    mistake: tuple[int | None, int | None] | None = None

    def in_words(self) -> str:
        """Return it as a phrase, such as "Ada, by upload, 7 read as 1"; empty where nothing stands out."""
        parts = [] if self.username is None else [self.username]
        if self.source is not None:
            parts.append(f"by {self.source.upper() if self.source in ACRONYMS else self.source}")
        if self.mistake is not None:
            actual, read = ("no digit" if digit is None else str(digit) for digit in self.mistake)
            parts.append(f"{actual} read as {read}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that has risen: before and lately, how probable chance is, and what it is due to.

    The proportions count what is bad: wrong or refused ones.
    """

    figure: Figure
    before: Proportion
    lately: Proportion
    p_value: float
    cause: Cause

    def in_words(self) -> str:
        """Return what has changed, from how much to how much, and what it is mostly due to, in two sentences."""
        before, lately, total = self.before.share or 0.0, self.lately.share or 0.0, f"{self.lately.total:,}"
        if self.figure is Figure.WRONG:
            words = f"Accuracy fell from {1 - before:.1%} to {1 - lately:.1%} of {total} labelled predictions"
        else:
            words = f"Refusals rose from {before:.1%} to {lately:.1%} of {total} predictions"
        cause = self.cause.in_words()
        return f"{words} in the last 7 days. {f'Mostly {cause}.' if cause else 'No user, source or digit stands out.'}"


class _Row(NamedTuple):
    """Predictions that are alike: of one user and source, and of one true and predicted digit if they are labelled."""

    is_late: bool
    username: str
    source: str
    is_labelled: bool
    actual: int | None
    digit: int | None
    is_right: bool
    is_refused: bool
    number: int


_COUNTS = f"""
    select p.created_at >= $2, u.username, p.source, l.prediction_id is not null, l.actual_digit, p.digit,
        l.prediction_id is not null and {IS_RIGHT}, p.verdict = $3, count(*)
    from predictions p
    join users u on u.id = p.user_id
    left join labels l on l.prediction_id = p.id
    where p.created_at >= $1
    group by 1, 2, 3, 4, 5, 6, 7, 8
"""  # noqa: S608  a condition of our own


def changes(store: Store, now: datetime | None = None) -> list[Change]:
    """Return what has become worse in the last 7 days than in the 28 before, the surest first.

    Tested by Fisher's exact test (1922) at 1 %, so one view in a hundred may tell of a change that is chance. Raises
    StoreError.
    """
    now = now or datetime.now(UTC)
    lately = now - LATELY
    with store.session() as cursor:
        found = cursor.execute(_COUNTS, [lately - BEFORE, lately, Verdict.NOT_A_DIGIT.value]).fetchall()
    rows = [_Row(*row) for row in found]
    labelled = [row for row in rows if row.is_labelled]
    risen = [
        *_risen(Figure.WRONG, labelled, lambda row: not row.is_right),
        *_risen(Figure.REFUSED, rows, lambda row: row.is_refused),
    ]
    return sorted(risen, key=lambda change: change.p_value)


def _risen(figure: Figure, rows: Sequence[_Row], is_bad: Callable[[_Row], bool]) -> Iterator[Change]:
    before = _share([row for row in rows if not row.is_late], is_bad)
    lately = _share([row for row in rows if row.is_late], is_bad)
    if before.share is None or lately.share is None or lately.share - before.share < MATTERS:
        return
    p_value = more_than_chance(lately, before)
    if p_value < DOUBT:
        yield Change(figure, before, lately, p_value, _cause(rows, is_bad, before, lately))


def _share(rows: Sequence[_Row], is_bad: Callable[[_Row], bool]) -> Proportion:
    return Proportion(right=sum(row.number for row in rows if is_bad(row)), total=sum(row.number for row in rows))


def _cause(rows: Sequence[_Row], is_bad: Callable[[_Row], bool], before: Proportion, lately: Proportion) -> Cause:
    """What has most of the bad ones that there are too many of."""
    late, usual = [row for row in rows if row.is_late], before.share or 0.0
    too_many = lately.right - usual * lately.total

    def mostly(of: Callable[[_Row], str]) -> str | None:
        excess: dict[str, float] = {}
        for row in late:
            excess[of(row)] = excess.get(of(row), 0.0) + row.number * (is_bad(row) - usual)
        worst = max(excess, key=lambda value: excess[value])
        return worst if len(excess) > 1 and excess[worst] >= MOSTLY * too_many else None  # the only one is no cause

    source = mostly(lambda row: row.source)
    mistakes = Counter[tuple[int | None, int | None]]()
    for row in late:
        if row.is_labelled and is_bad(row) and not row.is_right:
            mistakes[row.actual, row.digit] += row.number
    most = mistakes.most_common(1)
    return Cause(
        username=mostly(lambda row: row.username),
        source=None if source is None else Source(source),
        mistake=most[0][0] if most and most[0][1] >= MOSTLY * lately.right else None,
    )
