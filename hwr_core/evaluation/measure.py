"""Evaluates several versions on several suites in a job, reporting progress."""

from collections.abc import Callable, Sequence

from hwr_core.datasets.request import Places
from hwr_core.errors import ModelUnavailable
from hwr_core.evaluation.answers import of_numbers_in_words
from hwr_core.evaluation.evaluate import Evaluation, evaluate, evaluations_of
from hwr_core.evaluation.suites import Suite, find_suite, gate_suites
from hwr_core.jobs.report import Report
from hwr_core.registry.registry import ModelVersion, Registry

Shares = Callable[[float], float]
"""From the progress of the evaluation to that of the whole job."""


def measure(  # noqa: PLR0913  all but four are keywords
    versions: Sequence[ModelVersion],
    suites: Sequence[Suite],
    places: Places,
    report: Report,
    *,
    limit: int | None = None,
    share: Shares = lambda done: done,
) -> list[Evaluation]:
    """Evaluate each version on each suite. Raises the same as `evaluate`, and Stopped."""
    found: list[Evaluation] = []
    total = len(versions) * len(suites)
    for suite in suites:
        for version in versions:
            before = len(found) / total

            def on_progress(images: int, doing: str = f"{version.name} on {suite.name}", done: float = before) -> None:
                report.progress(share(done), f"Evaluating {doing}: {images:,} images")

            evaluation = evaluate(version, suite, places, limit=limit, on_progress=on_progress)
            report.log(in_a_line(evaluation))
            found.append(evaluation)
    return found


def measure_for_promotion(
    version: ModelVersion, registry: Registry, places: Places, report: Report, share: Shares
) -> list[Evaluation]:
    """Evaluate a new version on the gate suites that have data here, and the champion where it has no such result."""
    suites = [find_suite(name, places) for name in gate_suites(places)]
    found = measure([version], suites, places, report, share=share)
    try:
        champion = registry.champion()
    except ModelUnavailable:
        return found
    known = evaluations_of(champion)
    due = [
        suite
        for suite, mine in zip(suites, found, strict=True)
        if suite.name not in known or known[suite.name].fingerprint != mine.fingerprint
    ]
    if due and champion.name != version.name:
        measure([champion], due, places, report, share=lambda _: share(1.0))
    return found


def in_a_line(evaluation: Evaluation) -> str:
    """Return the result of an evaluation in a line for a log."""
    figures = evaluation.figures
    right = figures.accuracy
    assert right.share is not None  # a suite has images
    return (
        f"{evaluation.version} on {evaluation.suite}: {right.share:.2%} of {right.total:,} right "
        f"({right.low:.2%} to {right.high:.2%}), {figures.refused:,} digits rejected, "
        f"{figures.taken_for_digits:,} of {figures.others:,} other images taken for digits, "
        f"{figures.milliseconds:.1f} ms each"
    ) + (f"; {words}" if (words := of_numbers_in_words(figures)) else "")
