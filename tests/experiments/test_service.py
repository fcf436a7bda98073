"""Experiments of a real workspace: who is read by which version, what is kept, what ends them."""

import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hwr_core.app.status import Concern, Matter
from hwr_core.app.workspace import Workspace
from hwr_core.errors import Conflict, InvalidValue, NotFound
from hwr_core.experiments.report import Finding
from hwr_core.experiments.types import Arm, ExperimentState, Metric, NewExperiment
from hwr_core.recognition.types import Assignment, Prediction, Timings, Verdict
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source, record_predictions
from hwr_core.records.uploads import Uploads
from hwr_core.settings import Settings
from tests.api.conftest import HOLDER
from tests.handwriting import drawing, png

SEVEN = png(drawing(7))
USERS, EACH = 40, 12
SOON = timedelta(days=7)


def arms_of(workspace: Workspace, *, share: float = 0.5) -> tuple[Arm, Arm]:
    """The served version and another one that is shipped."""
    served = workspace.served_model().name
    other = next(name for name in workspace.registry.names() if name != served)
    return Arm(served, 1 - share), Arm(other, share)


def new(workspace: Workspace, **more: object) -> NewExperiment:
    """An experiment of a week between these two."""
    values = {"name": "Old against new", "arms": arms_of(workspace), "ends_at": datetime.now(UTC) + SOON}
    return NewExperiment(**{**values, **more})  # type: ignore[arg-type]  # what a test changes


def live(
    workspace: Workspace, settings: Settings, experiment_id: int, right: dict[str, float], *, seconds: float = 0.002
) -> None:
    """Let users of both arms write digits, all of which are labelled; `right` is how often each version reads one."""
    rng = np.random.default_rng(experiment_id)
    rows, labels = [], []
    for version, accuracy in right.items():
        for user in range(USERS):
            for _ in range(EACH):
                prediction = Prediction(
                    verdict=Verdict.DIGIT,
                    digit=7,
                    confidence=0.9,
                    probabilities=(0.01,) * 7 + (0.9,) + (0.01,) * 2,
                    seen=np.full((28, 28), 9, np.uint8),
                    model_version=version,
                    timings=Timings(0.001, seconds * rng.uniform(0.9, 1.1)),
                    assignment=Assignment(experiment_id, f"{version}:{user}"),
                )
                rows.append(NewPrediction(1, Source.API, prediction))
                labels.append(7 if rng.random() < accuracy else 1)
    with workspace.store.writing() as cursor:
        kept = record_predictions(cursor, rows, Uploads.of(settings))
        ids = [each.id for each in kept if isinstance(each, PredictionRecord)]
        cursor.execute(
            "insert into labels select unnest($1::bigint[]), now(), unnest($2::integer[]), false", [ids, labels]
        )


@pytest.fixture
def people(workspace: Workspace) -> list[int]:
    """Thirty users."""
    return [workspace.users.create(f"User {number}").id for number in range(30)]


@pytest.fixture
def started(workspace: Workspace) -> int:
    """A running experiment."""
    return workspace.experiments.start(new(workspace)).id


def test_each_user_is_read_by_one_version_and_all_is_kept(
    workspace: Workspace, started: int, people: list[int]
) -> None:
    """About half of the users get each version, always the same one, and the history says which and why."""
    first, other = (arm.version for arm in workspace.experiments.get(started).arms)
    chosen = {}
    for user in people:
        read = [workspace.read_and_keep(SEVEN, user_id=user, source=Source.API) for _ in range(2)]
        kept = [workspace.history.get(each.id) for each in read if isinstance(each, PredictionRecord)]
        assert {each.prediction.experiment for each in kept} == {started}
        assert len({each.prediction.assignment for each in kept}) == 1
        [chosen[user]] = {each.prediction.model_version for each in kept}
    assert set(chosen.values()) == {first, other}
    assert workspace.serving(people[0]) == (chosen[people[0]], started)
    assert workspace.read(SEVEN, user_id=people[0]).model_version == chosen[people[0]]
    batch = workspace.read_all([("seven.png", SEVEN)], user_id=people[0])
    assert batch[0].prediction is not None
    assert batch[0].prediction.model_version == chosen[people[0]]
    report = workspace.experiments.report(started)
    assert sum(arm.predictions for arm in report.arms) == 60
    assert sum(arm.units for arm in report.arms) == 30
    assert "Too early to tell" in report.verdict


def test_a_unit_counts_in_place_of_the_user(workspace: Workspace, started: int) -> None:
    """A program that reads for many names whom it reads for: each of them stays with one version."""
    versions = {
        unit: workspace.read(SEVEN, user_id=1, unit=unit).model_version for unit in (f"branch {n}" for n in range(20))
    }
    assert len(set(versions.values())) == 2
    assert all(workspace.read(SEVEN, user_id=1, unit=unit).model_version == name for unit, name in versions.items())
    assert workspace.experiments.get(started).is_running


def test_other_scripts_and_readings_for_nobody_are_left_alone(workspace: Workspace, started: int) -> None:
    """Only Western digits of users are read by an arm."""
    served = workspace.served_model().name
    assert workspace.experiments.get(started).is_running
    for found in (workspace.read(SEVEN), workspace.read(SEVEN, user_id=1, script="arabic")):
        assert (found.model_version, found.assignment) == (served, None)


def test_after_a_stop_everybody_is_read_by_the_served_version(
    workspace: Workspace, started: int, people: list[int]
) -> None:
    """At once, and what was found stays."""
    workspace.read_and_keep(SEVEN, user_id=people[0], source=Source.API)
    stopped = workspace.experiments.stop(started, "enough")
    assert (stopped.state, stopped.reason) == (ExperimentState.STOPPED, "enough")
    assert {workspace.read(SEVEN, user_id=user).model_version for user in people} == {workspace.served_model().name}
    assert sum(arm.predictions for arm in workspace.experiments.report(started).arms) == 1
    assert Concern(Matter.EXPERIMENT_OVER, 1) in workspace.overview().concerns
    with pytest.raises(Conflict, match="has ended already"):
        workspace.experiments.stop(started)


def test_an_experiment_goes_on_after_a_restart(settings: Settings) -> None:
    """Users keep their version when the server starts again."""
    with Workspace(settings) as workspace:
        workspace.experiments.start(new(workspace))
        people = [workspace.users.create(f"User {number}").id for number in range(12)]
        before = [workspace.serving(user) for user in people]
    with Workspace(settings) as workspace:
        assert [workspace.serving(user) for user in people] == before
        assert len(set(before)) == 2


def test_a_busy_database_delays_no_reading(settings: Settings) -> None:
    """Where another program holds the file, images that are not stored are read at once, by the served version."""
    with Workspace(settings) as workspace:
        workspace.users.create("Ada")
    patient = settings.model_copy(update={"store_busy_timeout": 120.0})
    with (
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(settings.database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder,
        Workspace(patient) as workspace,
    ):
        assert holder.stdout is not None
        holder.stdout.readline()
        started = time.monotonic()
        assert workspace.read(SEVEN, user_id=2).model_version == workspace.served_model().name
        assert time.monotonic() - started < patient.store_busy_timeout / 2
        holder.kill()


def test_it_ends_at_its_time(workspace: Workspace) -> None:
    """Nobody has to be there."""
    experiment = workspace.experiments.start(new(workspace, ends_at=datetime.now(UTC) + timedelta(seconds=0.3)))
    while workspace.experiments.get(experiment.id).is_running:
        time.sleep(0.01)
    ended = workspace.experiments.get(experiment.id)
    assert (ended.state, ended.finished_at) == (ExperimentState.ENDED, experiment.ends_at)
    assert workspace.experiments.start(new(workspace)).is_running  # and makes room for another one


def test_a_better_version_wins_and_the_experiment_ends(workspace: Workspace, settings: Settings, started: int) -> None:
    """The verdict is a sentence with its figures, and nobody is left with the worse version."""
    first, other = (arm.version for arm in workspace.experiments.get(started).arms)
    live(workspace, settings, started, {first: 0.7, other: 0.95})
    found = workspace.experiments.report(started)
    assert found.arms[1].finding is Finding.BETTER
    assert found.winner == found.arms[1]
    assert found.verdict.startswith(f"{other} is better: accuracy is ")
    assert found.verdict.endswith(f" points higher than {first}.")
    workspace.experiments.settle()
    assert workspace.experiments.get(started).state is ExperimentState.DECIDED
    assert workspace.serving(1) == (first, None)


def test_a_worse_version_loses(workspace: Workspace, settings: Settings, started: int) -> None:
    """It is said of the arm that is compared."""
    first, other = (arm.version for arm in workspace.experiments.get(started).arms)
    live(workspace, settings, started, {first: 0.95, other: 0.7})
    found = workspace.experiments.report(started)
    assert (found.arms[1].finding, found.winner, found.is_decided) == (Finding.WORSE, None, True)


def test_versions_may_be_alike(workspace: Workspace, settings: Settings) -> None:
    """Where the interval lies within what matters, there is nothing left to find out."""
    started = workspace.experiments.start(new(workspace, smallest=0.2)).id
    first, other = (arm.version for arm in workspace.experiments.get(started).arms)
    live(workspace, settings, started, {first: 0.95, other: 0.95})
    found = workspace.experiments.report(started)
    assert found.arms[1].finding is Finding.ALIKE
    assert found.verdict == f"{other} is as good as {first}: they differ by less than 20.0 points."


def test_nothing_is_claimed_early(workspace: Workspace, settings: Settings, started: int) -> None:
    """Equal versions with some hundred predictions: the sentence says between what the difference lies."""
    first, other = (arm.version for arm in workspace.experiments.get(started).arms)
    live(workspace, settings, started, {first: 0.95, other: 0.95})
    found = workspace.experiments.report(started)
    assert found.arms[1].finding is Finding.OPEN
    assert found.verdict.startswith(f"Nothing shown yet: accuracy of {other} is between ")
    workspace.experiments.settle()
    assert workspace.experiments.get(started).is_running


def test_an_arm_that_harms_its_users_stops_the_experiment(
    workspace: Workspace, settings: Settings, started: int
) -> None:
    """So slow that users notice: a guardrail ends it, whatever the accuracy says."""
    first, other = (arm.version for arm in workspace.experiments.get(started).arms)
    live(workspace, settings, started, {first: 0.95}, seconds=0.002)
    live(workspace, settings, started, {other: 0.95}, seconds=0.2)
    workspace.experiments.settle()
    stopped = workspace.experiments.get(started)
    assert stopped.state is ExperimentState.STOPPED
    assert stopped.reason.startswith(f"{other} harms its users: latency is ")


def test_a_version_that_is_damaged_meanwhile_stops_it(settings: Settings, tmp_path: Path) -> None:
    """Its users are read by the served version, and the record says why."""
    models = tmp_path / "models"
    shutil.copytree(settings.models_dir, models)
    own = Settings(data_dir=settings.data_dir, models_dir=models)
    with Workspace(own) as workspace:
        started = workspace.experiments.start(new(workspace, arms=arms_of(workspace, share=0.99)))
    (models / started.arms[1].version / "model.tflite").write_bytes(b"damaged")
    with Workspace(own) as workspace:
        assert {workspace.read(SEVEN, user_id=1, unit=str(n)).model_version for n in range(9)} == {
            started.arms[0].version
        }
        stopped = workspace.experiments.get(started.id)
    assert stopped.state is ExperimentState.STOPPED
    assert "could not be loaded" in stopped.reason


def test_shares_follow_what_was_shown(workspace: Workspace, settings: Settings) -> None:
    """By Thompson sampling the arm that does better gets more users, and the other one keeps a tenth."""
    started = workspace.experiments.start(new(workspace, adaptive=True)).id
    first, other = (arm.version for arm in workspace.experiments.get(started).arms)
    workspace.experiments.settle()
    assert [arm.share for arm in workspace.experiments.get(started).arms] == [0.5, 0.5]
    live(workspace, settings, started, {first: 0.93, other: 0.96})
    workspace.experiments.settle()
    one, two = workspace.experiments.get(started).arms
    assert one.share + two.share == pytest.approx(1.0)
    assert 0.1 <= one.share < 0.3
    assert two.share > 0.7


def test_a_plan_says_what_it_takes(workspace: Workspace, settings: Settings, started: int) -> None:
    """Without any history it assumes the usual spread; with one it knows the rate, too."""
    arms = arms_of(workspace)
    assert workspace.experiments.plan(arms).days is None
    live(workspace, settings, started, {arms[0].version: 0.95})
    planned = workspace.experiments.plan(arms)
    assert planned.days is not None
    assert planned.days == pytest.approx(planned.outcomes / (USERS * EACH / 30))
    assert workspace.experiments.plan(arms, Metric.ACCURACY, 0.1).outcomes < planned.outcomes / 10


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"arms": (Arm("a", 0.5),)}, "1 arms"),
        ({"arms": (Arm("a", 0.5), Arm("a", 0.5))}, "same model version"),
        ({"arms": (Arm("a", 0.0), Arm("b", 0.5))}, "share of a is 0.0"),
        ({"arms": (Arm("a", float("nan")), Arm("b", 0.5))}, "share of a is nan"),
        ({"arms": (Arm("a", 0.6), Arm("b", 0.5))}, "add up to 1.1"),
        ({"ends_at": datetime(2020, 1, 1, tzinfo=UTC)}, "from now to one year ahead"),
        ({"ends_at": datetime.now(UTC) + timedelta(days=400)}, "from now to one year ahead"),
        ({"ends_at": datetime(2030, 1, 1)}, "needs an offset"),  # noqa: DTZ001  what is refused
        ({"smallest": 0.0}, "above 0 and below 1"),
        ({"name": " "}, "1 to 100 characters"),
    ],
)
def test_what_is_no_experiment_is_refused(workspace: Workspace, more: dict[str, object], message: str) -> None:
    """Each with what was wrong and what is allowed, and nothing is stored."""
    with pytest.raises(InvalidValue, match=message):
        workspace.experiments.start(new(workspace, **more))
    assert workspace.experiments.all() == []


def test_a_plan_of_no_difference_is_refused(workspace: Workspace) -> None:
    """As an experiment is."""
    with pytest.raises(InvalidValue, match="above 0 and below 1"):
        workspace.experiments.plan(arms_of(workspace), Metric.ACCURACY, -1.0)


def test_one_experiment_runs_at_a_time(workspace: Workspace, started: int) -> None:
    """A second one says which is running."""
    with pytest.raises(Conflict, match=f"Experiment {started}, 'Old against new', is running"):
        workspace.experiments.start(new(workspace))


def test_unknown_versions_and_experiments(workspace: Workspace) -> None:
    """Are said not to exist."""
    with pytest.raises(NotFound, match="nowhere"):
        workspace.experiments.start(new(workspace, arms=(arms_of(workspace)[0], Arm("nowhere", 0.5))))
    for act in (workspace.experiments.report, workspace.experiments.stop):
        with pytest.raises(NotFound, match="no experiment 9"):
            act(9)
