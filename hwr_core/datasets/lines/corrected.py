"""Numbers that users have corrected: their lines as the reader is shown them, to learn from."""

import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from hwr_core.datasets.lines.made import MOST_DIGITS, LineSample
from hwr_core.datasets.samples import Part, part_of
from hwr_core.errors import ImageError, NoInk, StorageUnavailable
from hwr_core.images.decode import decode_pages
from hwr_core.images.lines.segmentation import segment
from hwr_core.images.lines.strips import strip
from hwr_core.images.types import Grey
from hwr_core.recognition.networks import PageNetwork
from hwr_core.recognition.page_finder import placed_numbers
from hwr_core.storage.places import read_address

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CorrectedNumber:
    """A stored file, by path or URL, and what users say stands on it: a line of text for each line of digits."""

    file: str
    text: str


def write_corrected(numbers: Iterable[CorrectedNumber], file: Path) -> None:
    """Write which files there are and what they say, for `corrected_lines`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({"file": each.file, "text": each.text}) + "\n" for each in numbers)
    file.write_text("".join(lines), encoding="utf-8")


def corrected_lines(file: Path, finder: bytes | None) -> Iterator[tuple[Part, LineSample]]:
    """Yield the lines of corrected numbers, each with the part that its file belongs to: a page is never in two.

    A file on which as many lines are found as users say is used, line by line; others would teach wrong texts. One that
    is gone or cannot be read is passed over, with a line in the log.

    Args:
        file: as `write_corrected` has written it.
        finder: the page network, a LiteRT file; without one, lines are those that the foreground shows.
    """
    network = PageNetwork(finder) if finder is not None else None
    for row in file.read_text(encoding="utf-8").splitlines():
        number = json.loads(row)
        stored, texts = number["file"], number["text"].splitlines()
        for image, text in zip(_strips(stored, len(texts), network), texts, strict=False):
            if len(text) <= MOST_DIGITS:
                yield part_of(PurePath(stored).name), LineSample(image, text)


def _strips(file: str, wanted: int, network: PageNetwork | None) -> list[Grey]:
    """The strips of all lines of a file; none unless so many are found."""
    try:
        pages = [page.grey for page in decode_pages(read_address(file))]
    except (OSError, ImageError, StorageUnavailable) as error:
        log.warning("%s is left out: %s", PurePath(file).name, error)
        return []
    if network is not None:
        found = [strip(alone, alone.lines[0]).image for page in pages for _, alone in placed_numbers(page, network.run)]
        if len(found) == wanted:
            return found
    shown = [image for page in pages for image in _shown(page)]
    return shown if len(shown) == wanted else []


def _shown(page: Grey) -> Iterator[Grey]:
    try:
        found = segment(page)
    except NoInk:
        return
    for line in found.lines:
        yield strip(found, line).image
