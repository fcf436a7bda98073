"""`hwr demo`: a server with an example history, which leaves nothing behind."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from hwr_core.settings import PROJECT
from tests.serving import environment


@pytest.mark.slow
def test_a_demo_is_served_and_leaves_nothing(tmp_path: Path) -> None:
    """Its data and its models are its own; when it is stopped, their folder is gone."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    variables = environment(tmp_path / "data", TMPDIR=str(scratch), HWR_MODELS_DIR=str(PROJECT / "models"))
    command = [sys.executable, "-m", "hwr_core.cli", "demo", "--port", "0"]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        said, address = process.stdout.readline(), process.stdout.readline()
        assert str(scratch) in said
        found = re.search(r"http://[\d.:]+", address)
        assert found is not None, address
        with urllib.request.urlopen(f"{found[0]}/api/analytics/system", timeout=60) as answer:  # noqa: S310  our own server
            figures = json.load(answer)["data"]
        assert figures["total_predictions"] == int(said.split()[0])
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
    assert not list(scratch.glob("hwr-demo-*"))
    assert not (tmp_path / "data").exists()
