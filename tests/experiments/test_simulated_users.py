"""Simulated users on a real server: two shipped versions with a known difference, and one version against itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import numpy as np
import pytest

from hwr_core.app.limits import limits_of
from hwr_core.app.workspace import Workspace
from hwr_core.datasets.no_digits.drawings import NEVER_LEARNED, any_drawings
from hwr_core.experiments.assignment import arm_of, name_of
from hwr_core.experiments.outcomes import Outcomes
from hwr_core.experiments.report import Finding, report
from hwr_core.experiments.types import Arm, Experiment, ExperimentState, Metric, NewExperiment
from hwr_core.images.strokes import draw, place
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT, Settings
from tests.abuse.kills import check, kill_once
from tests.api.client import drawn
from tests.handwriting import drawing, png
from tests.serving import serving

pytestmark = pytest.mark.slow

FIRST_SHIPPED = "20261124T145555Z-2db14"
USERS, EACH = 48, 12
SMALLEST = 0.05

Labelled = tuple[bytes, int | None]
"""An image file, and the digit that it shows."""


def images_of(user: int) -> list[Labelled]:
    """What a user sends: digits, and three times as many things that are none, which tell the versions apart."""
    rng = np.random.default_rng(user)
    digits = rng.integers(0, 10, EACH // 4).tolist()
    things = any_drawings(NEVER_LEARNED, EACH - EACH // 4, seed=user)
    found: list[Labelled] = [(png(drawing(digit, fill=rng.uniform(0.4, 0.9))), digit) for digit in digits]
    found += [(png(draw(place(thing, side=280, fill=0.7), side=280, pen=16)), None) for thing in things]
    return found


def rights_of(version: str, users: Sequence[Sequence[Labelled]]) -> np.ndarray:
    """Of each user's images: which a version reads right. Bool [users, images]."""
    recogniser = Recogniser.load(Registry(PROJECT / "models").get(version))
    reader = Reader(recogniser, limits_of(Settings()))
    found = np.array([[reader.read(image).digit == label for image, label in images] for images in users])
    recogniser.close()
    return found


@pytest.fixture(scope="module")
def users() -> list[list[Labelled]]:
    """The images of all users."""
    return [images_of(user) for user in range(USERS)]


@pytest.mark.long
def test_a_known_difference_between_shipped_versions_is_found(users: list[list[Labelled]], tmp_path: Path) -> None:
    """Users send images and say what they show; the server names the version that is really better, and ends."""
    served = Registry(PROJECT / "models").champion().name
    truth = [rights_of(version, users).mean() for version in (FIRST_SHIPPED, served)]
    assert truth[1] - truth[0] > SMALLEST
    with serving(tmp_path / "data") as server, httpx2.Client(base_url=server.url, timeout=60) as client:
        arms = [{"version": FIRST_SHIPPED, "share": 0.5}, {"version": served, "share": 0.5}]
        ends_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        body = {"name": "Known", "arms": arms, "ends_at": ends_at, "smallest": SMALLEST}
        number = client.post("/api/experiments", json=body).json()["experiment_id"]
        for turn in range(EACH):
            for user, images in enumerate(users):
                image, label = images[(turn * 7 + user) % EACH]
                read = client.post("/api/predict", json=drawn(image), headers={"X-Experiment-Unit": str(user)}).json()
                if read["prediction_id"] is None:  # no ink
                    continue
                said = {"prediction_id": read["prediction_id"], "user_id": 1, "actual_digit": label}
                assert client.post("/api/feedback", json=said).status_code == 200
            found = client.get(f"/api/experiments/{number}").json()["data"]
            if found["arms"][1]["finding"] != "open":
                break
    assert found["arms"][1]["finding"] == "better", found["verdict"]
    assert found["verdict"].startswith(f"{served} is better: accuracy is ")


def test_nothing_acknowledged_is_lost_while_a_server_is_killed(tmp_path: Path) -> None:
    """Three servers with an experiment and a shadow, each killed under load: all is in the history, and both go on."""
    data = tmp_path / "data"
    settings = Settings(data_dir=data, models_dir=PROJECT / "models")
    with Workspace(settings) as workspace:
        served, other = workspace.served_model().name, FIRST_SHIPPED
        workspace.shadow.set(other)
        ends_at = datetime.now(UTC) + timedelta(days=1)
        workspace.experiments.start(NewExperiment("Killed", (Arm(served, 0.5), Arm(other, 0.4)), ends_at))
    rng = np.random.default_rng(3)
    acknowledged = [each for _ in range(3) for each in kill_once(data, rng)]
    assert len(acknowledged) > 10
    assert check(data, acknowledged) == (0, 0)
    with Workspace(settings) as workspace:
        report = workspace.experiments.report(1)
        assert report.experiment.is_running
        assert sum(arm.predictions for arm in report.arms) in {0, workspace.history.count()}  # one user: an arm or none
        assert workspace.shadow.report() is not None


def test_a_version_against_itself_is_hardly_ever_called_different(users: list[list[Labelled]]) -> None:
    """Two hundred experiments with the outcomes of real images, each looked at twenty times: at most ten are wrong."""
    rights = rights_of(FIRST_SHIPPED, users)
    now = datetime.now(UTC)
    arms = (Arm("a", 0.5), Arm("b", 0.5))
    wrong = 0
    for number in range(1, 201):
        experiment = Experiment(
            number,
            now,
            1,
            "A against A",
            arms,
            now,
            Metric.ACCURACY,
            0.02,
            adaptive=False,
            state=ExperimentState.RUNNING,
        )
        chosen = [arm_of(arms, name_of(number, str(user))) for user in range(USERS)]
        order = np.random.default_rng(number).permuted(rights, axis=1)
        wrong += any(
            report(experiment, _outcomes(order[:, :seen], chosen)).arms[1].finding in {Finding.BETTER, Finding.WORSE}
            for seen in range(1, EACH + 1)
        )
    assert wrong <= 10


def _outcomes(rights: np.ndarray, chosen: Sequence[Arm | None]) -> dict[str, Outcomes]:
    found = {}
    for name in ("a", "b"):
        own = rights[[arm is not None and arm.version == name for arm in chosen]]
        counts = np.full(len(own), float(own.shape[1]))
        found[name] = Outcomes(counts, counts, own.sum(axis=1).astype(float), 0 * counts, 0.002 * counts)
    return found
