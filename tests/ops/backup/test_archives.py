"""An archive that was tampered with is refused with the reason, and leaves nothing behind."""

import stat
from zipfile import ZipInfo

import duckdb
import pytest

from hwr_core.errors import HwrError, InvalidValue, StoreUnavailable
from hwr_core.ops.backup import archive as archive_module
from hwr_core.ops.backup.manifest import is_allowed
from hwr_core.ops.backup.restore import restore

VERSION = "20260101T000000Z-0abcd"
HASH = "ab" + "0" * 62


def _refused(elsewhere, file, match, kind=InvalidValue):
    with pytest.raises(kind, match=match):
        restore(elsewhere, file)
    assert not elsewhere.database.exists()
    assert not elsewhere.uploads.exists()
    for folder in (elsewhere.data_dir, elsewhere.models_dir):
        assert not list(folder.glob(".restoring-*"))


@pytest.mark.parametrize(
    "name",
    [
        "hwr.duckdb", f"originals/ab/{HASH}", "custom_dataset/7/a.png", "custom_dataset/none/ada/b c.png",
        "models/champion", f"models/{VERSION}/card.json", f"models/{VERSION}/evaluations/mnist.json",
    ],
)  # fmt: skip
def test_names_that_a_backup_has(name):
    """Each kind of file has its folder; uploads are in `originals`, as on disk."""
    assert is_allowed(name)


@pytest.mark.parametrize(
    "name",
    [
        "../hwr.duckdb", "/etc/passwd", "models/../../x", f"models/{VERSION}/../champion", "custom_dataset/7/../../x",
        "custom_dataset/7/.hidden", "custom_dataset/8x/a.png", "custom_dataset/7", "models/evil", "models/.lock",
        f"originals/cd/{HASH}", "originals/ab/short", f"uploads/ab/{HASH}", "server.lock", "C:/x",
        "restore.json", "jobs/1/order.json",
        "custom_dataset/7/..\\..\\x", "custom_dataset/7/C:x", "custom_dataset//7/a", "custom_dataset/7/a\n", "",
        "custom_dataset/7/" + "x" * 256,
    ],
)  # fmt: skip
def test_names_that_no_backup_has(name):
    """A name that leads out of its folder, or to a file that is not saved, is not allowed."""
    assert not is_allowed(name)


def test_a_file_with_a_path_of_its_own_is_refused(elsewhere, rewritten):
    """Listed in the manifest or not, nothing is written outside."""

    def listed(manifest):
        manifest["files"]["../evil"] = {"bytes": 4, "sha256": "0" * 64}

    _refused(elsewhere, rewritten({"../evil": b"evil"}, listed), "not allowed in one")
    _refused(elsewhere, rewritten({"../evil": b"evil"}), "not those that its manifest lists")
    assert not (elsewhere.data_dir.parent / "evil").exists()


def test_a_link_is_refused(elsewhere, rewritten):
    """An entry that would become a link is refused."""
    link = ZipInfo("custom_dataset/7/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    def listed(manifest):
        manifest["files"][link.filename] = {"bytes": 11, "sha256": "0" * 64}

    _refused(elsewhere, rewritten(change=listed, more={link: b"/etc/passwd"}), "not a regular file")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(elsewhere, rewritten):
    """It would be unclear which of them was hashed."""
    _refused(elsewhere, rewritten(more={ZipInfo("hwr.duckdb"): b"x"}), "two files of the same name")


def test_a_file_that_is_missing_or_changed_is_refused(elsewhere, rewritten, archive):
    """Each file has to be there, with the size and the hash in the manifest."""
    _refused(elsewhere, rewritten({"custom_dataset/7/ada/seven.png": None}), "not those that its manifest lists")
    _refused(elsewhere, rewritten({"custom_dataset/7/ada/seven.png": b"short"}), "the size of .* does not match")

    def other_hash(manifest):
        manifest["files"]["hwr.duckdb"]["sha256"] = "0" * 64

    _refused(elsewhere, rewritten(change=other_hash), "'hwr.duckdb' does not match")


def test_damage_anywhere_is_noticed(elsewhere, archive, tmp_path):
    """An archive with some bytes changed is refused by an error of hwr."""
    whole, spoilt = archive.read_bytes(), tmp_path / "spoilt.zip"
    for place in range(100, len(whole), len(whole) // 12):
        spoilt.write_bytes(whole[:place] + bytes(64) + whole[place + 64 :])
        with pytest.raises(HwrError):
            restore(elsewhere, spoilt)
        assert not elsewhere.database.exists()
    spoilt.write_bytes(whole[: len(whole) // 2])
    _refused(elsewhere, spoilt, "not a backup")


def test_a_zip_bomb_is_refused(elsewhere, rewritten, monkeypatch):
    """It is refused by its sizes, before anything is unpacked."""
    monkeypatch.setattr(archive_module, "LOOSE", 1024)
    monkeypatch.setattr(archive_module, "LARGEST_RATIO", 0.5)
    _refused(elsewhere, rewritten(), "far more than plausible")


def test_a_backup_that_does_not_fit_on_the_disk_is_refused(elsewhere, archive, monkeypatch):
    """It is refused before a byte is written."""
    monkeypatch.setattr(archive_module, "RESERVE", 10**18)
    _refused(elsewhere, archive, "the disk has", StoreUnavailable)


def test_a_backup_of_a_newer_hwr_is_refused(elsewhere, rewritten):
    """A database with migrations that we do not know is left alone."""
    newer = rewritten(change=lambda manifest: manifest["db_schema"].append("from_the_future"))
    _refused(elsewhere, newer, "newer hwr")


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x05\x06" + bytes(18)])
def test_other_files_are_refused(elsewhere, tmp_path, content):
    """A file that is not an archive, or an archive of something else, is not a backup."""
    file = tmp_path / "other.zip"
    file.write_bytes(content)
    _refused(elsewhere, file, "not a backup")


def test_a_missing_file_is_reported(elsewhere, tmp_path):
    """A wrong name is the most common mistake."""
    _refused(elsewhere, tmp_path / "gone.zip", "No such file", StoreUnavailable)


@pytest.mark.parametrize(
    "statement",
    [
        "create view leak as select * from read_csv('/etc/passwd')",
        "create table more (id bigint)",
        "create macro f() as 1",
    ],
)
def test_a_database_with_more_in_it_is_refused(elsewhere, rewritten, archive, tmp_path, statement):
    """Views and functions of strangers are refused, even if the hashes fit."""
    from hashlib import sha256
    from zipfile import ZipFile

    database = tmp_path / "strange.duckdb"
    with ZipFile(archive) as content:
        database.write_bytes(content.read("hwr.duckdb"))
    with duckdb.connect(database) as connection:
        connection.execute(statement)
    strange = database.read_bytes()

    def listed(manifest):
        manifest["files"]["hwr.duckdb"] = {"bytes": len(strange), "sha256": sha256(strange).hexdigest()}

    _refused(elsewhere, rewritten({"hwr.duckdb": strange}, listed), "other tables", StoreUnavailable)


def test_counts_that_do_not_fit_are_refused(elsewhere, rewritten):
    """The counts in the manifest are compared with the database."""
    _refused(
        elsewhere,
        rewritten(change=lambda manifest: manifest["counts"].update(predictions=4)),
        "does not match the counts",
    )
    _refused(elsewhere, rewritten(change=lambda manifest: manifest["counts"].update(missing=1)), "image files")
