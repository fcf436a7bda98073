"""The service that answers questions about the history; each question is a module beside this one."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hwr_core.analytics import breakdown, confidence, confusion, latency, numbers, over_time, split, totals
from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.changes import Change
from hwr_core.analytics.changes import changes as find_changes
from hwr_core.analytics.figures import Reliability, SystemFigures, UserFigures
from hwr_core.analytics.numbers import NumberDimension, NumberFigures
from hwr_core.analytics.periods import Bucket
from hwr_core.analytics.split import MOST_GROUPS, Split
from hwr_core.db.store import Store
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.history import EVERYTHING
from hwr_core.records.number_filter import EVERY_NUMBER, NumberFilter
from hwr_core.statistics import Proportion

if TYPE_CHECKING:  # see `tables`
    import pandas as pd


class Analytics:
    """The figures of one history. Safe to use from many threads.

    All raise StoreError when the history cannot be read, and those that take a filter UserNotFound for its user.
    Tables of accuracy have the columns labelled, right, accuracy, low and high: how many predictions have a label, how
    many of these are right, and the share with its 95 % interval, missing where nothing is labelled.
    """

    def __init__(self, store: Store, drift: Callable[[], Sequence[Change]] = list) -> None:
        """`drift` tells of a change of the images, which needs more than the history."""
        self._store = store
        self._drift = drift

    def system(self, *, timezone: str = "UTC") -> SystemFigures:
        """Return the whole history at a glance; today is the present day in the time zone. Raises InvalidValue."""
        return totals.system_figures(self._store, timezone)

    def user(self, user_id: int, *, timezone: str = "UTC") -> UserFigures:
        """Return one user's history at a glance; feedback is what the user gave. Raises UserNotFound, InvalidValue."""
        return totals.user_figures(self._store, user_id, timezone)

    def accuracy(self, chosen: HistoryFilter = EVERYTHING) -> Proportion:
        """Return how many of the labelled predictions are right."""
        return totals.accuracy(self._store, chosen)

    def changes(self) -> list[Change]:
        """Return what has become worse in the last 7 days than in the 28 before, the surest first; then a drift."""
        return [*find_changes(self._store), *self._drift()]

    def over_time(self, chosen: HistoryFilter = EVERYTHING, *, bucket: Bucket, timezone: str = "UTC") -> "pd.DataFrame":
        """Return predictions and accuracy for each hour, day or week (from Monday) between the first and the last.

        Returns:
            start (local time of the zone, without offset), predictions, and the columns of accuracy.

        Raises:
            InvalidValue: there is no such time zone, or there would be more than 5,000 periods.
        """
        return over_time.over_time(self._store, chosen, bucket, timezone)

    def confidence_distribution(self, chosen: HistoryFilter = EVERYTHING, *, bins: int = 20) -> "pd.DataFrame":
        """Return how many predictions have a confidence in each range, and how many of these are labelled and right.

        Returns:
            confidence_from, confidence_to, predictions, labelled, right; one row for each of `bins` equal ranges.
        """
        return confidence.confidence_distribution(self._store, chosen, bins)

    def reliability(self, chosen: HistoryFilter = EVERYTHING, *, bins: int = 10) -> Reliability:
        """Return how often labelled predictions that name a digit are right, by their confidence."""
        return confidence.reliability(self._store, chosen, bins)

    def confusion(self, chosen: HistoryFilter = EVERYTHING) -> "pd.DataFrame":
        """Return how often each digit was predicted for each true one, among labelled predictions.

        Returns:
            digit (as predicted), actual_digit (the label), both "0" to "9" or "none", and predictions.
        """
        return confusion.confusion(self._store, chosen)

    def confused_pairs(self, chosen: HistoryFilter = EVERYTHING, *, limit: int = 10) -> "pd.DataFrame":
        """Return the most frequent mistakes, the most frequent first.

        Returns:
            digit, actual_digit, predictions, and share: of all labelled predictions of that true digit.
            See `confusion`.
        """
        return confusion.confused_pairs(self._store, chosen, limit)

    def breakdown(self, chosen: HistoryFilter = EVERYTHING, *, by: Dimension) -> "pd.DataFrame":
        """Return predictions, mean confidence and accuracy for each digit, verdict, model version, source or user.

        Returns:
            value (text; "none" for no digit; a user's name, with user_id beside it), predictions, confidence, and the
            columns of accuracy; the values with most predictions first, digits in their order.
        """
        return breakdown.breakdown(self._store, chosen, by)

    def split(self, chosen: HistoryFilter = EVERYTHING, *, by: Dimension, most: int = MOST_GROUPS) -> Split:
        """Return a filter for each digit, verdict, model version, source or user, to ask any question of each.

        Where there are more than `most`, 1 to 6, those with most predictions. Raises InvalidValue.
        """
        return split.split(self._store, chosen, by, most)

    def latency(self, chosen: HistoryFilter = EVERYTHING) -> "pd.DataFrame":
        """Return the time that half, 95 % and 99 % of the predictions took at most, right to within half a percent.

        Returns:
            stage (preprocessing, inference, total), p50, p95, p99 in seconds; no row while there is no prediction.
        """
        return latency.latency(self._store, chosen)

    def numbers(self, chosen: NumberFilter = EVERY_NUMBER) -> NumberFigures:
        """Return how many whole numbers there are, how many are accepted, and how many were right."""
        return numbers.number_figures(self._store, chosen)

    def numbers_by(self, chosen: NumberFilter = EVERY_NUMBER, *, by: NumberDimension) -> "pd.DataFrame":
        """Return the same for each pattern, source, user or model version.

        Returns:
            value (text; "none" for no pattern), numbers, accepted, labelled, right, accepted_labelled, accepted_right;
            the values with most numbers first.
        """
        return numbers.number_breakdown(self._store, chosen, by)
