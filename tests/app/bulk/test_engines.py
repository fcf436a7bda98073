"""Other engines read the same: Dask and Ray, on this machine and on a cluster, and what is said where they cannot."""

import importlib.util
import json
import os
import pickle
import signal
import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from hwr_core.app.bulk.engines.engine import Engine, EngineKind
from hwr_core.app.bulk.engines.on_ray import QUIET
from hwr_core.app.bulk.read_all import Part, read_all
from hwr_core.app.bulk.worker import How
from hwr_core.cli import main
from hwr_core.errors import InvalidValue, NotInstalled, WorkerLost
from tests.handwriting import drawing, png

HOW = How(numbers=False, script="western", enhancement_level=1.0)


def _wanted(package):
    return pytest.mark.skipif(
        importlib.util.find_spec(package) is None, reason=f"{package} is not installed: pip install {package}"
    )


with_dask, with_ray = _wanted("distributed"), _wanted("ray")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A folder of 30 images, and one file that is none."""
    folder = tmp_path_factory.mktemp("images")
    for place in range(30):
        (folder / f"{place:02}.png").write_bytes(png(drawing(place % 10)))
    (folder / "bad.png").write_bytes(b"no image")
    return folder


@pytest.fixture(scope="module")
def scheduler():
    """A cluster of Dask with two workers, as somebody else would run it."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


@pytest.fixture
def read(settings, images, tmp_path):
    """Read the images by an engine; return how it ended and the rows, but for the time that each took."""

    def read(engine, **more):
        folder = tmp_path / "out" / engine.kind
        options = {"how": HOW, "shard_size": 10, "part": Part(), "engine": engine} | more
        done = read_all(settings, str(images), folder, **options)
        return done, pd.read_parquet(folder).drop(columns="seconds")

    return read


@pytest.mark.slow
@with_dask
def test_a_cluster_of_dask_reads_what_this_machine_reads(read, scheduler):
    """Its workers give the same rows, though one is killed meanwhile; the file that is no image is named."""
    killed = []

    def kill_one(_):
        if not killed:
            killed.append(next(iter(scheduler.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    done, rows = read(Engine(EngineKind.DASK, scheduler.scheduler_address), on_progress=kill_one)

    assert killed
    here, expected = read(Engine(processes=1))
    assert (done.shards_done, done.images_done, done.errors) == (here.shards_done, here.images_done, 1) == (4, 31, 1)
    pd.testing.assert_frame_equal(rows, expected)
    assert list(rows.loc[rows["error"].notna(), "file"]) == ["bad.png"]


@pytest.mark.slow
@with_dask
def test_the_scheduler_that_dask_knows_is_used(images, scheduler, tmp_path, capsys):
    """By the setting of Dask itself, DASK_SCHEDULER_ADDRESS; status and summary are those of the command."""
    import dask

    command = ["read-all", str(images), str(tmp_path / "out"), "--engine", "dask", "--json"]
    before = scheduler.scheduler.transition_counter
    with dask.config.set({"scheduler-address": scheduler.scheduler_address}):  # which the variable sets at the start
        assert main(command) == 1
    assert json.loads(capsys.readouterr().out)["images_done"] == 31
    assert scheduler.scheduler.transition_counter > before


@pytest.mark.slow
@with_dask
def test_a_workers_error_is_said_as_it_is(read, scheduler):
    """A script that nobody reads is refused in the words of the process that refuses it."""
    unknown = How(numbers=False, script="klingon", enhancement_level=1.0)
    with pytest.raises(InvalidValue, match="klingon"):
        read(Engine(EngineKind.DASK, scheduler.scheduler_address), how=unknown)


@pytest.mark.slow
@with_ray
def test_ray_reads_what_this_machine_reads(read):
    """The same rows by processes of Ray on this machine."""
    done, rows = read(Engine(EngineKind.RAY, processes=1))
    _, expected = read(Engine(processes=1))
    assert (done.images_done, done.errors) == (31, 1)
    pd.testing.assert_frame_equal(rows, expected)


@pytest.mark.parametrize(
    ("kind", "package"), [(EngineKind.DASK, "distributed"), (EngineKind.RAY, "ray")], ids=["dask", "ray"]
)
def test_an_engine_that_is_not_installed_is_said(read, monkeypatch, kind, package):
    """With the command that installs it; nothing is written but the list of names."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(NotInstalled, match=rf"pip install 'hwr\[{kind}\]'"):
        read(Engine(kind))


def test_that_something_is_not_installed_can_be_said_by_another_process():
    """The error keeps its words on its way."""
    error = NotInstalled("The engine dask needs Dask", "dask")
    there = pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    assert (type(there), str(there)) == (NotInstalled, str(error))


@with_dask
def test_what_is_no_address_of_a_scheduler_is_refused(read):
    """In words, with an address that is one."""
    with pytest.raises(InvalidValue, match=r"tcp://10\.0\.0\.5:8786"):
        read(Engine(EngineKind.DASK, "nonsense://:"))


def test_a_ray_of_ones_own_reads_at_the_usual_priority(monkeypatch):
    """And tells its makers nothing, unless somebody has chosen otherwise."""
    found = {}

    def init(**_):
        found.update({name: os.environ[name] for name in QUIET})
        raise RuntimeError

    for name in QUIET:
        monkeypatch.setenv(name, "")  # restored in the end
        monkeypatch.delenv(name)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(init=init))
    with pytest.raises(WorkerLost), Engine(EngineKind.RAY).opened(None):
        pass
    assert found == {"RAY_USAGE_STATS_ENABLED": "1", "RAY_worker_niceness": "0"}


@with_ray
@pytest.mark.parametrize(
    ("address", "error", "words"),
    [
        ("nonsense", InvalidValue, "ray://10.0.0.5:10001"),
        ("127.0.0.1:x", InvalidValue, "ray://10.0.0.5:10001"),
        ("127.0.0.1:9", WorkerLost, "cannot be reached"),
        ("ray://127.0.0.1:9", WorkerLost, "cannot be reached"),
    ],
)
def test_a_cluster_of_ray_that_is_not_there_is_said_at_once(read, address, error, words):
    """Ray itself would try for minutes."""
    with pytest.raises(error, match=words):
        read(Engine(EngineKind.RAY, address))


def test_choices_that_do_not_fit_are_refused():
    """No processes, an address without a cluster, a number of processes for a cluster that has its own."""
    with pytest.raises(InvalidValue, match="1 or more"):
        Engine(processes=0)
    with pytest.raises(InvalidValue, match="dask or ray"):
        Engine(address="tcp://10.0.0.5:8786")
    with pytest.raises(InvalidValue, match="its own number"):
        Engine(EngineKind.DASK, "tcp://10.0.0.5:8786", 2)
