"""From a terminal, the dashboard opens in the user's browser once it answers."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.serving import environment

BROWSER = """#!/bin/sh
echo "$1 $(curl -s -o /dev/null -w '%{http_code}' "$1/health")" > opened
"""


@pytest.mark.slow
@pytest.mark.parametrize(("options", "display"), [([], ":9"), (["--no-browser"], ":9"), ([], "")], ids=str)
def test_it_opens_at_a_terminal_with_a_screen_unless_it_is_told_not_to(
    tmp_path: Path, options: list[str], display: str
) -> None:
    """The browser of the test writes down what it is given, and asks there."""
    (tmp_path / "browser").write_text(BROWSER)
    (tmp_path / "browser").chmod(0o755)
    variables = environment(tmp_path / "data", BROWSER=str(tmp_path / "browser"))
    variables = {name: value for name, value in variables.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    if display:
        variables["DISPLAY"] = display
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "hwr_core.cli", "serve", "--port", "0", *options]
    process = subprocess.Popen(command, cwd=tmp_path, env=variables, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    try:
        printed = os.read(ours, 1000).decode()
        patience = time.monotonic() + (60 if display and not options else 6)
        while time.monotonic() < patience and not (tmp_path / "opened").exists():
            time.sleep(0.2)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    if display and not options:
        address, status = (tmp_path / "opened").read_text().split()
        assert f"open {address} " in printed
        assert status == "200"
    else:
        assert not (tmp_path / "opened").exists()
