"""hwr experiments: started, shown and stopped from the command line."""

import json
from collections.abc import Callable

import pytest

from hwr_core.cli.program import main
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT, Settings

Run = Callable[..., tuple[int, str, str]]
OTHER = Registry(PROJECT / "models").names()[-1]
ARMS = ("--arm", "champion=0.5", "--arm", f"{OTHER}=0.5")


@pytest.fixture
def hwr(settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command on an empty data folder; its exit status, what it printed, and its errors."""
    monkeypatch.setenv("HWR_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("HWR_MODELS_DIR", str(settings.models_dir))

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        return status, *capfd.readouterr()

    return run


def test_an_experiment_from_beginning_to_end(hwr: Run) -> None:
    """Planned, started, shown, stopped and listed."""
    assert "labelled predictions" in hwr("experiments", "plan", *ARMS)[1]
    assert "running" in hwr("experiments", "start", "Old against new", *ARMS)[1]
    status, shown, _ = hwr("experiments", "show", "1")
    assert status == 0
    assert [line.split()[0] for line in shown.splitlines()] == [
        "1",
        Registry(PROJECT / "models").champion().name,
        OTHER,
        "Too",
    ]
    assert json.loads(hwr("experiments", "show", "1", "--json")[1])["experiment"]["name"] == "Old against new"
    assert "stopped" in hwr("experiments", "stop", "1", "--reason", "enough")[1]
    assert hwr("experiments", "list")[1].endswith("Old against new  enough\n")


@pytest.mark.parametrize("arm", ["champion", "=0.5", "champion=half"])
def test_what_is_no_arm_is_refused(hwr: Run, arm: str) -> None:
    """With what one looks like."""
    status, _, errors = hwr("experiments", "start", "Wrong", "--arm", "champion=0.5", "--arm", arm)
    assert status == 2
    assert f"'{arm}' is no arm; a version and its share is one, such as champion=0.5." in errors


def test_a_version_is_described_and_shadows(hwr: Run) -> None:
    """The shadow is shown, and ended."""
    assert "reads 30%" in hwr("models", "shadow", OTHER, "--share", "0.3")[1]
    assert "0 read" in hwr("models", "shadow")[1]
    assert "there is no shadow" in hwr("models", "shadow", "--off")[1]
