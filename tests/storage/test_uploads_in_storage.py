"""Uploads below HWR_STORAGE_URL: stored, read, removed, backed up, checked and moved."""

from pathlib import Path

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.cli import main
from hwr_core.errors import Conflict, NotFound, StorageUnavailable, StoreUnavailable
from hwr_core.ops.backup.make import back_up
from hwr_core.ops.backup.restore import restore
from hwr_core.ops.doctor import contents
from hwr_core.ops.doctor.finding import State
from hwr_core.ops.migrate_storage import migrate_storage
from hwr_core.records.predictions import Source
from hwr_core.records.uploads import Upload, Uploads, place_of
from hwr_core.settings import Settings
from hwr_core.storage.places import open_storage
from tests.api.client import client_of, drawn
from tests.handwriting import drawing, png

SEVEN, THREE = png(drawing(7)), png(drawing(3))


@pytest.fixture
def url(object_store) -> str:
    """A prefix in an empty bucket."""
    return str(object_store.new_url())


@pytest.fixture
def shared(settings, url) -> Settings:
    """Settings of an empty data folder, with uploads in the bucket."""
    return settings.model_copy(update={"storage_url": url})


@pytest.fixture
def workspace(shared):
    """A workspace with uploads in the bucket."""
    with Workspace(shared) as workspace:
        yield workspace


def _keep(workspace, *images, user_id=1):
    return [workspace.read_and_keep(image, source=Source.UPLOAD, user_id=user_id) for image in images]


def _lost(url) -> None:
    """Remove all that lies in the bucket."""
    storage = open_storage(url)
    storage.remove([each.name for each in storage.files()])


def test_an_upload_lies_in_the_bucket_alone(workspace, url):
    """Under its hash; it is read from there, also by another server with a data folder of its own."""
    [kept] = _keep(workspace, SEVEN)
    name = Upload.of(SEVEN).name
    assert {each.name for each in open_storage(url).files()} == {f"uploads/{place_of(name)}", "uploads/owner"}
    assert not workspace.settings.uploads.exists()
    assert workspace.history.upload(kept.id) == SEVEN
    _lost(url)
    with pytest.raises(NotFound, match="no longer exists"):
        workspace.history.upload(kept.id)


def test_a_deleted_user_takes_the_images_along(workspace, url):
    """Those that somebody else sent too stay."""
    ada = workspace.users.create("Ada").id
    _keep(workspace, SEVEN, THREE, user_id=ada)
    _keep(workspace, SEVEN)
    workspace.users.delete(ada)
    assert list(Uploads.of(workspace.settings).names()) == [Upload.of(SEVEN).name]


def test_prune_removes_what_nothing_refers_to_and_nothing_of_others(workspace, url):
    """A file in the bucket that is not named as an image is none of ours."""
    _keep(workspace, SEVEN, THREE)
    open_storage(url).write({"uploads/readme.txt": b"not ours", "other/file": b"nor this"})
    found = workspace.prune(uploads_older_than=0, dry_run=True)
    assert (found.uploads, found.bytes) == (2, len(SEVEN) + len(THREE))
    assert workspace.prune(uploads_older_than=0).uploads == 2
    assert {each.name for each in open_storage(url).files()} == {"uploads/readme.txt", "uploads/owner", "other/file"}


def test_another_history_is_refused_where_there_are_images_of_one(workspace, shared, url, tmp_path):
    """It would prune them: so it neither stores nor removes any, until somebody says that they are nobody's."""
    _keep(workspace, SEVEN)
    with Workspace(shared.model_copy(update={"data_dir": tmp_path / "other"})) as other:
        for call in (lambda: _keep(other, THREE), other.prune):
            with pytest.raises((Conflict, StoreUnavailable), match=r"another history|not their database"):
                call()
        assert list(Uploads.of(shared).names()) == [Upload.of(SEVEN).name]
        open_storage(url).remove(["uploads/owner"])
        _keep(other, THREE)
    with Workspace(shared) as again, pytest.raises(Conflict, match="another history"):
        again.prune(uploads_older_than=0)


def test_an_outage_loses_nothing_and_is_told(shared, monkeypatch):
    """Over HTTP it is a 503 in words, nothing is kept without its image, and health says so until it is over."""
    with client_of(shared) as client:
        with monkeypatch.context() as outage:
            outage.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0.0)
            answer = client.post("/api/predict", json=drawn(SEVEN))
            assert (answer.status_code, "refuses" in answer.json()["detail"]) == (503, True)
            assert "s3://" not in answer.text
            assert client.get("/api/analytics/predictions").json()["count"] == 0
            health = client.get("/health/ready")
            assert (health.status_code, "object storage" in health.text) == (503, True)
        assert client.get("/health/ready").status_code == 200
        assert client.post("/api/predict", json=drawn(SEVEN)).status_code == 200


def test_a_user_who_is_deleted_in_an_outage_is_deleted(workspace, monkeypatch):
    """The message says what is left, and prune removes it."""
    ada = workspace.users.create("Ada").id
    _keep(workspace, SEVEN, user_id=ada)
    _keep(workspace, THREE)
    with monkeypatch.context() as outage:
        outage.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0.0)
        with pytest.raises(StorageUnavailable, match="hwr prune"):
            workspace.users.delete(ada)
    with pytest.raises(NotFound):
        workspace.users.get(ada)
    assert workspace.prune().uploads == 1
    assert list(Uploads.of(workspace.settings).names()) == [Upload.of(THREE).name]


@pytest.mark.duckdb_file
def test_a_backup_says_where_the_images_lie(workspace, shared, tmp_path, capsys, monkeypatch):
    """They stay in the bucket; what is restored finds them there, and restored without it is told where they are."""
    [kept] = _keep(workspace, SEVEN)
    workspace.close()
    without_models = shared.model_copy(update={"models_dir": tmp_path / "models"})  # to save their time
    manifest = back_up(without_models, tmp_path / "backup.zip")
    assert (manifest.storage, manifest.counts.uploads, manifest.counts.missing) == (shared.storage_url, 0, 1)
    elsewhere = without_models.model_copy(update={"data_dir": tmp_path / "elsewhere"})
    restore(elsewhere, tmp_path / "backup.zip")
    with Workspace(elsewhere) as back:
        assert back.history.upload(kept.id) == SEVEN
    monkeypatch.setenv("HWR_DATA_DIR", str(tmp_path / "third"))
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path / "models"))
    assert main(["restore", str(tmp_path / "backup.zip")]) == 0
    assert f"lie in {shared.storage_url}, and hwr looks for them in the data folder" in capsys.readouterr().out


def test_the_doctor_tries_the_storage(workspace, shared, url):
    """It leaves nothing there; images that are missing in it are counted, an outage is bad with a way out."""
    _keep(workspace, SEVEN)
    workspace.close()
    assert contents.storage(shared).state is State.GOOD
    assert not any(open_storage(f"{url}/doctor").files())
    assert contents.uploads(shared).found.startswith("all 1")
    _lost(url)
    assert (contents.uploads(shared).state, url in contents.uploads(shared).advice) == (State.BAD, True)
    away = shared.model_copy(update={"storage_url": "s3://hwr-nobody-made-it"})
    found = contents.storage(away)
    assert (found.state, "no bucket" in found.found, "AWS_ACCESS_KEY_ID" in found.advice) == (State.BAD, True, True)
    assert contents.uploads(away).state is State.DOUBTFUL


def test_image_files_move_there_and_back(settings, url, tmp_path):
    """All are compared, a second run copies nothing, and a damaged one is named and left out."""
    own = Uploads.of(settings)
    images = [Upload.of(bytes([number]) * 1000) for number in range(150)]
    own.add_all(images)
    damaged = Path(own.address(images[0].name))
    damaged.write_bytes(b"damaged")
    done = migrate_storage(settings, "data", url)
    assert (done.copied, done.there, done.damaged) == (149, 0, (images[0].name,))
    damaged.unlink()
    assert (again := migrate_storage(settings, "data", url)).copied == 0
    assert again.there == 149
    other = settings.model_copy(update={"data_dir": tmp_path / "other"})
    assert migrate_storage(other, url, "data").copied == 149
    assert Uploads.of(other).get(images[7].name) == images[7].content


def test_moving_says_what_was_moved(settings, url, monkeypatch, capsys):
    """The exit status is 1 where an image was left out, 2 where a place is none."""
    monkeypatch.setenv("HWR_DATA_DIR", str(settings.data_dir))
    Uploads.of(settings).add(Upload.of(SEVEN))
    assert main(["migrate-storage", "data", url]) == 0
    assert "1 image files copied" in capsys.readouterr().out
    Path(Uploads.of(settings).address(Upload.of(SEVEN).name)).write_bytes(b"")
    assert main(["migrate-storage", "data", url]) == 1
    assert "damaged or gone in data" in capsys.readouterr().err
    assert main(["migrate-storage", "data", "data"]) == 2
    assert main(["migrate-storage", "data", "http://elsewhere"]) == 2
    assert "s3://bucket/prefix" in capsys.readouterr().err
