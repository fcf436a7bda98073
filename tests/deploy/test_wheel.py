"""The wheel holds what runs, takes nobody's names, and reads from any folder."""

import re
import signal
import subprocess
import tarfile
import urllib.request
from pathlib import Path
from zipfile import ZipFile

import pytest

from hwr_core import __version__
from hwr_core.errors import ModelUnavailable
from hwr_core.registry.pointers import CHAMPION
from hwr_core.registry.registry import Registry
from hwr_core.registry.shipped import BROUGHT, bring
from hwr_core.settings import PROJECT
from tests.handwriting import drawing, png
from tests.wheel import build, home, install

SERVED = Registry(PROJECT / "models").champion().name


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def hwr(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed program."""
    return install(wheel, tmp_path_factory.mktemp("environment") / "venv")


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """What a package brings: a version, and the file that names it."""
    folder = tmp_path / "shipped"
    (folder / "20260101T000000Z-aaaaa").mkdir(parents=True)
    (folder / "20260101T000000Z-aaaaa" / "card.json").write_text("{}")
    (folder / CHAMPION).write_text("20260101T000000Z-aaaaa\n")
    return folder


def test_its_names_clash_with_nobodys(wheel: Path) -> None:
    """Two folders, and of all that lies in the checkout only what runs: no tests, no older models."""
    names = ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"hwr_app", "hwr_core", f"hwr-{__version__}.dist-info"}
    assert {"hwr_app/asgi.py", "hwr_app/api/app.py", "hwr_app/dashboard/.streamlit/config.toml"} < set(names)
    shipped = {name.split("/")[2] for name in names if name.startswith("hwr_core/shipped/")}
    assert shipped == {CHAMPION, SERVED}
    assert not [name for name in names if "screenshots" in name or "test_" in name]
    phone = {name.removeprefix("hwr_app/api/phone/") for name in names if name.startswith("hwr_app/api/phone/")}
    assert phone == {f"static/{file.name}" for file in (PROJECT / "api" / "phone" / "static").iterdir()}


def test_a_wheel_can_be_built_from_the_archive_of_sources(tmp_path: Path) -> None:
    """It holds the served model, the build's own program and the licence."""
    with tarfile.open(build(tmp_path, "sdist")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"models/{SERVED}/card.json", "models/champion", "hatch_build.py", "asgi.py", "LICENSE"} < names


def test_it_reads_from_any_folder(hwr: Path, tmp_path: Path) -> None:
    """By the model that it brought along; its data is the user's, and no folder of packages is written to."""
    (tmp_path / "7.png").write_bytes(png(drawing(7)))
    done = subprocess.run(
        [hwr, "read", "--record", "7.png"], cwd=tmp_path, env=home(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("7.png: 7 ")
    assert {file.name for file in (tmp_path / "share" / "hwr").iterdir()} == {"data", "models"}
    assert (tmp_path / "share" / "hwr" / "models" / CHAMPION).read_text() == f"{SERVED}\n"
    assert (tmp_path / "share" / "hwr" / "data" / "hwr.duckdb").is_file()


def test_a_brought_version_is_served_where_none_is(shipped: Path, tmp_path: Path) -> None:
    """A second time changes nothing, and one that the user has removed does not come back."""
    models = tmp_path / "models"
    for _ in range(2):
        bring(shipped, models, CHAMPION)
        assert (models / CHAMPION).read_text() == "20260101T000000Z-aaaaa\n"
        assert (models / "20260101T000000Z-aaaaa" / "card.json").read_text() == "{}"
    (models / "20260101T000000Z-aaaaa" / "card.json").unlink()
    (models / "20260101T000000Z-aaaaa").rmdir()
    bring(shipped, models, CHAMPION)
    assert {file.name for file in models.iterdir()} == {CHAMPION, BROUGHT}


def test_an_update_brings_a_version_and_leaves_the_served_one(
    shipped: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is read by which model changes when somebody promotes one; the log says how."""
    models, newer = tmp_path / "models", "20270101T000000Z-bbbbb"
    bring(shipped, models, CHAMPION)
    (shipped / "20260101T000000Z-aaaaa").rename(shipped / newer)
    (shipped / CHAMPION).write_text(f"{newer}\n")
    with caplog.at_level("INFO"):
        bring(shipped, models, CHAMPION)
    assert (models / CHAMPION).read_text() == "20260101T000000Z-aaaaa\n"
    assert (models / newer / "card.json").is_file()
    assert f"hwr models promote {newer}" in caplog.text


def test_a_folder_that_cannot_be_written_is_named(shipped: Path, tmp_path: Path) -> None:
    """Where a model would have to lie is a file."""
    (tmp_path / "models").write_text("a file")
    with pytest.raises(ModelUnavailable, match="The shipped model cannot be copied to "):
        bring(shipped, tmp_path / "models", CHAMPION)


@pytest.mark.slow
def test_a_demo_is_the_first_thing_that_can_be_done(hwr: Path, tmp_path: Path) -> None:
    """Before anything was read, and so before the model was copied."""
    command = [str(hwr), "demo", "--port", "0"]
    process = subprocess.Popen(command, cwd=tmp_path, env=home(tmp_path), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said, address = process.stdout.readline(), process.stdout.readline()
        assert " predictions of an example history are in " in said
        found = re.search(r"http://[\d.:]+", address)
        assert found is not None, address
        with urllib.request.urlopen(f"{found[0]}/health", timeout=60) as answer:  # noqa: S310  our own server
            assert answer.status == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
    assert not (tmp_path / "share" / "hwr" / "data" / "hwr.duckdb").exists()
