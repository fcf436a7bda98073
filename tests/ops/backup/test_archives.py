"""An archive that somebody tampered with is refused in words, and leaves nothing behind."""

import stat
from zipfile import ZipInfo

import duckdb
import pytest

from hwr_core.errors import HwrError, InvalidValue, StoreUnavailable
from hwr_core.ops.backup import archive as archive_module
from hwr_core.ops.backup.manifest import has_a_place
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
    """Each kind of file has its place."""
    assert has_a_place(name)


@pytest.mark.parametrize(
    "name",
    [
        "../hwr.duckdb", "/etc/passwd", "models/../../x", f"models/{VERSION}/../champion", "custom_dataset/7/../../x",
        "custom_dataset/7/.hidden", "custom_dataset/8x/a.png", "custom_dataset/7", "models/evil", "models/.lock",
        f"originals/cd/{HASH}", "originals/ab/short", "server.lock", "restore.json", "jobs/1/order.json", "C:/x",
        "custom_dataset/7/..\\..\\x", "custom_dataset/7/C:x", "custom_dataset//7/a", "custom_dataset/7/a\n", "",
        "custom_dataset/7/" + "x" * 256,
    ],
)  # fmt: skip
def test_names_that_no_backup_has(name):
    """A name that leads out of its folder, or to a file that is not saved, is none of ours."""
    assert not has_a_place(name)


def test_a_file_with_a_path_of_its_own_is_refused(elsewhere, rewritten):
    """Listed in the manifest or not, nothing is written outside."""

    def listed(manifest):
        manifest["files"]["../evil"] = {"bytes": 4, "sha256": "0" * 64}

    _refused(elsewhere, rewritten({"../evil": b"evil"}, listed), "no place")
    _refused(elsewhere, rewritten({"../evil": b"evil"}), "holds others too")
    assert not (elsewhere.data_dir.parent / "evil").exists()


def test_a_link_is_refused(elsewhere, rewritten):
    """An entry that would be made a link is not made anything."""
    link = ZipInfo("custom_dataset/7/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    def listed(manifest):
        manifest["files"][link.filename] = {"bytes": 11, "sha256": "0" * 64}

    _refused(elsewhere, rewritten(change=listed, more={link: b"/etc/passwd"}), "no plain file")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(elsewhere, rewritten):
    """Which of them was hashed nobody could say."""
    _refused(elsewhere, rewritten(more={ZipInfo("hwr.duckdb"): b"x"}), "two files of one name")


def test_a_file_that_is_missing_or_changed_is_refused(elsewhere, rewritten, archive):
    """Each file has to be there, with the size and the hash that the list says."""
    _refused(elsewhere, rewritten({"custom_dataset/7/ada/seven.png": None}), "does not hold the files")
    _refused(elsewhere, rewritten({"custom_dataset/7/ada/seven.png": b"short"}), "not as large")

    def other_hash(manifest):
        manifest["files"]["hwr.duckdb"]["sha256"] = "0" * 64

    _refused(elsewhere, rewritten(change=other_hash), "'hwr.duckdb' is not what its list")


def test_damage_anywhere_is_noticed(elsewhere, archive, tmp_path):
    """Of an archive with some bytes changed either an error of ours comes, or it was no part that matters."""
    whole, spoilt = archive.read_bytes(), tmp_path / "spoilt.zip"
    for place in range(100, len(whole), len(whole) // 12):
        spoilt.write_bytes(whole[:place] + bytes(64) + whole[place + 64 :])
        with pytest.raises(HwrError):
            restore(elsewhere, spoilt)
        assert not elsewhere.database.exists()
    spoilt.write_bytes(whole[: len(whole) // 2])
    _refused(elsewhere, spoilt, "no backup")


def test_what_unpacks_to_far_more_than_it_is_is_refused(elsewhere, rewritten, monkeypatch):
    """A bomb is refused by its sizes, before anything is unpacked."""
    monkeypatch.setattr(archive_module, "LOOSE", 1024)
    monkeypatch.setattr(archive_module, "LARGEST_RATIO", 0.5)
    _refused(elsewhere, rewritten(), "far more than is likely")


def test_what_does_not_fit_on_the_disk_is_refused(elsewhere, archive, monkeypatch):
    """It is told before a byte is written."""
    monkeypatch.setattr(archive_module, "RESERVE", 10**18)
    _refused(elsewhere, archive, "the disk has", StoreUnavailable)


def test_a_backup_of_a_newer_hwr_is_refused(elsewhere, rewritten):
    """A database with tables that we do not know is left alone."""
    newer = rewritten(change=lambda manifest: manifest["db_schema"].append("from_the_future"))
    _refused(elsewhere, newer, "newer hwr")


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x05\x06" + bytes(18)])
def test_other_files_are_refused(elsewhere, tmp_path, content):
    """What is no archive, or an archive of something else, is no backup."""
    file = tmp_path / "other.zip"
    file.write_bytes(content)
    _refused(elsewhere, file, "no backup")


def test_a_missing_file_is_told_in_words(elsewhere, tmp_path):
    """A wrong name is the commonest mistake."""
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
    """Views and functions of strangers are not let in, even if the hashes fit."""
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
    """The list of contents is compared with the database itself."""
    _refused(elsewhere, rewritten(change=lambda manifest: manifest["counts"].update(predictions=4)), "as much as")
    _refused(elsewhere, rewritten(change=lambda manifest: manifest["counts"].update(missing=1)), "image files")
