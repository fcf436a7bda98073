"""hwr experiments: which of two or more model versions serves users better."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from cyclopts import App, Parameter

from hwr_core.cli.arguments.options import AsJson, Flag, Reason
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.status import DONE
from hwr_core.errors import InvalidValue
from hwr_core.records.users import DEFAULT_USER

if TYPE_CHECKING:
    from hwr_core.experiments.report import ArmReport
    from hwr_core.experiments.types import Arm, Experiment

ExperimentId: TypeAlias = Annotated[int, Parameter(name="EXPERIMENT", help="The experiment's number.")]
Arms: TypeAlias = Annotated[
    tuple[str, ...],
    Parameter(
        name="--arm",
        help="A version and its share of users, such as champion=0.5. Twice or more; the first is compared with.",
    ),
]
MetricName: TypeAlias = Annotated[
    Literal["accuracy", "corrections", "refusals", "latency"], Parameter(name="--metric", help="What decides.")
]
Smallest: TypeAlias = Annotated[
    float | None, Parameter(help="The smallest difference that matters, a share or seconds.")
]

app = App(name="experiments", help="Experiments between model versions: list, show, plan, start, stop.")


@app.command(name="list")
def list_experiments() -> int:
    """List the experiments, newest first."""
    with opened() as workspace:
        for experiment in workspace.experiments.all():
            print(_as_line(experiment))
    return DONE


@app.command
def show(experiment: ExperimentId, /, *, as_json: AsJson = False) -> int:
    """Show what an experiment's arms have shown so far."""
    with opened() as workspace:
        found = workspace.experiments.report(experiment)
    if as_json:
        print(json.dumps(asdict(found), default=str))
        return DONE
    print(_as_line(found.experiment))
    first, *others = found.arms
    print(_of_arm(first, "compared with"), *(_of_arm(arm, arm.finding) for arm in others), sep="\n")
    print(found.verdict)
    return DONE


@app.command
def plan(*, arms: Arms, metric: MetricName = "accuracy", smallest: Smallest = None) -> int:
    """Say how many predictions an experiment would need, and how long that takes at the present rate."""
    from hwr_core.experiments.types import Metric

    with opened() as workspace:
        found = workspace.experiments.plan(_arms(workspace, arms), Metric(metric), smallest)
    what = "labelled predictions" if metric == "accuracy" else "predictions"
    days = "" if found.days is None else f", about {found.days:,.0f} days at the rate of the last 30"
    print(f"about {found.outcomes:,} {what}{days}")
    return DONE


@app.command
def start(  # noqa: PLR0913  all but one by name
    name: Annotated[str, Parameter(name="NAME", help="What it is about.")],
    /,
    *,
    arms: Arms,
    days: Annotated[float, Parameter(help="After how many days it ends at the latest.")] = 30.0,
    metric: MetricName = "accuracy",
    smallest: Smallest = None,
    adaptive: Flag = False,
    user: Annotated[int, Parameter(name="--user", help="The user who answers for it.")] = DEFAULT_USER,
) -> int:
    """Serve each user by one of several versions until it is known which is better.

    Args:
        adaptive: Let the shares follow what each version has shown.
    """
    from hwr_core.experiments.types import Metric, NewExperiment

    if not 0 < days <= 366:
        raise InvalidValue(f"An experiment of {days:g} days is not allowed; above 0 and up to 366 is.")
    ends_at = datetime.now(UTC) + timedelta(days=days)
    with opened() as workspace:
        new = NewExperiment(name, _arms(workspace, arms), ends_at, Metric(metric), smallest, adaptive)
        print(_as_line(workspace.experiments.start(new, user_id=user)))
    return DONE


@app.command
def stop(experiment: ExperimentId, /, *, reason: Reason = "") -> int:
    """Stop an experiment: everybody is read by the served version again."""
    with opened() as workspace:
        print(_as_line(workspace.experiments.stop(experiment, reason)))
    return DONE


def _arms(workspace: Any, given: tuple[str, ...]) -> "tuple[Arm, ...]":
    """The arms that were named. Raises InvalidValue and NotFound."""
    from hwr_core.experiments.types import Arm

    found = []
    for each in given:
        name, _, written = each.rpartition("=")
        try:
            share = float(written)
        except ValueError:
            share = None
        if not name or share is None:
            raise InvalidValue(f"{each!r} is no arm; a version and its share is one, such as champion=0.5.")
        found.append(Arm(workspace.modelling.registry.find(name).name, share))
    return tuple(found)


def _as_line(experiment: "Experiment") -> str:
    why = f"  {experiment.reason}" if experiment.reason else ""
    return (
        f"{experiment.id:>4}  {experiment.created_at:%Y-%m-%d %H:%M}  {experiment.state:<8}  "
        f"{experiment.metric:<11}  {experiment.name}{why}"
    )


def _of_arm(arm: "ArmReport", finding: str) -> str:
    accuracy = "-" if arm.accuracy is None else f"{arm.accuracy:.1%}"
    return (
        f"{arm.version}  {arm.share:>4.0%} of users  {arm.units:,} users  {arm.predictions:,} predictions  "
        f"{arm.labelled:,} labelled  {accuracy} right  {finding}"
    )
