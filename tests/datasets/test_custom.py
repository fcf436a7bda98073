"""People's own images: read by folder, split by writer or content, and taken in from archives nobody believes."""

import io
import stat
import struct
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pytest

from hwr_core.datasets import custom
from hwr_core.datasets.import_zip import import_zip
from hwr_core.datasets.samples import Part, part_of
from hwr_core.errors import HwrError, InvalidValue, StoreUnavailable
from hwr_core.images.decode import Limits
from hwr_core.recognition.types import NOT_A_DIGIT
from tests.handwriting import drawing, png

LIMITS = Limits(max_bytes=100_000, max_pixels=1_000_000)


def image(digit: int, number: int = 0) -> bytes:
    """An image of a digit, each number another one."""
    return png(drawing(digit, side=60, pen=4 + number))


def zipped(entries) -> io.BytesIO:
    """A ZIP archive with these names and contents."""
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    stream.seek(0)
    return stream


def take_in(archive, folder, *, max_files=1000, max_bytes=10_000_000):
    """Import with small limits."""
    return import_zip(archive, folder, LIMITS, max_files=max_files, max_bytes=max_bytes)


class Counting(io.BytesIO):
    """A file that knows how many bytes were taken out of it."""

    taken = 0

    def read(self, size=-1):
        """Read, and count."""
        content = super().read(size)
        self.taken += len(content)
        return content


@pytest.fixture
def folder(tmp_path):
    """Where one's own images lie."""
    return tmp_path / "data" / "custom_dataset"


def test_images_are_labelled_by_their_folder(folder):
    """A digit's folder, or none; what is no image is passed over."""
    for name, content in (("7/a.png", image(7)), ("none/b.png", image(3)), ("7/notes.txt", b"x"), ("9/.hid", b"")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    found = [label for _, label in custom.images(custom.files(folder))]
    assert sorted(found) == [7, NOT_A_DIGIT]


def test_a_writer_is_in_one_part_only(folder):
    """All images in a writer's folder belong together; the others are split by their content."""
    for writer in range(12):
        for digit in (1, 2):
            path = folder / str(digit) / f"writer-{writer}" / f"{digit}.png"
            path.parent.mkdir(parents=True)
            path.write_bytes(image(digit, writer))
    parts = {part: {file.writer for file in custom.files(folder, part)} for part in Part}
    assert sum(len(writers) for writers in parts.values()) == 12
    assert parts[Part.TEST] == {f"writer-{n}" for n in range(12) if part_of(f"custom writer-{n}") is Part.TEST}


def test_the_hash_of_a_folder_is_of_its_images_not_of_their_names(folder):
    """A renamed file changes nothing, another label does."""
    path = folder / "3" / "a.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(image(3))
    before = custom.hash_folder(folder)
    path.rename(path.with_name("b.png"))
    assert custom.hash_folder(folder) == before
    (folder / "4").mkdir()
    path.with_name("b.png").rename(folder / "4" / "b.png")
    assert custom.hash_folder(folder) != before


def test_an_archive_is_taken_in_once(folder):
    """Its images are added under their labels; a second time they are known."""
    entries = [("mine/7/a.png", image(7)), ("mine/7/ada/b.png", image(7, 1)), ("none/c.png", image(3))]
    first, second = (take_in(zipped(entries), folder) for _ in range(2))
    assert (first.added, first.known, first.refused) == ({"7": 2, "none": 1}, 0, 0)
    assert (second.total, second.known) == (0, 3)
    assert len(custom.files(folder)) == 3
    assert sum(file.writer is not None for file in custom.files(folder)) == 1


def test_what_cannot_be_used_is_refused_one_by_one(folder):
    """No image, too large an image, no label, another label: each with its reason, and the others are added."""
    noise = png(np.random.default_rng(0).integers(0, 255, (400, 400), dtype=np.uint8))
    entries = [
        ("1/good.png", image(1)),
        ("1/notes.txt", b"no image"),
        ("1/noise.png", noise),
        ("stray.png", image(2)),
        ("2/again.png", image(1)),
        ("__MACOSX/1/x.png", image(4)),
    ]
    found = take_in(zipped(entries), folder)
    assert (found.added, found.refused) == ({"1": 1}, 5)
    assert [reason.partition(": ")[2] for reason in found.reasons][2] == "it lies in no folder named 0 to 9 or none."
    assert any("labelled 1" in reason for reason in found.reasons)


@pytest.mark.parametrize("name", ["../7/a.png", "/7/a.png", "7/../../a.png", "..\\7\\a.png", "C:\\7\\a.png"])
def test_a_path_that_leads_out_refuses_the_whole_archive(folder, tmp_path, name):
    """Nothing is written anywhere."""
    with pytest.raises(InvalidValue, match="leads out of it"):
        take_in(zipped([("7/good.png", image(7)), (name, image(7, 1))]), folder)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_link_refuses_the_archive(folder):
    """A link would show another file's content."""
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        link = ZipInfo("7/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InvalidValue, match="is a link"):
        take_in(stream, folder)


def test_too_many_entries_are_refused_before_they_are_listed(folder):
    """A table of contents for a million entries is not even read: only the end of the file is."""
    entries = zipped([(f"7/{number}.png", b"") for number in range(40)])
    with pytest.raises(InvalidValue, match="at most 20 are allowed"):
        take_in(entries, folder, max_files=20)
    million = Counting()
    million.write(b"\0" * 30_000_000)
    million.write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 65_535, 65_535, 90_000_000, 0, 0))
    with pytest.raises(InvalidValue, match="too many entries"):
        take_in(million, folder, max_files=20_000)
    assert million.taken < 100_000


def test_a_bomb_is_refused(folder, tmp_path):
    """What unpacks to more than is allowed leaves nothing behind, whatever its headers say."""
    bomb = zipped([(f"7/{number}.png", b"\0" * 50_000) for number in range(20)])
    with pytest.raises(InvalidValue, match="unpacks to more than"):
        take_in(bomb, folder, max_bytes=200_000)
    liar = bytearray(zipped([("7/a.png", b"\0" * 500_000)]).getvalue())
    place = liar.index(b"PK\x01\x02")
    liar[place + 24 : place + 28] = struct.pack("<I", 10)
    found_or_refused(io.BytesIO(bytes(liar)), folder)
    assert custom.files(folder) == []
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def found_or_refused(archive, folder) -> None:
    """An archive whose headers lie is refused as a whole or in its parts, in words of ours."""
    try:
        assert take_in(archive, folder).total == 0
    except InvalidValue:
        pass


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06", b"not a zip" * 100, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_said_to_be_none(folder, content):
    """In words, and nothing is written."""
    with pytest.raises(InvalidValue, match=r"no ZIP archive|too many entries"):
        take_in(io.BytesIO(content), folder)


def test_an_archive_with_bytes_changed_is_taken_in_or_refused(folder):
    """Whatever is wrong inside, the answer is in words of ours, and soon."""
    content = zipped([(f"{digit}/a.png", image(digit)) for digit in range(5)]).getvalue()
    rng = np.random.default_rng(7)
    refused = 0
    for _ in range(1500):
        changed = bytearray(content)
        for place in rng.integers(0, len(changed), rng.integers(1, 12)):
            changed[place] = rng.integers(0, 256)
        for place in rng.integers(len(changed) - 500, len(changed), rng.integers(1, 4)):  # the table of contents
            changed[place] = rng.integers(0, 256)
        try:
            take_in(io.BytesIO(bytes(changed)), folder)
        except HwrError:
            refused += 1
    assert refused > 500


def test_a_full_disk_is_said_in_words(folder, monkeypatch):
    """Nothing half-written is left beside the images."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("hwr_core.datasets.import_zip._move", full)
        with pytest.raises(StoreUnavailable, match="cannot be added: No space left"):
            take_in(zipped([("7/a.png", image(7))]), folder)
    assert custom.files(folder) == []
    assert [entry.name for entry in folder.parent.iterdir()] == ["custom_dataset"]


def test_an_encrypted_archive_is_said_to_be_one(folder):
    """Whoever packed it with a password learns what to do."""
    content = bytearray(zipped([("7/a.png", image(7))]).getvalue())
    for place in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[place] |= 1
    with pytest.raises(InvalidValue, match="encrypted"):
        take_in(io.BytesIO(bytes(content)), folder)


def test_corrections_are_split_by_what_was_seen(tmp_path):
    """The same image is in the same part however often it comes."""
    images = np.random.default_rng(0).integers(0, 255, (200, 28, 28), dtype=np.uint8)
    labels = np.arange(200, dtype=np.uint8) % 11
    np.savez(tmp_path / "c.npz", images=images, labels=labels)
    parts = [custom.corrections(tmp_path / "c.npz", part) for part in Part]
    assert sum(len(part) for part in parts) == 200
    assert all(len(part) > 10 for part in parts)
