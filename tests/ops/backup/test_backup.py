"""A backup contains what cannot be made again; restored elsewhere it is the same history, images and model."""

import stat
from zipfile import ZipFile

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.errors import InvalidValue, StoreUnavailable
from hwr_core.ops.backup import make
from hwr_core.ops.backup.archive import opened, read_manifest
from hwr_core.ops.backup.make import back_up
from hwr_core.ops.backup.restore import restore
from hwr_core.records.predictions import Source
from hwr_core.records.uploads import Upload, Uploads, place_of
from hwr_core.registry.registry import Registry
from hwr_core.settings import Settings
from tests.handwriting import drawing, png
from tests.ops.backup.conftest import predictions_of


def test_a_backup_is_restored_completely(settings, archive, elsewhere):
    """Predictions, labels, image files, custom images, versions and aliases are what they were."""
    restore(elsewhere, archive)
    before, after = predictions_of(settings), predictions_of(elsewhere)
    assert [(each.id, each.file_name, each.upload, each.label) for each in after] == [
        (each.id, each.file_name, each.upload, each.label) for each in before
    ]
    assert after[0].label is not None
    assert (elsewhere.custom_dataset / "7" / "ada" / "seven.png").read_bytes() == png(drawing(7))
    assert Registry(elsewhere.models_dir).champion().card == Registry(settings.models_dir).champion().card


def test_a_restored_history_goes_on(archive, elsewhere):
    """The next prediction gets the next id, and is made by the restored model."""
    restore(elsewhere, archive)
    with Workspace(elsewhere) as workspace:
        kept = workspace.read_and_keep(png(drawing(4)), source=Source.API)
    assert kept.id == 4


def test_the_manifest_counts_what_there_is(archive):
    """The manifest says what is in the archive and which version of hwr made it."""
    with opened(archive) as content:
        counts = read_manifest(content).counts
    assert (counts.predictions, counts.feedback, counts.uploads, counts.images, counts.versions) == (3, 1, 3, 1, 1)
    assert counts.missing == 0


def test_a_backup_is_readable_only_by_its_owner(archive, settings):
    """It contains personal data; and making it leaves nothing behind in the data folder."""
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert not list(settings.unfinished.iterdir())


def test_image_files_that_no_prediction_names_stay_outside(settings, tmp_path):
    """An erased image does not come back by a later backup, even if its file still exists."""
    stray = Uploads.of(settings)
    lost = Upload.of(b"erased")
    stray.add(lost)
    back_up(settings, tmp_path / "b.zip")
    with ZipFile(tmp_path / "b.zip") as content:
        assert f"originals/{place_of(lost.name)}" not in content.namelist()


def test_a_prediction_erased_while_a_backup_is_made_is_whole_in_it_or_not_in_it(
    settings, tmp_path, elsewhere, monkeypatch
):
    """Files are linked before the database is copied: erasing at that moment removes nothing from the backup."""
    copy = make.copy_file

    def copy_then_erase(database, target):
        copy(database, target)
        for name in list(Uploads.of(settings).names()):
            (settings.uploads / place_of(name)).unlink()

    monkeypatch.setattr(make, "copy_file", copy_then_erase)
    assert back_up(settings, tmp_path / "b.zip").counts.missing == 0
    restore(elsewhere, tmp_path / "b.zip")
    assert len(predictions_of(elsewhere)) == 3


def test_image_files_that_were_gone_before_are_counted(settings, tmp_path, elsewhere):
    """A history that lacks a file is backed up all the same, with the number of missing files, and restored."""
    next(settings.uploads.glob("*/*")).unlink()
    manifest = back_up(settings, tmp_path / "b.zip")
    assert (manifest.counts.uploads, manifest.counts.missing) == (2, 1)
    assert restore(elsewhere, tmp_path / "b.zip").manifest.counts.missing == 1


def test_an_empty_data_folder_is_backed_up_and_restored(tmp_path, models, elsewhere):
    """A data folder that was never used is no error."""
    empty = Settings(data_dir=tmp_path / "empty", models_dir=models)
    back_up(empty, tmp_path / "b.zip")
    restore(elsewhere, tmp_path / "b.zip")
    assert predictions_of(elsewhere) == []


def test_an_archive_appears_only_when_it_is_complete(settings, archive, monkeypatch):
    """A backup that fails leaves the earlier one unchanged, and no partial one."""
    before = archive.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(make, "_add", full)
    with pytest.raises(StoreUnavailable, match="No space left"):
        back_up(settings, archive)
    assert archive.read_bytes() == before
    assert [file.name for file in archive.parent.glob(".*")] == []


def test_a_target_that_cannot_be_written_is_named(settings, tmp_path):
    """The message names the file that was asked for."""
    with pytest.raises(InvalidValue, match=r"nowhere/b\.zip.*cannot be written"):
        back_up(settings, tmp_path / "nowhere" / "b.zip")
