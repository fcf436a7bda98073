"""Files out of ZIP archives that nobody believes; what is refused as a whole is tested with the import of images."""

import io
import re
from collections.abc import Iterable
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import numpy as np
import pytest

from hwr_core.errors import InvalidValue
from hwr_core.images.decode import Limits
from hwr_core.images.zip_files import files_of, is_archive

LIMITS = Limits(max_bytes=1000)


def zipped(entries: Iterable[tuple[str, bytes]], packing: int = ZIP_DEFLATED) -> bytes:
    """A ZIP archive with these names and contents."""
    stream = io.BytesIO()
    with ZipFile(stream, "w", packing) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


def unpack(archive: bytes) -> list[tuple[str, bytes]]:
    """Unpack with small limits."""
    return files_of(archive, LIMITS, max_files=10, max_bytes=5000)


def test_files_come_out_in_their_order_with_their_names() -> None:
    """Folders are no files, and a file in one has it in its name."""
    found = unpack(zipped([("b.png", b"one"), ("folder/", b""), ("folder/a.png", b"two")]))
    assert found == [("b.png", b"one"), ("folder/a.png", b"two")]


def test_what_computers_put_there_by_themselves_is_left_out() -> None:
    """Nobody who packs a folder means its hidden files."""
    hidden = ["__MACOSX/._a.png", ".DS_Store", "scans/.hidden.png", "scans/Thumbs.db", "desktop.ini"]
    assert unpack(zipped([(name, b"x") for name in hidden] + [("a.png", b"y")])) == [("a.png", b"y")]


def test_a_file_too_large_comes_cut_off() -> None:
    """It has one byte too many, so that who reads it refuses it, and the others come whole."""
    found = dict(unpack(zipped([("large.bmp", b"\0" * 4000), ("small.png", b"abc")])))
    assert len(found["large.bmp"]) == LIMITS.max_bytes + 1
    assert found["small.png"] == b"abc"


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        pytest.param([(f"{n}.png", b"x") for n in range(11)], "at most 10 are allowed", id="too many files"),
        pytest.param([(f"{n}.png", b"\0" * 900) for n in range(6)], "unpacks to more than 5,000", id="too large"),
        pytest.param([("../a.png", b"x")], "leads out of it", id="leads out"),
    ],
)
def test_an_archive_beyond_the_limits_is_refused_whole(entries: list[tuple[str, bytes]], words: str) -> None:
    """Nothing of it is unpacked, and the reason is said."""
    with pytest.raises(InvalidValue, match=words):
        unpack(zipped(entries))


@pytest.mark.parametrize("packing", [ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
def test_a_damaged_archive_is_unpacked_or_refused_in_words(packing: int) -> None:
    """Whatever byte is wrong, and however it is packed, no other error comes out."""
    content = zipped([(f"{n}.png", bytes(range(200))) for n in range(4)], packing)
    rng = np.random.default_rng(3)
    refused = 0
    for _ in range(500):
        changed = bytearray(content)
        for place in rng.integers(0, len(changed), 3):
            changed[place] = rng.integers(0, 256)
        try:
            unpack(bytes(changed))
        except InvalidValue:
            refused += 1
    assert refused > 100


def test_an_archive_is_known_by_its_content() -> None:
    """Not by its name: an empty archive is one, an image and a text are none."""
    assert is_archive(zipped([("a", b"")]))
    assert is_archive(zipped([]))
    assert not is_archive(b"\x89PNG\r\n\x1a\n")
    assert not is_archive(b"PK is how it begins")


@pytest.mark.parametrize("names", [(), ("folder/", ".DS_Store")], ids=["empty", "hidden alone"])
def test_an_archive_without_images_says_what_is_allowed(names: tuple[str, ...]) -> None:
    """Nothing to read is a mistake of whoever packed it: told, with what may be in one."""
    with pytest.raises(InvalidValue, match=r"holds no images; PNG.*up to 10 in one ZIP"):
        unpack(zipped((name, b"") for name in names))


def test_unpacking_tells_how_far_it_is_and_stops_when_told_to() -> None:
    """After each file; what the listener raises ends it."""
    archive = zipped([("a.png", b"x"), ("b.png", b"y")])
    heard: list[float] = []
    files_of(archive, LIMITS, max_files=10, max_bytes=5000, on_progress=heard.append)
    assert heard == [0.5, 1.0]

    def stop(share: float) -> None:
        raise KeyboardInterrupt(share)

    with pytest.raises(KeyboardInterrupt, match=re.escape("0.5")):
        files_of(archive, LIMITS, max_files=10, max_bytes=5000, on_progress=stop)
