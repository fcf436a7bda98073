"""What a page network cuts out of a made page is a strip with the digits that stand there, or with none."""

import numpy as np
import pytest

from hwr_core.datasets.handmade import hand_made_strokes
from hwr_core.datasets.pages import strips as made_strips
from hwr_core.datasets.pages.page import made_page
from hwr_core.datasets.pages.strips import strips, text_at
from hwr_core.datasets.pages.types import MadeNumber
from hwr_core.datasets.pages.writers import Writers
from hwr_core.datasets.strokes import Recording
from hwr_core.images.lines.finding import Place
from hwr_core.images.lines.strips import CHANNELS, STRIP_HEIGHT
from hwr_core.recognition.networks import PageNetwork
from hwr_core.recognition.types import DIGITS
from hwr_core.registry.registry import PAGES_LITERT, Registry
from hwr_core.settings import PROJECT

NOTHING = np.zeros(0, np.intp)


def place(left, top, right, bottom, way=(1.0, 0.0)):
    """A place with these sides, read to the right unless it is said."""
    length, height = (right - left, bottom - top) if way[0] else (bottom - top, right - left)
    return Place(((left + right) / 2, (top + bottom) / 2), length, height, way, (NOTHING, NOTHING))


def written(text, left, top, right, bottom):
    """A number with these sides."""
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    return MadeNumber(text, corners)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (place(100, 50, 200, 80), "271"),
        (place(60, 40, 240, 90), "271"),
        (place(100, 50, 150, 80), None),
        (place(300, 50, 400, 80), ""),
        (place(100, 150, 200, 180), ""),
        (place(90, 50, 520, 80), "2718"),
        (place(90, 50, 320, 80), "271"),
    ],
    ids=["exactly", "with room", "cut", "beside", "below", "with the next one", "up to the next one"],
)
def test_a_place_has_the_text_of_the_numbers_in_it(found, text):
    """None where it holds a part of one only: nobody could say what is to be read."""
    assert text_at(found, [written("8", 490, 50, 510, 80), written("271", 100, 50, 200, 80)]) == text


def test_numbers_are_read_in_the_way_of_their_place():
    """On a page that lies upside down the right one comes first; what stands on its head there has no text."""
    numbers = [written("12", 160, 80, 100, 50), written("34", 260, 80, 200, 50)]
    upside_down = place(90, 40, 270, 90, way=(-1.0, 0.0))
    assert text_at(upside_down, numbers) == "3412"
    assert text_at(upside_down, [written("12", 100, 50, 160, 80)]) is None


def test_a_network_that_finds_nothing_makes_no_strips(monkeypatch):
    """And keeps nobody waiting."""
    monkeypatch.setattr(made_strips, "_loaded", [(None, None)])
    monkeypatch.setattr(made_strips, "made_page", lambda *_: None)
    monkeypatch.setattr(made_strips, "strips", lambda *_: [])
    assert made_strips._make(5, np.random.SeedSequence(1)) == []


def test_a_lone_one_is_found_though_it_is_narrow():
    """Its middle on the map is wider than it is."""
    assert text_at(place(100, 50, 115, 80), [written("1", 105, 50, 110, 80)]) == "1"


def test_a_network_cuts_strips_out_of_pages():
    """Of numbers mostly, each with digits that are written on its page."""
    digits = {digit: [Recording(digit, hand_made_strokes(digit))] for digit in DIGITS}
    writers = Writers(digits, [], [], {digit: [] for digit in DIGITS})
    network = PageNetwork(Registry(PROJECT / "models").champion().read_file(PAGES_LITERT))
    found = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        page = made_page(writers, rng, "form")
        on_page = "".join(number.text for number in page.numbers)
        for sample in strips(page, network, rng):
            assert sample.strip.shape[0] == STRIP_HEIGHT
            assert sample.strip.shape[2] == CHANNELS
            assert sample.text in on_page
            found += sample.text in {number.text for number in page.numbers}
    assert found > 20
