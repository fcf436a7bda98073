"""hwr doctor says of each part whether it works, and how to fix what does not."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.db.file_lock import unfinished_restore
from hwr_core.files import ALIVE
from hwr_core.ops.doctor import contents, examine, machine, server
from hwr_core.ops.doctor.finding import State
from hwr_core.records.predictions import Source
from hwr_core.settings import Settings
from tests.handwriting import drawing, png
from tests.own_models import copied_models


@pytest.fixture
def used(settings):
    """A data folder with one prediction."""
    with Workspace(settings) as workspace:
        workspace.read_and_keep(png(drawing(3)), source=Source.API)
    return settings


@contextmanager
def _answering(status: int, body: bytes) -> Iterator[int]:
    """A server on a free port that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as listener:
        Thread(target=listener.serve_forever, daemon=True).start()
        yield listener.server_port
        listener.shutdown()


def test_a_sound_installation_is_good_throughout(used, monkeypatch):
    """Nothing is bad; what only training needs is a note."""
    monkeypatch.setenv("HWR_DATA_DIR", str(used.data_dir))
    monkeypatch.setenv("HWR_PORT", "0")
    findings = examine.examine()
    assert [each.about for each in findings if each.state is State.BAD] == []
    assert len(findings) == 13
    assert all(each.advice for each in findings if each.state is not State.GOOD)


def test_invalid_settings_are_the_last_finding(monkeypatch):
    """Without settings nothing else can be checked."""
    monkeypatch.setenv("HWR_PORT", "eighty")
    last = examine.examine()[-1]
    assert (last.about, last.state) == ("settings", State.BAD)
    assert "HWR_PORT is 'eighty'" in last.found


@pytest.mark.parametrize(
    ("running", "state"),
    [((3, 10, 9), State.BAD), ((3, 11, 0), State.GOOD), ((3, 13, 9), State.GOOD), ((3, 14, 0), State.BAD)],
)
def test_the_version_of_python_is_checked(running, state):
    """Only the versions that hwr is tested with are good."""
    assert machine.python(running).state is state


def test_packages_that_are_missing_or_old_are_named():
    """One that is for another system is not required."""
    found = machine.packages(
        Settings(), ["numpy>=1", "no-such-package>=2", "pillow>=999", "other; sys_platform == 'none'"]
    )
    assert found.state is State.BAD
    assert found.found.startswith("no-such-package is missing; pillow is ")
    assert "numpy" not in found.found


def test_packages_for_training_alone_are_a_note(monkeypatch):
    """A container image without TensorFlow is healthy: recognition works."""
    monkeypatch.setattr(machine, "FOR_TRAINING", {"no-such-package"})
    assert machine.packages(Settings(), ["numpy", "no-such-package"]).state is State.DOUBTFUL
    assert machine.packages(Settings(), ["numpy>999", "no-such-package"]).state is State.BAD


def test_packages_of_an_extra_are_wanted_where_a_setting_needs_them():
    """Those of single sign-on by who has a provider, psycopg by who has a database server; both are then bad."""
    needs = ["numpy", "no-authlib; extra == 'sso'", "no-psycopg; extra == 'postgres'"]
    assert machine.packages(Settings(), needs).state is State.GOOD
    with_provider = machine.packages(Settings(oidc_issuer="https://id.example.org"), needs)
    assert (with_provider.state, with_provider.found) == (State.BAD, "no-authlib is missing")
    assert machine.packages(Settings(database_url="postgresql://a@b/c"), needs).found == "no-psycopg is missing"


def test_a_data_folder_that_cannot_be_made_is_bad(tmp_path):
    """The reason is that of the operating system."""
    (tmp_path / "file").write_text("")
    found = machine.data_folder(Settings(data_dir=tmp_path / "file" / "data"))
    assert (found.state, "Not a directory" in found.found) == (State.BAD, True)


def test_an_interrupted_restore_is_reported(settings):
    """The advice says how to finish it."""
    settings.data_dir.mkdir()
    unfinished_restore(settings.data_dir).write_text("{}")
    assert "--finish" in machine.data_folder(settings).advice


def test_what_killed_processes_left_is_removed(settings):
    """A copy of the database that nobody knows of would outlive what is erased from the history."""
    left = settings.unfinished / "backup-x"
    left.mkdir(parents=True)
    (left / ALIVE).touch()
    (left / "hwr.duckdb").write_bytes(b"a copy")
    found = machine.leftovers(settings)
    assert (found.state, "backup-x" in found.found, left.exists()) == (State.GOOD, True, False)
    assert "none" in machine.leftovers(settings).found


@pytest.mark.parametrize(("free", "state"), [(10**8, State.BAD), (10**9, State.DOUBTFUL), (10**10, State.GOOD)])
def test_room_on_the_disk(tmp_path, monkeypatch, free, state):
    """A full disk is bad, a tight one is a note."""
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert machine.room(Settings(data_dir=tmp_path)).state is state


def test_a_damaged_database_is_bad(used):
    """The finding says what is wrong and that a backup helps; image files are then not checked."""
    used.database.write_bytes(b"damaged" * 10_000)
    found = contents.database(used)
    assert (found.state, "hwr restore" in found.advice) == (State.BAD, True)
    assert contents.uploads(used).state is State.DOUBTFUL


def test_a_lost_database_is_bad(used):
    """Missing, or another one without a prediction, it is not called new while there are image files."""
    used.database.unlink()
    assert (contents.database(used).state, "missing" in contents.database(used).found) == (State.BAD, True)
    images = used.uploads.rename(used.data_dir / "aside")
    with Workspace(used) as workspace:
        workspace.users.create("Ada")
    images.rename(used.uploads)
    assert (contents.database(used).state, "no predictions" in contents.database(used).found) == (State.BAD, True)


def test_checking_creates_nothing(settings):
    """A data folder that was never used has no database afterwards either."""
    assert contents.database(settings).state is State.GOOD
    assert contents.uploads(settings).state is State.GOOD
    assert not settings.database.exists()


def test_image_files_that_are_missing_are_counted(used):
    """Predictions that refer to a missing file are counted."""
    assert contents.uploads(used).found.startswith("all 1")
    next(used.uploads.glob("*/*")).unlink()
    found = contents.uploads(used)
    assert (found.state, found.found) == (State.BAD, "1 of 1 are missing")


def test_the_model_reads_a_seven(settings, tmp_path):
    """The served version is loaded and tried; a damaged or missing one is bad."""
    assert contents.model(settings).state is State.GOOD
    registry = copied_models(tmp_path / "models")
    (registry.champion().folder / "model.tflite").write_bytes(b"damaged")
    found = contents.model(Settings(data_dir=settings.data_dir, models_dir=registry.folder))
    assert (found.state, "damaged" in found.found) == (State.BAD, True)
    assert contents.model(Settings(data_dir=settings.data_dir, models_dir=tmp_path / "none")).state is State.BAD


def test_only_training_needs_data_sets(tmp_path):
    """Having none is a note."""
    found = contents.data_sets(Settings(data_dir=tmp_path, datasets_dir=tmp_path / "sets"))
    assert found.state is State.DOUBTFUL
    assert "Only training" in found.advice


def test_an_address_in_the_network_needs_sign_in_or_consent(tmp_path):
    """It is bad without sign-in, and a note when HWR_ALLOW_OPEN allows it."""
    open_to_all = Settings(data_dir=tmp_path, host="0.0.0.0")  # noqa: S104
    assert server.address(open_to_all).state is State.BAD
    assert server.address(open_to_all.model_copy(update={"allow_open": True})).state is State.DOUBTFUL
    assert server.address(Settings(data_dir=tmp_path)).state is State.GOOD


def test_the_port_is_free_or_ours(tmp_path):
    """Another program on the port is bad; a healthy hwr is good, one with problems is bad and they are named."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    assert server.port(Settings(data_dir=tmp_path, port=number)).state is State.GOOD
    for status, body, state, words in (
        (200, b'{"problems": []}', State.GOOD, "healthy hwr"),
        (503, b'{"problems": ["no model"]}', State.BAD, "no model"),
        (200, b"<html>", State.BAD, "Address already in use"),
    ):
        with _answering(status, body) as number:
            found = server.port(Settings(data_dir=tmp_path, port=number))
        assert (found.state, words in found.found) == (state, True), found
