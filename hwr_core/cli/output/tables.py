"""The figures of model versions as tables of text."""

from collections.abc import Sequence

from hwr_core.evaluation.answers import joint_calibration_error, of_numbers_in_words
from hwr_core.evaluation.compare import Comparison
from hwr_core.evaluation.evaluate import Evaluation
from hwr_core.statistics import Proportion

ROW = "{:<16} {:>8} {:>8}  {:<18} {:>6} {:>7} {:>6} {:>6} {:>5}"
HEADS = ("suite", "images", "right", "95 % interval", "wrong", "refused", "taken", "ECE", "ms")


def as_table(version: str, evaluations: Sequence[Evaluation]) -> str:
    """Return a version's name and a row for each suite that it was measured on."""
    together = joint_calibration_error(each.figures for each in evaluations)
    rest = [] if together is None else [f"ECE over the digits of all suites together: {together:.2%}"]
    rest += [f"{each.suite}: {words}" for each in evaluations if (words := of_numbers_in_words(each.figures))]
    return "\n".join([version, ROW.format(*HEADS), *(ROW.format(*_cells(each)) for each in evaluations), *rest])


def as_comparison(comparisons: Sequence[Comparison]) -> str:
    """Return a row for each suite that two versions were compared on; there is at least one."""
    one, other = comparisons[0].one.version, comparisons[0].other.version
    rows = [f"{'suite':<12} {one:>24} {other:>24}  only one  only other"]
    rows += [
        f"{found.suite:<12} {_percent(found.one.figures.accuracy):>24} {_percent(found.other.figures.accuracy):>24}  "
        f"{found.only_one:>8}  {found.only_other:>10}  {found.verdict}"
        for found in comparisons
    ]
    return "\n".join(rows)


def _cells(evaluation: Evaluation) -> tuple[str, ...]:
    figures = evaluation.figures
    wrong = figures.digits.total - figures.digits.right - figures.refused
    return (
        evaluation.suite,
        f"{figures.accuracy.total:,}",
        _percent(figures.accuracy),
        _interval(figures.accuracy),
        f"{wrong:,}",
        f"{figures.refused:,}",
        f"{figures.taken_for_digits:,}",
        "-" if figures.calibration_error is None else f"{figures.calibration_error:.1%}",
        f"{figures.milliseconds:.1f}",
    )


def _percent(share: Proportion) -> str:
    return "-" if share.share is None else f"{share.share:.2%}"


def _interval(share: Proportion) -> str:
    return "-" if share.low is None else f"{share.low:.2%} to {share.high:.2%}"
