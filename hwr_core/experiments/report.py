"""What an experiment has shown so far, in figures and in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hwr_core.experiments.outcomes import NOTHING, Outcomes
from hwr_core.experiments.sequential import ERROR, LEAST_UNITS, Difference, difference, reach
from hwr_core.experiments.types import SMALLEST, Arm, Experiment, Metric

GUARDED: Mapping[Metric, float] = {Metric.REFUSALS: 0.02, Metric.LATENCY: 0.1}
"""Metrics that stop an experiment: an arm that is surely worse than the first one by more than this harms its users.
A tenth of a second is what people begin to notice (Nielsen, "Usability Engineering", 1993)."""


class Finding(StrEnum):
    """How an arm compares with the first one."""

    BETTER = "better"
    WORSE = "worse"
    ALIKE = "alike"
    """The difference is smaller than what matters."""
    OPEN = "open"
    """Nothing is shown yet."""


@dataclass(frozen=True, slots=True)
class ArmReport:
    """What an arm has shown: counts, means, and how it differs from the first arm.

    `interval` is that of the accuracy; like those of `differences` it holds at all times together. `differences` lacks
    metrics of which too few units have outcomes, and is empty for the first arm.
    """

    version: str
    share: float
    units: int
    predictions: int
    labelled: int
    accuracy: float | None
    interval: tuple[float, float] | None
    means: Mapping[Metric, float | None]
    differences: Mapping[Metric, Difference]
    finding: Finding = Finding.OPEN


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """An experiment with what each arm has shown, and the verdict in a sentence."""

    experiment: Experiment
    arms: tuple[ArmReport, ...]
    verdict: str

    @property
    def winner(self) -> ArmReport | None:
        """The arm that is better than the first one; of several, the best."""
        metric = self.experiment.metric
        better = [arm for arm in self.arms if arm.finding is Finding.BETTER]
        return max(better, key=lambda arm: abs(arm.differences[metric].value), default=None)

    @property
    def is_decided(self) -> bool:
        """Whether an arm has won, or nothing is open any more."""
        return self.winner is not None or all(arm.finding is not Finding.OPEN for arm in self.arms[1:])

    @property
    def harm(self) -> str | None:
        """Which guardrail an arm has broken, in a sentence; None where none has."""
        for arm in self.arms[1:]:
            for metric, most in GUARDED.items():
                found = arm.differences.get(metric)
                if found is not None and found.low > most:
                    return f"{arm.version} harms its users: {_in_words(metric, found)} than {self.arms[0].version}."
        return None


def report(experiment: Experiment, outcomes: Mapping[str, Outcomes]) -> ExperimentReport:
    """Return what an experiment has shown."""
    found = [outcomes.get(arm.version, NOTHING) for arm in experiment.arms]
    # Each arm but the first is a comparison of its own; together they may err as often as one alone.
    error = ERROR / (len(found) - 1)
    arms = tuple(
        _arm_report(experiment, arm, of_arm, found[0] if place else None, error)
        for place, (arm, of_arm) in enumerate(zip(experiment.arms, found, strict=True))
    )
    return ExperimentReport(experiment, arms, _verdict(experiment, arms))


def _arm_report(
    experiment: Experiment, arm: Arm, outcomes: Outcomes, first: Outcomes | None, error: float
) -> ArmReport:
    differences = {} if first is None else _differences(experiment, outcomes, first, error)
    labelled, right = int(outcomes.labelled.sum()), int(outcomes.right.sum())
    accuracy = outcomes.mean(Metric.ACCURACY)
    interval = None
    if accuracy is not None:
        width = float(reach(accuracy.variance, SMALLEST[Metric.ACCURACY]))
        interval = max(0.0, accuracy.mean - width), min(1.0, accuracy.mean + width)
    means = {metric: mean.mean if (mean := outcomes.mean(metric)) else None for metric in Metric}
    return ArmReport(
        arm.version,
        arm.share,
        len(outcomes.predictions),
        int(outcomes.predictions.sum()),
        labelled,
        right / labelled if labelled else None,
        interval,
        means,
        differences,
        Finding.OPEN if first is None else _finding(experiment, differences.get(experiment.metric)),
    )


def _differences(experiment: Experiment, outcomes: Outcomes, first: Outcomes, error: float) -> dict[Metric, Difference]:
    found = {}
    for metric in Metric:
        one, other = first.mean(metric), outcomes.mean(metric)
        if one is not None and other is not None:
            smallest = experiment.smallest if metric is experiment.metric else SMALLEST[metric]
            found[metric] = difference(one, other, smallest, error)
    return found


def _finding(experiment: Experiment, found: Difference | None) -> Finding:
    if found is None:
        return Finding.OPEN
    if found.low > 0 or found.high < 0:
        is_better = (found.low > 0) == experiment.metric.larger_is_better
        return Finding.BETTER if is_better else Finding.WORSE
    alike = max(-found.low, found.high) < experiment.smallest
    return Finding.ALIKE if alike else Finding.OPEN


def _verdict(experiment: Experiment, arms: tuple[ArmReport, ...]) -> str:
    return " ".join(_sentence(experiment, arms[0], arm) for arm in arms[1:])


def _sentence(experiment: Experiment, first: ArmReport, arm: ArmReport) -> str:
    metric, found = experiment.metric, arm.differences.get(experiment.metric)
    if found is None:
        what = "labelled predictions" if metric is Metric.ACCURACY else "predictions"
        return f"Too early to tell: both arms need {what} of at least {LEAST_UNITS} users."
    match arm.finding:
        case Finding.BETTER:
            return f"{arm.version} is better: {_in_words(metric, found)} than {first.version}."
        case Finding.WORSE:
            return f"{arm.version} is worse: {_in_words(metric, found)} than {first.version}."
        case Finding.ALIKE:
            most = _amount(metric, experiment.smallest)
            return f"{arm.version} is as good as {first.version}: they differ by less than {most}."
        case Finding.OPEN:
            low, high = _amount(metric, abs(found.low)), _amount(metric, abs(found.high))
            return f"Nothing shown yet: {metric} of {arm.version} is between {low} lower and {high} higher."


def _in_words(metric: Metric, found: Difference) -> str:
    """The difference with its interval, as far as a comparison: "refusals are 2 to 4 points higher"."""
    near, far = sorted((abs(found.low), abs(found.high)))
    verb = "are" if metric in {Metric.CORRECTIONS, Metric.REFUSALS} else "is"
    direction = "higher" if found.value > 0 else "lower"
    return f"{metric} {verb} {_amount(metric, near, unit=False)} to {_amount(metric, far)} {direction}"


def _amount(metric: Metric, value: float, *, unit: bool = True) -> str:
    """A difference as it is said: points of a percentage, or milliseconds."""
    if metric.is_share:
        return f"{100 * value:.1f}" + (" points" if unit else "")
    return f"{1000 * value:.1f}" + (" ms" if unit else "")
