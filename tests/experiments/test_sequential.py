"""Always-valid differences: false alarms under continuous peeking, power, and what few units may not say."""

import numpy as np
import pytest

from hwr_core.experiments.assignment import arm_of, name_of
from hwr_core.experiments.plan import plan
from hwr_core.experiments.sequential import (
    LEAST_UNITS,
    difference,
    estimate,
    reach,
    variance_of_mean,
    variance_to_tell,
)
from hwr_core.experiments.types import Arm

SMALLEST = 0.02


class Simulation:
    """Many experiments at once: two arms each, users who differ in their hands and in how much they write."""

    def __init__(  # noqa: PLR0913, PLR0917  what differs between experiments
        self,
        experiments: int,
        users: int,
        accuracies: tuple[float, float],
        alike: float,
        seed: int,
        smallest: float = SMALLEST,
    ) -> None:
        """`alike`: the larger, the less users differ from each other (the sum of a beta distribution's parameters)."""
        self._smallest = smallest
        self._rng = np.random.default_rng(seed)
        shape = (experiments, users)
        self._accuracies = np.stack([self._rng.beta(p * alike, (1 - p) * alike, shape) for p in accuracies], axis=1)
        writing = self._rng.gamma(0.7, 1.0, (experiments, 2, users))
        self._ends = np.cumsum(writing, axis=2) / writing.sum(axis=2, keepdims=True)
        self._sums, self._counts = np.zeros((experiments, 2, users)), np.zeros((experiments, 2, users))
        self._totals = {name: np.zeros((experiments, 2)) for name in ("units", "n", "x", "xx", "xn", "nn")}

    def step(self) -> None:
        """One more labelled prediction in each experiment."""
        each = np.arange(len(self._sums))
        arm = self._rng.integers(0, 2, len(each))
        user = (self._ends[each, arm] < self._rng.random((len(each), 1))).sum(axis=1)
        right = (self._rng.random(len(each)) < self._accuracies[each, arm, user]).astype(float)
        at = each, arm, user
        x, n = self._sums[at], self._counts[at]
        grown = {
            "units": n == 0,
            "n": 1.0,
            "x": right,
            "xx": (x + right) ** 2 - x**2,
            "xn": (x + right) * (n + 1) - x * n,
            "nn": (n + 1) ** 2 - n**2,
        }
        for name, more in grown.items():
            self._totals[name][each, arm] += more
        self._sums[at] += right
        self._counts[at] += 1

    def differs(self) -> np.ndarray:
        """Of each experiment: whether it would call its arms different now."""
        units, n, x, *squares = self._totals.values()
        with np.errstate(all="ignore"):
            means = x / n
            variance = variance_of_mean(units, n, x, *squares, share=True).sum(axis=1)
            shown = np.abs(means[:, 1] - means[:, 0]) > reach(variance, self._smallest)
        return shown & (units.min(axis=1) >= LEAST_UNITS)

    def ever_different(self, outcomes: int) -> np.ndarray:
        """After how many outcomes each experiment first called its arms different; 0 where it never did."""
        when = np.zeros(len(self._sums), int)
        for number in range(1, outcomes + 1):
            self.step()
            when[(when == 0) & self.differs()] = number
        return when


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    ("users", "accuracy", "alike"),
    [(15, 0.98, 1e6), (40, 0.95, 20.0), (40, 0.9, 3.0), (200, 0.98, 20.0)],
    ids=["few users, all alike", "users who differ", "users who differ much", "many users"],
)
def test_equal_arms_are_called_different_at_most_one_time_in_twenty(users: int, accuracy: float, alike: float) -> None:
    """Ten thousand experiments between equal versions, looked at after each of a thousand labelled predictions."""
    when = Simulation(10_000, users, (accuracy, accuracy), alike, seed=users).ever_different(1000)
    assert np.mean(when > 0) <= 0.05


def test_a_real_difference_is_found_about_when_the_plan_says() -> None:
    """A version that is twelve points better is found in half of the experiments by the planned number."""
    better = 0.12
    arms = (Arm("a", 0.5), Arm("b", 0.5))
    planned = plan(arms, 0.85 * 0.15, better, per_day=100.0)
    assert planned.fixed < planned.outcomes < 3 * planned.fixed
    assert planned.days == planned.outcomes / 100
    accuracies = 0.85 - better / 2, 0.85 + better / 2
    when = Simulation(400, 100, accuracies, 1e6, seed=1, smallest=better).ever_different(2 * planned.outcomes)
    assert np.mean((when > 0) & (when <= planned.outcomes)) > 0.5
    assert np.mean(when > 0) > 0.9


def test_nothing_is_said_of_few_units() -> None:
    """A thousand right predictions of nine users are nine users; one more is enough."""
    nine = np.full(LEAST_UNITS - 1, 100.0)
    assert estimate(nine, nine, share=True) is None
    ten = np.full(LEAST_UNITS, 100.0)
    found = estimate(ten, ten, share=True)
    assert found is not None
    assert found.mean == 1.0
    assert found.variance > 0


def test_units_without_outcomes_do_not_count() -> None:
    """A user whose predictions nobody has labelled says nothing of accuracy."""
    counts = np.array([4.0] * LEAST_UNITS + [0.0] * 50)
    found = estimate(counts / 2, counts, share=True)
    assert found is not None
    assert found.units == LEAST_UNITS


def test_predictions_of_the_same_user_say_less() -> None:
    """Five users who are always read right and five who never are: their mean is as unsure as ten coin tosses."""
    counts = np.full(10, 1000.0)
    apart = estimate(np.array([1000.0, 0.0] * 5), counts, share=True)
    mixed = estimate(np.full(10, 500.0), counts, share=True)
    assert apart is not None
    assert mixed is not None
    assert apart.variance > 0.02
    assert mixed.variance < 1e-6


def test_arms_without_any_spread_are_compared() -> None:
    """Where each image takes exactly as long, the difference is what it is."""
    counts = np.full(20, 4.0)
    one, other = (estimate(counts * seconds, counts, share=False) for seconds in (0.5, 0.25))
    assert one is not None
    assert other is not None
    found = difference(one, other, 0.01)
    assert (found.value, found.low, found.high, found.p_value) == (-0.25, -0.25, -0.25, 0.0)


def test_the_interval_and_the_p_value_agree() -> None:
    """Where the interval just leaves out 0, the p-value is the error that was allowed."""
    counts = np.full(40, 50.0)
    first = estimate(counts * 0.9, counts, share=True)
    assert first is not None
    width = reach(2 * first.variance, SMALLEST)
    other = type(first)(first.mean + width, first.variance, first.units)
    found = difference(first, other, SMALLEST)
    assert found.low == pytest.approx(0.0, abs=1e-12)
    assert found.p_value == pytest.approx(0.05)


def test_the_variance_to_tell_is_where_the_interval_reaches_as_far_as_the_difference() -> None:
    """What a plan is made by."""
    assert reach(variance_to_tell(SMALLEST), SMALLEST) == pytest.approx(SMALLEST)


def test_users_stay_in_their_arm_and_shares_are_kept() -> None:
    """The same user always gets the same version; of many, each version gets its share, and some are left alone."""
    arms = (Arm("a", 0.5), Arm("b", 0.3))
    chosen = [arm_of(arms, name_of(1, f"user:{user}")) for user in range(4000)]
    assert chosen == [arm_of(arms, name_of(1, f"user:{user}")) for user in range(4000)]
    shares = {name: np.mean([getattr(arm, "version", None) == name for arm in chosen]) for name in ("a", "b", None)}
    assert shares == pytest.approx({"a": 0.5, "b": 0.3, None: 0.2}, abs=0.03)


def test_only_as_many_users_move_as_shares_change() -> None:
    """From half to six tenths: a tenth of the users get another version, and none of them moves back."""
    before, after = (Arm("a", 0.5), Arm("b", 0.5)), (Arm("a", 0.4), Arm("b", 0.6))
    names = [name_of(1, str(user)) for user in range(4000)]
    moved = [(arm_of(before, name), arm_of(after, name)) for name in names]
    changed = [(one.version, other.version) for one, other in moved if one and other and one.version != other.version]
    assert len(changed) / len(names) == pytest.approx(0.1, abs=0.02)
    assert set(changed) == {("a", "b")}


def test_another_experiment_mixes_users_anew() -> None:
    """Who was served by the worse version once is not so for ever."""
    arms = (Arm("a", 0.5), Arm("b", 0.5))
    same = [arm_of(arms, name_of(1, str(user))) == arm_of(arms, name_of(2, str(user))) for user in range(4000)]
    assert np.mean(same) == pytest.approx(0.5, abs=0.03)
