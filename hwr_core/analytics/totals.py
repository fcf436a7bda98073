"""Everything, or one user's history, at a glance."""

from hwr_core.analytics.figures import SystemFigures, UserFigures
from hwr_core.analytics.periods import start_of_today
from hwr_core.analytics.tables import one_row, proportion_right
from hwr_core.db.store import Store
from hwr_core.recognition.types import DIGITS
from hwr_core.records.filters import HistoryFilter, confirm_user_of, select
from hwr_core.records.history import EVERYTHING
from hwr_core.records.users import get_user
from hwr_core.statistics import Proportion


def system_figures(store: Store, timezone: str) -> SystemFigures:
    """Count users and predictions of the whole history."""
    today = start_of_today(timezone)
    with store.session() as cursor:
        total_users, active_users = one_row(cursor, "select count(*), count(*) filter (where is_active) from users")
        by_digit = cursor.execute(
            "select digit, count(*), count(*) filter (where created_at >= $1) from predictions group by digit", [today]
        ).fetchall()
        accuracy = proportion_right(cursor, select(EVERYTHING, labelled_only=True))
    counts = {digit: total for digit, total, _ in by_digit}
    return SystemFigures(
        total_users=total_users,
        active_users=active_users,
        total_predictions=sum(counts.values()),
        today_predictions=sum(since for _, _, since in by_digit),
        accuracy=accuracy,
        digit_distribution={str(digit): counts.get(digit, 0) for digit in DIGITS},
    )


def user_figures(store: Store, user_id: int, timezone: str) -> UserFigures:
    """Count one user's predictions, and the feedback that the user has given on anybody's."""
    today = start_of_today(timezone)
    with store.session() as cursor:
        get_user(cursor, user_id)
        total, since, confidence, seconds, digit = one_row(
            cursor,
            """
            select count(*), count(*) filter (where created_at >= $2), avg(confidence),
                avg(preprocessing_seconds + inference_seconds), mode() within group (order by digit)
            from predictions
            where user_id = $1
            """,
            [user_id, today],
        )
        (feedback,) = one_row(
            cursor, "select count(*) from feedback where user_id = $1 and replaced_at is null", [user_id]
        )
        accuracy = proportion_right(cursor, select(HistoryFilter(user_id=user_id), labelled_only=True))
    return UserFigures(total, since, accuracy, confidence, seconds, digit, feedback)


def accuracy(store: Store, chosen: HistoryFilter) -> Proportion:
    """Count the labelled predictions of a filter, and the right ones among them."""
    with store.session() as cursor:
        confirm_user_of(cursor, chosen)
        return proportion_right(cursor, select(chosen, labelled_only=True))
