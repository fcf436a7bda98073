"""The parts pages are made of, and the figures and images in them."""

import base64
import io
import tomllib

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.components.images import OPPOSES, boxed, enlarged, framed, shrunk
from dashboard.components.palette import ACCENT, QUIET
from dashboard.components.probability_bars import probability_bars
from dashboard.services import read_file
from hwr_core.app.workspace import Workspace
from hwr_core.images.decode import PageImage
from hwr_core.images.encode import data_url
from hwr_core.scripts.script import WESTERN
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, png

ANSWER = """
import numpy as np
from dashboard.components.answer import show_answer
from hwr_core.recognition.types import Prediction, Timings, Verdict

verdict = Verdict("{verdict}")
digit = 7 if verdict.names_a_digit else None
seen = np.zeros((28, 28), np.uint8)
show_answer(Prediction(verdict, digit, 0.6, (0, 0.4, 0, 0, 0, 0, 0, 0.6, 0, 0), seen, "test", Timings(0, 0)))
"""


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("not_a_digit", "does not look like a digit"), ("unsure", "it may be a 7 or a 1"), ("digit", "a 7")],
)
def test_an_answer_is_given_in_words(verdict: str, words: str) -> None:
    """Each verdict has its sentence, and what the model saw stands beside it."""
    page = AppTest.from_string(ANSWER.format(verdict=verdict), default_timeout=30).run()
    assert not page.exception
    assert words in page.markdown[0].value
    assert len(page.image) == 1


def test_the_bars_colour_the_digit_read() -> None:
    """Ten bars, one in colour; who cannot see them is told the shares."""
    bars = probability_bars([0.02] * 4 + [0.88] + [0.02] * 5, "0123456789", "4")
    assert [bars.count(colour) for colour in (ACCENT, QUIET)] == [1, 9]
    assert "4: 88%, 5: 2%" in bars


def test_the_bars_of_no_digit_colour_nothing() -> None:
    """Where nothing was read, no bar stands out."""
    assert ACCENT not in probability_bars([0.0] * 10, "0123456789", None)


def test_an_enlarged_image_keeps_its_pixels() -> None:
    """Every pixel becomes a square of its own tone; nothing is blurred."""
    seen = np.arange(4, dtype=np.uint8).reshape(2, 2)
    large = enlarged(seen, 3)
    assert large.shape == (6, 6)
    assert (large[::3, ::3] == seen).all()
    assert set(large.ravel()) == set(seen.ravel())


@pytest.mark.parametrize(("shape", "small"), [((1000, 500), (100, 50)), ((40, 60), (40, 60)), ((5000, 3), (100, 1))])
def test_a_preview_is_never_larger_than_asked(shape: tuple[int, int], small: tuple[int, int]) -> None:
    """Large images shrink with their proportions, small ones stay."""
    assert shrunk(np.zeros(shape, np.uint8), 100).shape == small


def test_a_data_url_holds_the_image() -> None:
    """What a browser decodes is what went in."""
    seen = np.arange(64, dtype=np.uint8).reshape(8, 8)
    content = base64.b64decode(data_url(seen).partition(",")[2])
    assert (np.asarray(Image.open(io.BytesIO(content))) == seen).all()


def test_a_data_url_keeps_colours() -> None:
    """Red stays red."""
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 200
    content = base64.b64decode(data_url(red).partition(",")[2])
    assert Image.open(io.BytesIO(content)).getpixel((1, 1)) == (200, 0, 0)


@pytest.mark.parametrize(("shape", "width"), [((300, 100), 47), ((20, 15), 105)])
def test_a_framed_image_is_whole_in_its_square(shape: tuple[int, int], width: int) -> None:
    """Large or small, an image keeps its proportions in the middle of a square as bright as most of it."""
    image = np.zeros(shape, np.uint8)
    image[: shape[0] // 3] = 90
    square = framed(image, 140)
    bright = np.argwhere(square[1:-1, 1:-1] == 90)[:, 1]
    assert square.shape == (140, 140)
    assert np.ptp(bright) + 1 == width
    assert abs(bright.mean() - 69) <= 1
    assert square[70, 2] == 0


def test_the_name_of_a_box_at_the_top_is_whole() -> None:
    """Where a name has no room above its box the page grows; it is written as far down in it everywhere."""

    def written(top: int) -> int:
        image = boxed(PageImage(np.full((200, 100), 255, np.uint8), 1.0), [((10, top, 30, 60), "7")])
        return int((np.abs(image - OPPOSES).sum(axis=2) < 30).sum())

    assert written(0) == written(100) > 20
    assert boxed(PageImage(np.full((200, 100), 255, np.uint8), 1.0), [((10, 100, 30, 60), "7")]).shape == (200, 100, 3)


def test_the_same_file_is_read_once(workspace: Workspace) -> None:
    """A rerun of the page shows the first prediction again, down to its timing; another level is another prediction."""
    content = png(drawing(3))
    predictions = [read_file(content, 1, level, WESTERN).prediction for level in (1.0, 1.0, 2.0)]
    first, again, other = [prediction.timings for prediction in predictions if prediction]
    assert first == again
    assert first != other


def test_streamlit_accepts_as_many_bytes_as_the_settings() -> None:
    """The upload limit of Streamlit's own configuration is the settings' default."""
    config = tomllib.loads((PROJECT / "dashboard/.streamlit/config.toml").read_text())
    assert config["server"]["maxUploadSize"] * 2**20 == Settings.model_fields["max_image_bytes"].default
