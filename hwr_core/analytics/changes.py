"""What has changed lately: the last days against the weeks before, tested, with what the change is mostly due to."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hwr_core.analytics import slowness
from hwr_core.analytics.tables import LABELLED, PREDICTIONS, RIGHT, one_row
from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.tables import BY_DAY
from hwr_core.db.store import Store
from hwr_core.recognition.types import Verdict
from hwr_core.records.counts import counts
from hwr_core.records.filters import IS_RIGHT, HistoryFilter
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
    SLOW = "slow"
    """Of all predictions, those that took longer than 95 % did before."""
    DRIFT = "drift"
    """The images, or what they are read as, differ from those before; see `evaluation.drift`."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a change is mostly due to; None for what is spread over all users, sources or mistakes.

    `mistake` is the true digit and the predicted one, None for no digit. `model_version` is named where predictions are
    slower, `shift` where images have drifted: what there is more of, such as "thicker strokes".
    """

    username: str | None = None
    source: Source | None = None
    mistake: tuple[int | None, int | None] | None = None
    model_version: str | None = None
    shift: str | None = None

    def in_words(self) -> str:
        """Return it as a phrase, such as "Ada, by upload, 7 read as 1"; empty where nothing stands out."""
        parts = [] if self.username is None else [self.username]
        if self.source is not None:
            parts.append(f"by {self.source.upper() if self.source in ACRONYMS else self.source}")
        if self.mistake is not None:
            actual, read = ("no digit" if digit is None else str(digit) for digit in self.mistake)
            parts.append(f"{actual} read as {read}")
        if self.model_version is not None:
            parts.append(f"model version {self.model_version}")
        if self.shift is not None:
            parts.append(self.shift)
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that has risen: before and lately, how probable chance is, and what it is due to.

    The proportions count what is bad: wrong, refused or slow ones. A drift has none, and no p-value. `seconds` are the
    times within which 95 % of the predictions were made, before and lately, where they have become slower.
    """

    figure: Figure
    before: Proportion | None
    lately: Proportion | None
    p_value: float | None
    cause: Cause
    seconds: tuple[float, float] | None = None

    def in_words(self) -> str:
        """Return what has changed, from how much to how much, and what it is mostly due to, in two sentences."""
        cause = self.cause.in_words()
        if self.before is None or self.lately is None:
            return f"The images of the last 7 days are different from those before. Mostly {cause}."
        before, lately, total = self.before.share or 0.0, self.lately.share or 0.0, f"{self.lately.total:,}"
        others = "user, source or digit"
        if self.figure is Figure.WRONG:
            words = f"Accuracy fell from {1 - before:.1%} to {1 - lately:.1%} of {total} labelled predictions"
        elif self.seconds is not None:
            words = f"95% of predictions took up to {_time(self.seconds[0])}, and now {_time(self.seconds[1])},"
            others = "user, source or model version"
        else:
            words = f"Refusals rose from {before:.1%} to {lately:.1%} of {total} predictions"
        return f"{words} in the last 7 days. {f'Mostly {cause}.' if cause else f'No {others} stands out.'}"


def _time(seconds: float) -> str:
    """To two digits: a percentile is right to within half a percent."""
    rounded = float(f"{seconds:.2g}")
    return f"{rounded:g} s" if rounded >= 1 else f"{rounded * 1000:g} ms"


class _Row(NamedTuple):
    """Predictions that are alike: of one user, source and version, one true and one predicted digit."""

    is_late: bool
    username: str
    source: str
    model_version: str
    is_labelled: bool
    actual: int | None
    digit: int | None
    is_right: bool
    is_refused: bool
    is_slow: bool
    number: int


_COUNTS = f"""
    select p.created_at >= $2, u.username, p.source, p.model_version, l.prediction_id is not null, l.actual_digit,
        p.digit, l.prediction_id is not null and {IS_RIGHT}, p.verdict = $3,
        p.preprocessing_seconds + p.inference_seconds >= $4, count(*)
    from predictions p
    join users u on u.id = p.user_id
    left join labels l on l.prediction_id = p.id
    where p.created_at >= $1
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""  # noqa: S608  a condition of our own


def changes(store: Store, now: datetime | None = None) -> list[Change]:
    """Return what has become worse in the last 7 days than in the 28 before, the surest first.

    Tested by Fisher's exact test (1922) at 1 %, so one view in a hundred may tell of a change that is chance; slowness
    by the share that took longer than 95 % did before, so that a few slow ones tell nothing. Raises StoreError.
    """
    lately = (now or datetime.now(UTC)) - LATELY
    before, late = HistoryFilter(since=lately - BEFORE, until=lately), HistoryFilter(since=lately)
    with store.session() as cursor:
        wrong, refused = zip(_bad_ones(cursor, before), _bad_ones(cursor, late), strict=True)
        slower = slowness.compare(cursor, before, late)
        risen = {figure: _p_value(*shares) for figure, shares in ((Figure.WRONG, wrong), (Figure.REFUSED, refused))}
        risen[Figure.SLOW] = _p_value(slower.before, slower.lately) if slower else None
        if not any(p_value is not None for p_value in risen.values()):
            return []
        limit = slower.limit if slower else float("inf")
        values = [lately - BEFORE, lately, Verdict.NOT_A_DIGIT.value, limit]
        rows = [_Row(*row) for row in cursor.execute(_COUNTS, values).fetchall()]
    labelled = [row for row in rows if row.is_labelled]
    found = [
        *_change(Figure.WRONG, risen, labelled, lambda row: not row.is_right),
        *_change(Figure.REFUSED, risen, rows, lambda row: row.is_refused),
        *_change(Figure.SLOW, risen, rows, lambda row: row.is_slow, slower.seconds if slower else None),
    ]
    return sorted(found, key=lambda change: change.p_value or 0.0)


def _bad_ones(cursor: Cursor, chosen: HistoryFilter) -> tuple[Proportion, Proportion]:
    """How many predictions of a time are wrong, of the labelled ones, and refused, of all."""
    predictions = counts(cursor, chosen, BY_DAY)
    refused = predictions.conditions.value(Verdict.NOT_A_DIGIT.value)
    total, right, labelled, bad = one_row(
        cursor,
        f"select coalesce({PREDICTIONS}, 0), {RIGHT}, {LABELLED}, "
        f"coalesce(sum(c.predictions) filter (where c.verdict = {refused}), 0)::bigint {predictions.sql}",
        predictions.conditions.values,
    )
    return Proportion(right=labelled - right, total=labelled), Proportion(right=bad, total=total)


def _p_value(before: Proportion, lately: Proportion) -> float | None:
    """How probable chance makes such a rise; None where it is none, or none that matters."""
    if before.share is None or lately.share is None or lately.share - before.share < MATTERS:
        return None
    p_value = more_than_chance(lately, before)
    return p_value if p_value < DOUBT else None


def _change(
    figure: Figure,
    risen: Mapping[Figure, float | None],
    rows: Sequence[_Row],
    is_bad: Callable[[_Row], bool],
    seconds: tuple[float, float] | None = None,
) -> Iterator[Change]:
    p_value = risen[figure]
    if p_value is not None:
        before = _share([row for row in rows if not row.is_late], is_bad)
        lately = _share([row for row in rows if row.is_late], is_bad)
        yield Change(figure, before, lately, p_value, _cause(figure, rows, is_bad, before, lately), seconds)


def _share(rows: Sequence[_Row], is_bad: Callable[[_Row], bool]) -> Proportion:
    return Proportion(right=sum(row.number for row in rows if is_bad(row)), total=sum(row.number for row in rows))


def _cause(
    figure: Figure, rows: Sequence[_Row], is_bad: Callable[[_Row], bool], before: Proportion, lately: Proportion
) -> Cause:
    """What has most of the bad ones that there are too many of."""
    late, usual = [row for row in rows if row.is_late], before.share or 0.0
    too_many = lately.right - usual * lately.total

    def mostly(of: Callable[[_Row], str], among: Sequence[_Row]) -> str | None:
        excess: dict[str, float] = {}
        for row in late:
            excess[of(row)] = excess.get(of(row), 0.0) + row.number * (is_bad(row) - usual)
        worst = max(excess, key=lambda value: excess[value])
        return (
            worst if len({*map(of, among)}) > 1 and excess[worst] >= MOSTLY * too_many else None
        )  # the only one is no cause

    source = mostly(lambda row: row.source, late)
    mistakes = Counter[tuple[int | None, int | None]]()
    for row in late if figure is not Figure.SLOW else ():
        if row.is_labelled and is_bad(row) and not row.is_right:
            mistakes[row.actual, row.digit] += row.number
    most = mistakes.most_common(1)
    return Cause(
        username=mostly(lambda row: row.username, late),
        source=None if source is None else Source(source),
        mistake=most[0][0] if most and most[0][1] >= MOSTLY * lately.right else None,
        # A version that is served alone since is a cause, too: it is compared with those before.
        model_version=mostly(lambda row: row.model_version, rows) if figure is Figure.SLOW else None,
    )
