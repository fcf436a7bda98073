"""`hwr read` without a file reads the image in the clipboard."""

from pathlib import Path

import pytest

from hwr_core.cli.program import main
from tests.handwriting import drawing, png

NAME_A_FILE = "Name a file, such as `hwr read scan.png`, or - for standard input.\n"


@pytest.fixture
def clipboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in place of the one that has the clipboard on Linux: what it does is written into this file."""
    (tmp_path / "7.png").write_bytes(png(drawing(7)))
    program = tmp_path / "bin" / "xclip"
    program.parent.mkdir()
    program.touch(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return program


def test_an_image_is_read(clipboard: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a file is."""
    clipboard.write_text("#!/bin/sh\ncat 7.png\n")
    assert main(["read"]) == 0
    assert capsys.readouterr().out.startswith("<clipboard>: 7 ")


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("target image/png not available", "There is no image in the clipboard."),
        ("no display", "The clipboard cannot be read: xclip error: no display."),
    ],
)
def test_what_cannot_be_read_is_said(
    clipboard: Path, capsys: pytest.CaptureFixture[str], says: str, reason: str
) -> None:
    """And what to do instead."""
    clipboard.write_text(f"#!/bin/sh\necho '{says}' >&2; false\n")
    assert main(["read"]) == 1
    assert capsys.readouterr().out == f"<clipboard>: error: {reason} {NAME_A_FILE}"
