"""Everything, or one user's history, at a glance."""

from hwr_core.analytics.figures import SystemFigures, UserFigures
from hwr_core.analytics.periods import start_of_today
from hwr_core.analytics.tables import LABELLED, PREDICTIONS, RIGHT, one_row, proportion_right
from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.tables import BILLION, BY_DAY, BY_USER
from hwr_core.db.store import Store
from hwr_core.recognition.types import DIGITS
from hwr_core.records.counts import counts
from hwr_core.records.filters import HistoryFilter, confirm_user_of, select
from hwr_core.records.history import EVERYTHING
from hwr_core.records.users import get_user
from hwr_core.statistics import Proportion


def system_figures(store: Store, timezone: str) -> SystemFigures:
    """Count users and predictions of the whole history."""
    today = start_of_today(timezone)
    with store.session() as cursor:
        total_users, active_users = one_row(cursor, "select count(*), count(*) filter (where is_active) from users")
        predictions = counts(cursor, EVERYTHING, BY_DAY)
        by_digit = cursor.execute(
            f"select c.digit, {PREDICTIONS}, {LABELLED}, {RIGHT} {predictions.sql} group by 1",
            predictions.conditions.values,
        ).fetchall()
        since = _count_rows(cursor, HistoryFilter(since=today))
    totals = {digit: total for digit, total, _, _ in by_digit}
    return SystemFigures(
        total_users=total_users,
        active_users=active_users,
        total_predictions=sum(totals.values()),
        today_predictions=since,
        accuracy=Proportion(right=sum(row[3] for row in by_digit), total=sum(row[2] for row in by_digit)),
        digit_distribution={str(digit): totals.get(digit, 0) for digit in DIGITS},
    )


def user_figures(store: Store, user_id: int, timezone: str) -> UserFigures:
    """Count one user's predictions, and the feedback that the user has given on anybody's."""
    today, theirs = start_of_today(timezone), HistoryFilter(user_id=user_id)
    with store.session() as cursor:
        get_user(cursor, user_id)
        predictions = counts(cursor, theirs, BY_USER)
        by_digit = cursor.execute(
            f"select c.digit, {PREDICTIONS}, sum(c.confidence)::bigint, sum(c.nanoseconds)::bigint "
            f"{predictions.sql} group by 1 having sum(c.predictions) > 0",
            predictions.conditions.values,
        ).fetchall()
        (feedback,) = one_row(
            cursor, "select count(*) from feedback where user_id = $1 and replaced_at is null", [user_id]
        )
        accuracy = proportion_right(cursor, theirs)
        since = _count_rows(cursor, HistoryFilter(user_id=user_id, since=today))
    total = sum(count for _, count, _, _ in by_digit)
    named = [(count, -digit) for digit, count, _, _ in by_digit if digit is not None]
    return UserFigures(
        total_predictions=total,
        today_predictions=since,
        accuracy=accuracy,
        average_confidence=sum(row[2] for row in by_digit) / total / BILLION if total else None,
        average_processing_time=sum(row[3] for row in by_digit) / total / BILLION if total else None,
        most_common_digit=-max(named)[1] if named else None,
        feedback_count=feedback,
    )


def accuracy(store: Store, chosen: HistoryFilter) -> Proportion:
    """Count the labelled predictions of a filter, and the right ones among them."""
    with store.session() as cursor:
        confirm_user_of(cursor, chosen)
        return proportion_right(cursor, chosen)


def _count_rows(cursor: Cursor, chosen: HistoryFilter) -> int:
    """Count the few predictions of a day."""
    predictions = select(chosen)
    (found,) = one_row(cursor, f"select count(*) {predictions.sql}", predictions.conditions.values)
    number: int = found
    return number
