"""Image files: stored for good, and mended by the same file."""

from pathlib import Path

from hwr_core.records.uploads import Upload


def test_a_damaged_file_heals_when_it_comes_again(uploads):
    """Cut short or overwritten: the content is compared, not the name alone."""
    upload = Upload.of(b"a whole image")
    for damage in (b"", b"a whole imag", b"A whole image"):
        uploads.add(upload)
        Path(uploads.address(upload.name)).write_bytes(damage)
        uploads.add(upload)
        assert uploads.get(upload.name) == b"a whole image"


def test_a_file_that_is_there_is_not_written_again(uploads):
    """The same image sent twice costs one reading."""
    upload = Upload.of(b"image")
    uploads.add(upload)
    before = Path(uploads.address(upload.name)).stat().st_ino
    uploads.add(upload)
    assert Path(uploads.address(upload.name)).stat().st_ino == before


def test_a_file_half_written_has_no_name(uploads):
    """What is being written is not counted among the images."""
    upload = Upload.of(b"image")
    uploads.add(upload)
    (Path(uploads.address(upload.name)).parent / ".unfinished-abc").write_bytes(b"im")
    assert list(uploads.names()) == [upload.name]
