"""The tables of the shadow: which version shadows, what it has read, and how that compares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hwr_core.db.store import Store
from hwr_core.recognition.types import Verdict
from hwr_core.records.filters import IS_RIGHT
from hwr_core.records.users import get_active_user
from hwr_core.statistics import Proportion, mcnemar

SHOWN = 20
"""Predictions on which both versions differ that a report names, newest first."""

_IS_RIGHT = "s.digit is not distinct from l.actual_digit"

_COUNTS = f"""
    select
        count(*),
        count(*) filter (where s.digit is not distinct from p.digit),
        count(l.prediction_id),
        count(*) filter (where l.prediction_id is not null and {IS_RIGHT}),
        count(*) filter (where l.prediction_id is not null and {_IS_RIGHT}),
        count(*) filter (where l.prediction_id is not null and {IS_RIGHT} and not ({_IS_RIGHT})),
        count(*) filter (where l.prediction_id is not null and {_IS_RIGHT} and not ({IS_RIGHT})),
        count(*) filter (where p.verdict = $3),
        count(*) filter (where s.verdict = $3),
        coalesce(avg(p.confidence), 0),
        coalesce(avg(s.confidence), 0),
        coalesce(avg(p.inference_seconds), 0),
        coalesce(avg(s.seconds), 0)
    from shadow_readings s
    join predictions p on p.id = s.prediction_id
    left join labels l on l.prediction_id = p.id
    where s.version = $1 and p.created_at >= $2
"""  # noqa: S608  ours

_DIFFERING = """
    select s.prediction_id, p.digit, s.digit, l.actual_digit, l.prediction_id is not null
    from shadow_readings s
    join predictions p on p.id = s.prediction_id
    left join labels l on l.prediction_id = p.id
    where s.version = $1 and p.created_at >= $2 and s.digit is distinct from p.digit
    order by s.prediction_id desc
    limit $3
"""


@dataclass(frozen=True, slots=True)
class ShadowSetting:
    """The version that shadows, the share of predictions that it reads, 0 to 1, since when and by whose wish."""

    version: str
    share: float
    started_at: datetime
    user_id: int
    dropped: int


@dataclass(frozen=True, slots=True)
class ShadowReading:
    """What the shadow made of a stored prediction's image."""

    prediction_id: int
    version: str
    verdict: Verdict
    digit: int | None
    confidence: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A prediction on which the shadow differs: what was answered, what the shadow says, and the label if any."""

    prediction_id: int
    answered: int | None
    shadow: int | None
    actual: int | None
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One of both versions on the same images."""

    accuracy: Proportion
    refused: int
    confidence: float
    seconds: float


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What the shadow has read since it began, beside what was answered.

    `dropped` counts images that it did not read because others had to go first. `p_value` is McNemar's, of the labelled
    predictions: how probable chance makes such a difference.
    """

    setting: ShadowSetting
    read: int
    agree: int
    answered: Side
    shadow: Side
    p_value: float
    differing: tuple[Disagreement, ...]


class ShadowTable:
    """The tables of the shadow. Safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def setting(self) -> ShadowSetting | None:
        """Return which version shadows; None without one. Raises StoreError."""
        with self._store.session() as cursor:
            return _setting(cursor)

    def set(self, version: str, share: float, user_id: int) -> None:
        """Let a version shadow from now on. Raises UserNotFound, UserInactive and StoreError."""
        with self._store.writing() as cursor:
            get_active_user(cursor, user_id)
            cursor.execute("delete from shadow")
            cursor.execute(
                "insert into shadow values ($1, $2, $3, $4, 0)",
                [version, share, datetime.now(UTC), user_id],
            )

    def clear(self) -> bool:
        """End the shadow; return whether there was one. Raises StoreError."""
        with self._store.writing() as cursor:
            return bool(cursor.execute("delete from shadow returning version").fetchall())

    def add(self, read: Sequence[ShadowReading], dropped: int) -> None:
        """Store what was read, of predictions that are still there, and count what was not. Raises StoreError."""
        columns = [
            [each.prediction_id for each in read],
            [each.version for each in read],
            [each.verdict.value for each in read],
            [each.digit for each in read],
            [each.confidence for each in read],
            [each.seconds for each in read],
        ]
        with self._store.writing() as cursor:
            cursor.execute(
                """
                insert into shadow_readings
                select * from (
                    select
                        unnest($1::bigint[]) as prediction_id, unnest($2::text[]), unnest($3::text[]),
                        unnest($4::integer[]), unnest($5::double precision[]), unnest($6::double precision[])
                ) as read
                where prediction_id in (select id from predictions where id in (select unnest($1::bigint[])))
                """,
                columns,
            )
            if dropped:
                cursor.execute("update shadow set dropped = dropped + $1", [dropped])

    def report(self) -> ShadowReport | None:
        """Return what the shadow has read since it began; None without one. Raises StoreError."""
        with self._store.session() as cursor:
            setting = _setting(cursor)
            if setting is None:
                return None
            which = [setting.version, setting.started_at]
            [counts] = cursor.execute(_COUNTS, [*which, Verdict.NOT_A_DIGIT.value]).fetchall()
            differing = cursor.execute(_DIFFERING, [*which, SHOWN]).fetchall()
        return _report(setting, counts, [Disagreement(*row) for row in differing])


def _setting(cursor: Any) -> ShadowSetting | None:
    rows = cursor.execute("select version, share, started_at, user_id, dropped from shadow").fetchall()
    if not rows:
        return None
    version, share, started_at, user_id, dropped = rows[0]
    return ShadowSetting(version, share, started_at.astimezone(UTC), user_id, dropped)


def _report(setting: ShadowSetting, counts: Sequence[Any], differing: Sequence[Disagreement]) -> ShadowReport:
    read, agree, labelled, right, right_too, only_one, only_other, *sides = counts
    refused, refused_too, confidence, confidence_too, seconds, seconds_too = sides
    return ShadowReport(
        setting,
        read,
        agree,
        Side(Proportion(right=right, total=labelled), refused, confidence, seconds),
        Side(Proportion(right=right_too, total=labelled), refused_too, confidence_too, seconds_too),
        mcnemar(only_one, only_other),
        tuple(differing),
    )
