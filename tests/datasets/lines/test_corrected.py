"""What users say of numbers becomes lines to learn from, as the reader is shown them."""

from pathlib import Path

import numpy as np
import pytest

from hwr_core.datasets.lines.corrected import CorrectedNumber, corrected_lines, write_corrected
from hwr_core.datasets.samples import part_of
from hwr_core.recognition.ctc import log_softmax, probable_texts
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import PAGES_LITERT, Registry
from hwr_core.settings import PROJECT
from tests.handwriting import number, png


@pytest.fixture(scope="module")
def finder() -> bytes:
    """The page network of the shipped version."""
    return Registry(PROJECT / "models").champion().read_file(PAGES_LITERT)


def corrected(folder: Path, **texts: str) -> Path:
    """Write a page of two lines for each text, and say that it shows that; return the file that names them."""
    numbers = []
    for name, text in texts.items():
        file = folder / name
        file.write_bytes(png(np.vstack([number("271828"), number("314159")])))
        numbers.append(CorrectedNumber(str(file), text))
    write_corrected(numbers, folder / "numbers.jsonl")
    return folder / "numbers.jsonl"


@pytest.mark.parametrize("with_network", [True, False])
def test_each_line_has_its_text(tmp_path: Path, finder: bytes, *, with_network: bool) -> None:
    """In reading order, all of the part that the file belongs to; the reader reads the very same from the strips."""
    file = corrected(tmp_path, one="271828\n314159")
    found = list(corrected_lines(file, finder if with_network else None))
    assert [line.text for _, line in found] == ["271828", "314159"]
    assert {part for part, _ in found} == {part_of("one")}
    reader = Recogniser.load(Registry(PROJECT / "models").champion())
    assert [probable_texts(log_softmax(reader.columns(line.strip)))[0] for _, line in found] == ["271828", "314159"]


def test_what_cannot_be_told_apart_teaches_nothing(
    tmp_path: Path, finder: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Other lines than were found, a line too long, a file that is gone or no image; each alone."""
    file = corrected(tmp_path, one="271828", two="271828314159265\n314159", three="1\n2", four="1\n2")
    (tmp_path / "three").write_bytes(b"no image")
    (tmp_path / "four").unlink()
    assert [line.text for _, line in corrected_lines(file, finder)] == ["314159"]
    assert "three is left out" in caplog.text
    assert "four is left out" in caplog.text
