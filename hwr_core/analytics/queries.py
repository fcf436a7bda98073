"""Questions about the history, answered in SQL: what is read, how well, how surely, how fast."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import duckdb

from hwr_core.analytics.figures import Accuracy, Reliability, SystemFigures, UserFigures
from hwr_core.analytics.periods import QUARTER, Bucket, start_of_today, zone
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue
from hwr_core.recognition.types import DIGITS
from hwr_core.records.filters import IS_RIGHT, Chosen, HistoryFilter, choose, confirm_user_of
from hwr_core.records.history import EVERYTHING
from hwr_core.records.users import get_user
from hwr_core.statistics import wilson

if TYPE_CHECKING:  # pandas takes half a second, which a single prediction on the command line should not
    import pandas as pd

MAX_PERIODS = 5_000
"""Most periods of a chart over time: half a year of hours."""

MAX_BINS = 100

STEPS_PER_E = 100
"""Latencies are counted in steps of 1 %, so that a percentile is right to within half a percent: sorting ten million
of them would take seconds."""

_SECONDS = {
    "preprocessing": "r.preprocessing_seconds",
    "inference": "r.inference_seconds",
    "total": "r.preprocessing_seconds + r.inference_seconds",
}


class Dimension(StrEnum):
    """What predictions can be told apart by."""

    DIGIT = "digit"
    VERDICT = "verdict"
    MODEL_VERSION = "model_version"
    SOURCE = "source"
    USER = "user"

    @property
    def column(self) -> str:
        """The column of predictions that holds it."""
        return "user_id" if self is Dimension.USER else self.value


class Analytics:
    """The figures of one history. Safe to use from many threads.

    All raise StoreError when the history cannot be read, and those that take a filter UserNotFound for its user.
    Frames of accuracy have the columns labelled, right, accuracy, low and high: how many predictions people have said
    something of, how many of these were right, and the share with its 95 % interval, missing where nothing is labelled.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def system(self, *, timezone: str = "UTC") -> SystemFigures:
        """Return the whole history at a glance; today is the present day in the time zone. Raises InvalidValue."""
        today = start_of_today(timezone)
        with self._store.session() as cursor:
            total_users, active_users = _row(cursor, "select count(*), count(*) filter (is_active) from users")
            by_digit = cursor.execute(
                "select digit, count(*), count(*) filter (created_at >= $1) from predictions group by digit", [today]
            ).fetchall()
            accuracy = _accuracy(cursor, choose(EVERYTHING, labelled_only=True))
        counts = {digit: total for digit, total, _ in by_digit}
        return SystemFigures(
            total_users=total_users,
            active_users=active_users,
            total_predictions=sum(counts.values()),
            today_predictions=sum(since for _, _, since in by_digit),
            accuracy=accuracy,
            digit_distribution={str(digit): counts.get(digit, 0) for digit in DIGITS},
        )

    def user(self, user_id: int, *, timezone: str = "UTC") -> UserFigures:
        """Return one user's history at a glance; feedback is what the user gave. Raises UserNotFound, InvalidValue."""
        today = start_of_today(timezone)
        with self._store.session() as cursor:
            get_user(cursor, user_id)
            total, since, confidence, seconds, digit = _row(
                cursor,
                """
                select count(*), count(*) filter (created_at >= $2), avg(confidence),
                    avg(preprocessing_seconds + inference_seconds), mode() within group (order by digit)
                from predictions
                where user_id = $1
                """,
                [user_id, today],
            )
            (feedback,) = _row(
                cursor, "select count(*) from feedback where user_id = $1 and replaced_at is null", [user_id]
            )
            accuracy = _accuracy(cursor, choose(HistoryFilter(user_id=user_id), labelled_only=True))
        return UserFigures(total, since, accuracy, confidence, seconds, digit, feedback)

    def accuracy(self, chosen: HistoryFilter = EVERYTHING) -> Accuracy:
        """Return how many of the labelled predictions were right."""
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            return _accuracy(cursor, choose(chosen, labelled_only=True))

    def over_time(self, chosen: HistoryFilter = EVERYTHING, *, bucket: Bucket, timezone: str = "UTC") -> "pd.DataFrame":
        """Return predictions and accuracy for each hour, day or week (from Monday) between the first and the last.

        Returns:
            start (local time of the zone, without offset), predictions, and the columns of accuracy.

        Raises:
            InvalidValue: there is no such time zone, or the periods would be more than 5,000.
        """
        zone(timezone)
        predictions = choose(chosen, with_labels=True)
        place = predictions.conditions.value(timezone)
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            _refuse_too_many(cursor, choose(chosen), bucket)
            found = _frame(
                cursor,
                f"""
                with quarters as (
                    select floor(extract(epoch from r.created_at) / {QUARTER}) as quarter,
                        count(*) as predictions,
                        count(l.prediction_id) as labelled,
                        count(*) filter (l.prediction_id is not null and {IS_RIGHT}) as "right"
                    {predictions.sql}
                    group by 1
                ),
                counted as (
                    select date_trunc('{bucket.value}', to_timestamp(quarter * {QUARTER}) at time zone {place})
                            as start,
                        sum(predictions)::bigint as predictions, sum(labelled)::bigint as labelled,
                        sum("right")::bigint as "right"
                    from quarters
                    group by 1
                ),
                periods as (
                    select unnest(generate_series(min(start), max(start), interval '1 {bucket.value}')) as start
                    from counted
                )
                select p.start, coalesce(c.predictions, 0) as predictions, coalesce(c.labelled, 0) as labelled,
                    coalesce(c."right", 0) as "right"
                from periods p
                left join counted c on c.start = p.start
                order by p.start
                """,  # noqa: S608  pieces of our own
                predictions.conditions.values,
            )
        return _with_accuracy(found)

    def confidence_distribution(self, chosen: HistoryFilter = EVERYTHING, *, bins: int = 20) -> "pd.DataFrame":
        """Return how many predictions have a confidence in each range, and how many of these are labelled and right.

        Returns:
            confidence_from, confidence_to, predictions, labelled, right; one row for each of `bins` equal ranges.
        """
        _check_bins(bins)
        predictions = choose(chosen, with_labels=True)
        place = predictions.conditions.value(bins)
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            return _frame(
                cursor,
                f"""
                with counted as (
                    select least(floor(r.confidence * {place}), {place} - 1)::bigint as bin,
                        count(*) as predictions,
                        count(l.prediction_id) as labelled,
                        count(*) filter (l.prediction_id is not null and {IS_RIGHT}) as "right"
                    {predictions.sql}
                    group by 1
                ),
                ranges as (select unnest(generate_series(0, {place} - 1)) as bin)
                select g.bin::double precision / {place} as confidence_from,
                    (g.bin + 1)::double precision / {place} as confidence_to,
                    coalesce(c.predictions, 0) as predictions,
                    coalesce(c.labelled, 0) as labelled,
                    coalesce(c."right", 0) as "right"
                from ranges g
                left join counted c on c.bin = g.bin
                order by g.bin
                """,  # noqa: S608  pieces of our own
                predictions.conditions.values,
            )

    def reliability(self, chosen: HistoryFilter = EVERYTHING, *, bins: int = 10) -> Reliability:
        """Return how often labelled predictions that name a digit were right, by their confidence."""
        _check_bins(bins)
        predictions = choose(chosen, labelled_only=True)
        predictions.conditions.clauses.append("r.digit is not null")
        place = predictions.conditions.value(bins)
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            found = _frame(
                cursor,
                f"""
                with counted as (
                    select least(floor(r.confidence * {place}), {place} - 1)::bigint as bin,
                        count(*) as predictions,
                        avg(r.confidence) as confidence,
                        count(*) filter ({IS_RIGHT}) as "right"
                    {predictions.sql}
                    group by 1
                )
                select bin::double precision / {place} as confidence_from,
                    (bin + 1)::double precision / {place} as confidence_to,
                    predictions, confidence, predictions as labelled, "right"
                from counted
                order by bin
                """,  # noqa: S608  pieces of our own
                predictions.conditions.values,
            )
        found = _with_accuracy(found).drop(columns=["labelled", "right"])
        labelled = int(found["predictions"].sum())
        gaps = (found["confidence"] - found["accuracy"]).abs() * found["predictions"]
        return Reliability(found, float(gaps.sum() / labelled) if labelled else None, labelled)

    def confusion(self, chosen: HistoryFilter = EVERYTHING) -> "pd.DataFrame":
        """Return how often each digit was read for each true one, among labelled predictions.

        Returns:
            digit (as read), actual_digit (as people say), both "0" to "9" or "none", and predictions.
        """
        predictions = choose(chosen, labelled_only=True)
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            return _frame(
                cursor,
                f"""
                select coalesce(r.digit::text, 'none') as digit, coalesce(l.actual_digit::text, 'none') as actual_digit,
                    count(*) as predictions
                {predictions.sql}
                group by 1, 2
                order by 1, 2
                """,
                predictions.conditions.values,
            )

    def confused_pairs(self, chosen: HistoryFilter = EVERYTHING, *, limit: int = 10) -> "pd.DataFrame":
        """Return the most frequent mistakes, the most frequent first.

        Returns:
            digit, actual_digit, predictions, and share: of all labelled predictions of that true digit. See `confusion`.
        """
        counts = self.confusion(chosen)
        counts["share"] = counts["predictions"] / counts.groupby("actual_digit")["predictions"].transform("sum")
        wrong = counts[counts["digit"] != counts["actual_digit"]]
        return wrong.sort_values("predictions", ascending=False, kind="stable").head(limit).reset_index(drop=True)

    def breakdown(self, chosen: HistoryFilter = EVERYTHING, *, by: Dimension) -> "pd.DataFrame":
        """Return predictions, mean confidence and accuracy for each digit read, verdict, model version, source or user.

        Returns:
            value (text; "none" for no digit; a user's name, with user_id beside it), predictions, confidence, and the
            columns of accuracy; the values with most predictions first, digits in their order.
        """
        predictions = choose(chosen, with_labels=True)
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            found = _frame(
                cursor,
                f"""
                with counted as (
                    select r.{by.column} as value, count(*) as predictions, avg(r.confidence) as confidence,
                        count(l.prediction_id) as labelled,
                        count(*) filter (l.prediction_id is not null and {IS_RIGHT}) as "right"
                    {predictions.sql}
                    group by 1
                )
                {_named(by)}
                """,
                predictions.conditions.values,
            )
        return _with_accuracy(found)

    def latency(self, chosen: HistoryFilter = EVERYTHING) -> "pd.DataFrame":
        """Return the time that half, 95 % and 99 % of the predictions took at most, right to within half a percent.

        Returns:
            stage (preprocessing, inference, total), p50, p95, p99 in seconds; no row while there is no prediction.
        """
        predictions = choose(chosen)
        stages = " union all ".join(
            f"select '{stage}' as stage, {place} as place, {_steps(seconds)} as step, count(*) as predictions "
            f"{predictions.sql} group by 3"
            for place, (stage, seconds) in enumerate(_SECONDS.items())
        )
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            return _frame(
                cursor,
                f"""
                with counted as ({stages}),
                ranked as (
                    select stage, place, exp((step + 0.5) / {STEPS_PER_E}.0) as seconds,
                        sum(predictions) over (partition by stage order by step)
                            / sum(predictions) over (partition by stage) as share
                    from counted
                )
                select stage, min(seconds) filter (share >= 0.5) as p50, min(seconds) filter (share >= 0.95) as p95,
                    min(seconds) filter (share >= 0.99) as p99
                from ranked
                group by stage, place
                order by place
                """,  # noqa: S608  pieces of our own
                predictions.conditions.values,
            )


def _steps(seconds: str) -> str:
    return f"floor(ln(greatest({seconds}, 1e-9)) * {STEPS_PER_E})"


def _named(by: Dimension) -> str:
    """The counted values with their names, in the order in which people look for them."""
    if by is Dimension.USER:
        return (
            'select u.username as value, c.value as user_id, c.predictions, c.confidence, c.labelled, c."right" '
            "from counted c join users u on u.id = c.value order by c.predictions desc, c.value"
        )
    order = "value nulls last" if by is Dimension.DIGIT else "predictions desc, value"
    return (
        "select coalesce(value::text, 'none') as value, predictions, confidence, labelled, \"right\" "  # noqa: S608  our own
        f"from counted order by {order.replace('value', 'counted.value')}"
    )


def _accuracy(cursor: duckdb.DuckDBPyConnection, predictions: Chosen) -> Accuracy:
    right, labelled = _row(
        cursor,
        f"select count(*) filter ({IS_RIGHT}), count(*) {predictions.sql}",
        predictions.conditions.values,
    )
    return Accuracy(right, labelled)


def _with_accuracy(found: "pd.DataFrame") -> "pd.DataFrame":
    """Add accuracy, low and high to the counts of labelled and right predictions."""
    rows = list(zip(found["right"], found["labelled"], strict=True))
    intervals = [wilson(right, labelled) if labelled else (None, None) for right, labelled in rows]
    found["accuracy"] = [right / labelled if labelled else None for right, labelled in rows]
    found["low"] = [low for low, _ in intervals]
    found["high"] = [high for _, high in intervals]
    return found.astype({"accuracy": "float64", "low": "float64", "high": "float64"})


def _refuse_too_many(cursor: duckdb.DuckDBPyConnection, predictions: Chosen, bucket: Bucket) -> None:
    first, last = _row(
        cursor,
        f"select min(r.created_at), max(r.created_at) {predictions.sql}",
        predictions.conditions.values,
    )
    if first is not None and (periods := (last - first) / bucket.length) > MAX_PERIODS:
        raise InvalidValue(
            f"The predictions span {periods:,.0f} {bucket.value}s; at most {MAX_PERIODS:,} are shown at once. "
            "Choose a longer bucket or a shorter time."
        )


def _check_bins(bins: int) -> None:
    if not 1 <= bins <= MAX_BINS:
        raise InvalidValue(f"bins is {bins}; 1 to {MAX_BINS} is allowed.")


def _row(cursor: duckdb.DuckDBPyConnection, statement: str, values: list[Any] | None = None) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = cursor.execute(statement, values).fetchone()
    assert row is not None  # an aggregate without groups has one row
    return row


def _frame(cursor: duckdb.DuckDBPyConnection, statement: str, values: list[Any]) -> "pd.DataFrame":
    found: pd.DataFrame = cursor.execute(statement, values).df()
    return found
