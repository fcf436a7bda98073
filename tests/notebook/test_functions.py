"""The names that a researcher imports from hwr_core itself."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import hwr_core
from hwr_core.datasets.handmade import hand_made
from hwr_core.errors import DatasetMissing, ImageError, InvalidValue, NotFound, UnreadableImage
from hwr_core.recognition.types import Verdict
from hwr_core.records.predictions import Source
from hwr_core.settings import PROJECT
from tests.handwriting import drawing, number, png
from tests.notebook.showing import html_of
from tests.own_models import copied_models, own_digits

HEAVY = "{'tensorflow', 'keras', 'optuna', 'pandas', 'duckdb', 'cv2', 'numpy'} & set(sys.modules)"
PREDICTION = "{'tensorflow', 'keras', 'optuna', 'pandas'} & set(sys.modules)"


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """A data folder and model versions of the test's own, as the environment names them; with labelled images."""
    copied_models(tmp_path / "models")
    monkeypatch.setenv("HWR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path / "models"))
    yield tmp_path
    hwr_core.open_workspace().close()


@pytest.fixture
def labelled(tmp_path):
    """A folder of four images of each digit."""
    from zipfile import ZipFile

    ZipFile(own_digits(4)).extractall(tmp_path / "mine")
    return tmp_path / "mine"


def _printed(source: str) -> str:
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, cwd=PROJECT)
    return done.stdout.strip()


def test_importing_hwr_core_loads_nothing_heavy():
    """It is instant, and so is listing its names."""
    assert _printed(f"import sys, hwr_core; dir(hwr_core); print({HEAVY})") == "set()"


def test_prediction_by_the_public_name_loads_no_tensorflow():
    """Nor pandas: reading one image does not wait for tables."""
    read = "hwr_core.read('notebooks/pictures/seven.png')"

    assert _printed(f"import sys, hwr_core; {read}; print({PREDICTION})") == "set()"


@pytest.mark.parametrize("name", hwr_core.__all__)
def test_each_public_name_is_there_and_says_what_it_takes(name):
    """Each is documented, with what it raises."""
    called = getattr(hwr_core, name)

    assert name in dir(hwr_core)
    assert "Raises" in called.__doc__ or name == "open_workspace"


def test_another_name_is_refused_as_python_does():
    """A typing error raises AttributeError."""
    with pytest.raises(AttributeError, match="no attribute 'raed'"):
        hwr_core.raed  # noqa: B018  the point of it


GREY = drawing(7)
RGB = np.repeat(GREY[..., None], 3, axis=2)
IN_EVERY_FORM = {
    "bytes": png(GREY),
    "grey": GREY,
    "rgb": RGB,
    "rgba": np.dstack([RGB, np.full_like(GREY, 255)]),
    "bool": GREY > 127,
    "float": (GREY / 255.0).astype(np.float32),
    "a view": RGB[:, :, 0],
    "pil": Image.fromarray(GREY),
    "palette": Image.fromarray(GREY).convert("P"),
    "inks": Image.fromarray(RGB).convert("CMYK"),
    "float pil": Image.fromarray(GREY.astype(np.float32)),
}


@pytest.mark.parametrize("form", IN_EVERY_FORM)
def test_an_image_is_read_in_whatever_form_it_is_at_hand(form):
    """Bytes, arrays and PIL images are the same image."""
    prediction = hwr_core.read(IN_EVERY_FORM[form])

    assert prediction.digit == 7
    assert prediction.confidence == pytest.approx(hwr_core.read(GREY).confidence, abs=0.05)


def test_a_file_is_read_by_its_path(tmp_path):
    """As text or as a Path."""
    (tmp_path / "seven.png").write_bytes(png(GREY))

    assert hwr_core.read(tmp_path / "seven.png").digit == hwr_core.read(str(tmp_path / "seven.png")).digit == 7


def test_a_pil_image_is_turned_upright_as_its_file_would_be(tmp_path):
    """A phone's image lies on its side and says so."""
    image = Image.fromarray(GREY)
    image.getexif()[0x0112] = 6
    image.rotate(90).save(tmp_path / "phone.jpg", exif=image.getexif())

    assert hwr_core.read(Image.open(tmp_path / "phone.jpg")).digit == 7


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((3, 28, 28), np.uint8), r"\(3, 28, 28\)"),
        (np.zeros((28, 28), np.int64), "int64"),
        (np.full((28, 28), 255.0), "255"),
        (np.full((28, 28), np.nan), "nan"),
        (np.zeros((0, 0), np.uint8), r"\(0, 0\)"),
        (7, "int"),
    ],
    ids=["channels first", "whole numbers", "floats to 255", "no numbers", "empty", "a number"],
)
def test_what_is_no_image_is_refused_with_what_is_taken(image, words):
    """The error names what was given."""
    with pytest.raises(InvalidValue, match=words):
        hwr_core.read(image)


def test_a_missing_file_is_named(tmp_path):
    """The error names it."""
    with pytest.raises(UnreadableImage, match=r"nothing\.png"):
        hwr_core.read(tmp_path / "nothing.png")


def test_a_blank_image_has_no_digit():
    """Nor is it an error: blank is an answer."""
    assert hwr_core.read(np.full((50, 50), 255, np.uint8)).verdict is Verdict.NO_INK


def test_a_number_is_read_from_an_array():
    """All digits of a line."""
    assert hwr_core.read_number(number("1507")).text == "1507"


def test_an_earlier_version_reads_when_it_is_named():
    """By its name, or as loaded once."""
    [_, earlier, *_] = [each.name for each in hwr_core.open_workspace().registry.versions()]

    loaded = hwr_core.load_recogniser(earlier)

    assert hwr_core.read(GREY, version=earlier).model_version == earlier
    assert loaded.read(GREY).model_version == earlier
    assert hwr_core.load_recogniser(earlier) is loaded


def test_an_unknown_version_is_named():
    """By the name that was asked for."""
    with pytest.raises(NotFound, match="yesterday"):
        hwr_core.load_recogniser("yesterday")


def test_many_images_are_read_in_order_and_a_bad_one_fails_alone():
    """Its error stands in its place."""
    first, bad, last = hwr_core.load_recogniser().read_all([drawing(3), b"nothing", drawing(5)])

    assert (first.digit, last.digit) == (3, 5)
    assert isinstance(bad, ImageError)


def test_what_explains_a_prediction_is_shown_with_its_stages():
    """Each stage is an image on the page."""
    explained = hwr_core.explain(GREY)

    assert explained.saliency.shape == (28, 28)
    assert html_of(explained).count("<img") == len(explained.stages) + 1


def test_a_prediction_shows_its_image_and_ten_bars():
    """A notebook shows what the model saw and how probable each digit is."""
    html = html_of(hwr_core.read(GREY))

    assert html.count("<img") == 1
    assert html.count("<tr") == 10
    assert ">7<" in html


def test_a_prediction_without_ink_shows_itself_too():
    """Without an image there is none to show."""
    html = html_of(hwr_core.read(np.full((50, 50), 255, np.uint8)))

    assert "no ink" in html
    assert "<img" not in html


def test_a_folder_of_labelled_images_is_a_data_set(labelled):
    """Its images and labels, and a grid to look at."""
    dataset = hwr_core.load_dataset(labelled)

    assert len(dataset) == 40
    assert dataset.of(7).labels.tolist() == [7] * 4
    assert len(dataset.samples()) == 40
    assert html_of(dataset).count("<img") == 40
    assert hwr_core.load_dataset(labelled, limit=5).labels.shape == (5,)


def test_parts_of_an_open_data_set_are_loaded_by_name(datasets):
    """Images as they came in, as many as asked for."""
    dataset = hwr_core.load_dataset("mnist", part="validation", limit=30)

    assert len(dataset) == 30
    assert all(image.shape == (28, 28) for image in dataset.images)


def test_a_missing_data_set_is_named(own_folder):
    """Which file is missing, and which names and parts there are."""
    with pytest.raises(InvalidValue, match="there are mnist"):
        hwr_core.load_dataset("mnits")
    with pytest.raises(InvalidValue, match="training, validation, test"):
        hwr_core.load_dataset("noise", part="tests")
    with pytest.raises(DatasetMissing, match="No prediction has been labelled"):
        hwr_core.load_dataset("corrections")


def test_a_version_is_measured_on_a_folder_and_compared(own_folder, labelled):
    """Both results are tables, and what it got wrong are images."""
    champion = hwr_core.load_recogniser().version

    found = hwr_core.evaluate(labelled)

    assert found.figures.accuracy.total == 40
    assert "95 % interval" in html_of(found)
    assert html_of(hwr_core.compare(found.suite, champion, champion)).startswith("<div>No real difference")
    assert hwr_core.mistakes(found.suite).total == 40 - found.figures.accuracy.right


def test_the_worst_mistakes_come_first():
    """Those named most surely; those refused last."""
    found = hwr_core.mistakes("strokes", most=30)

    sure = [each.confidence for each in found if each.answer is not None]

    assert len(found) == 30
    assert sure == sorted(sure, reverse=True)
    assert all(each.label != each.answer for each in found)
    assert html_of(found).count("<img") == 30


def test_mistakes_of_whole_numbers_have_no_images():
    """They are not kept."""
    with pytest.raises(InvalidValue, match="whole numbers"):
        hwr_core.mistakes("numbers")


def test_the_history_is_a_frame_of_stored_predictions(own_folder):
    """With the filters of the pages, and of so many days."""
    workspace = hwr_core.open_workspace()
    record = workspace.keep(hwr_core.read(GREY), source=Source.API)
    workspace.keep(hwr_core.read(drawing(3)), source=Source.API)
    workspace.feedback.give(record.id, actual_digit=1)

    assert hwr_core.history(days=1)["predicted_digit"].tolist() == [3, 7]
    assert hwr_core.history(labelled="wrong", images=True)["seen"][0].shape == (28, 28)
    with pytest.raises(InvalidValue, match="labelled"):
        hwr_core.history(wrong=True)
    workspace.read_and_keep_number(png(number("1507")), source=Source.API)
    assert hwr_core.history(numbers=True, text="50")["text"].tolist() == ["1507"]
    assert len(hwr_core.history(numbers=True, days=1, limit=1)) == 1
    with pytest.raises(InvalidValue, match="pattern"):
        hwr_core.history(numbers=True, digit=7)


def test_a_stored_prediction_shows_its_label(own_folder):
    """Beside the prediction."""
    workspace = hwr_core.open_workspace()
    record = workspace.keep(hwr_core.read(GREY), source=Source.API)
    workspace.feedback.give(record.id, actual_digit=1)

    assert "labelled 1" in html_of(workspace.history.get(record.id))


def test_a_version_shows_its_card():
    """What it learned from and what it is worth."""
    html = html_of(hwr_core.load_recogniser())

    assert "learned from" in html
    assert "calibration error" in html


def test_a_digit_by_hand_is_written_anew_each_time():
    """And reads as itself."""
    rng = np.random.default_rng(0)
    one, other = hand_made(4, rng), hand_made(4, rng)

    assert not np.array_equal(one, other)
    assert hwr_core.read(one).digit == hwr_core.read(other).digit == 4


@pytest.mark.slow
@pytest.mark.long
def test_labelled_images_are_learned_from_in_this_process(own_folder, tmp_path, capsys):
    """A network of one's own, trained on a folder, published and read with; nothing is promoted."""
    from zipfile import ZipFile

    from keras import layers

    from hwr_core.training.architectures import add_architecture

    ZipFile(own_digits(12)).extractall(tmp_path / "many")
    add_architecture("flat", lambda image: layers.Dense(16, activation="relu")(layers.Flatten()(image)))
    champion = hwr_core.load_recogniser().version

    version = hwr_core.train(folder=tmp_path / "many", architecture="flat", epochs=1, limit=100, augmentation=0)

    assert "epoch 1/1" in capsys.readouterr().out
    assert version.card.architecture == "flat"
    assert hwr_core.read(GREY, version=version).model_version == version.name
    assert hwr_core.load_recogniser().version == champion


@pytest.mark.slow
def test_training_refuses_a_value_that_is_not_allowed(own_folder):
    """Before anything is loaded or learned."""
    with pytest.raises(InvalidValue, match="epochs"):
        hwr_core.train(epochs=0)


def test_a_study_is_read_where_it_was_kept(tmp_path: Path):
    """And a folder without one is an error."""
    from hwr_core.training.tuning.study import StudyPlace, read_study

    with pytest.raises(NotFound, match="no study"):
        read_study(StudyPlace(tmp_path))
