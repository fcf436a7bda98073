"""The dashboard as Streamlit's AppTest runs it: real pages, workspace and model on a throw-away data folder."""

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.views.draw import canvas
from hwr_core.app.workspace import Workspace, open_workspace
from hwr_core.settings import PROJECT, Settings

ENTRY = PROJECT / "dashboard" / "streamlit_app.py"
PATIENCE = 30
"""Seconds for one run of a page."""

HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture(autouse=True, scope="module")
def quick_collection() -> Iterator[None]:
    """Streamlit collects garbage after each run of a page, which looks at all that earlier tests have loaded: not here.

    In a process that has loaded TensorFlow too, thirteen drawings took 32 s instead of 4.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Streamlit puts a page's script in place of the main module; processes that later tests spawn would run it."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the dashboard works on."""
    folder = tmp_path / "data"
    monkeypatch.setenv("HWR_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def no_data_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only images of one's own are there to look at; an empty history would begin with the data sets."""
    monkeypatch.setenv("HWR_DATASETS_DIR", str(tmp_path / "datasets"))


@pytest.fixture
def workspace(data_dir: Path, begin_history: Callable[[Path], None]) -> Iterator[Workspace]:
    """The workspace that the pages use too; closed after the test."""
    begin_history(Settings().database)
    st.cache_data.clear()
    st.cache_resource.clear()
    workspace = open_workspace()
    yield workspace
    workspace.close()


@pytest.fixture
def app(workspace: Workspace) -> AppTest:
    """The dashboard before its first run, about to open on Draw."""
    return AppTest.from_file(ENTRY, default_timeout=PATIENCE).switch_page("app_pages/draw.py")


@pytest.fixture(autouse=True)
def paper(monkeypatch: pytest.MonkeyPatch) -> list[bytes | None]:
    """What lies on the canvas, which only a browser can show: its last element is what is drawn at present."""
    sheets: list[bytes | None] = [None]
    monkeypatch.setattr(canvas, "drawing_canvas", lambda **_: sheets[-1])
    return sheets


@pytest.fixture
def hold_database(data_dir: Path) -> Iterator[Callable[[], None]]:
    """Let another process hold the database until the test ends."""
    holders = []

    def hold() -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-c", HOLD, str(Settings().database)]
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        holders.append(holder)
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"

    yield hold
    for holder in holders:
        holder.communicate()
