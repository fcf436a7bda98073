"""Looking at data: slices with their predictions, images that are alike, and whether today is like the usual."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hwr_core.app.drift import Against, inputs_of
from hwr_core.app.slices import KEPT, Shown, about, confusion, matching
from hwr_core.app.workspace import Workspace
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import MADE
from hwr_core.errors import DatasetMissing, NotFound
from hwr_core.evaluation.drift import EDGES, Feature, Level, describe, shares_of
from hwr_core.recognition.types import NONE
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.predictions import Source
from hwr_core.registry.card import Histogram, Inputs
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, png
from tests.own_models import own_digits

RECENTLY = timedelta(days=7)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty data folder without data sets, whatever there is on this machine."""
    return Settings(data_dir=tmp_path / "data", models_dir=PROJECT / "models", datasets_dir=tmp_path / "datasets")


def keep(workspace: Workspace, *digits: int, pen: float = 20) -> list[int]:
    """Keep drawings of these digits and return their numbers."""
    predictions = [workspace.read(png(drawing(digit, pen=pen))) for digit in digits]
    return [workspace.keep(prediction, source=Source.DRAWING).id for prediction in predictions]


def age(workspace: Workspace, days: int) -> None:
    """Let everything in the history be so many days older."""
    with workspace.store.writing() as cursor:
        cursor.execute("update predictions set created_at = created_at - to_days($1)", [days])


def multiply(workspace: Workspace, times: int) -> None:
    """Let every prediction of the history be there so many times."""
    with workspace.store.writing() as cursor:
        cursor.execute(
            "insert into predictions select r.* replace (nextval('prediction_ids') as id) "
            "from predictions r, generate_series(2, $1)",
            [times],
        )


def test_kept_predictions_are_shown_with_what_users_say(workspace: Workspace) -> None:
    """Newest first, with what each was read as, what it really is, and whether that is a mistake."""
    first, second, third = keep(workspace, 7, 3, 4)
    workspace.feedback.give(second, actual_digit=8)
    workspace.feedback.give(first, actual_digit=None)
    found = workspace.exploration.predictions(most=10)
    assert [(each.number, each.read, each.really, each.is_mistake) for each in found] == [
        (third, 4, None, False),
        (second, 3, 8, True),
        (first, 7, NONE, True),
    ]
    wrong = HistoryFilter(digit=3, labelled=Labelled.WRONG)
    assert [each.number for each in workspace.exploration.predictions(wrong, most=10)] == [second]
    assert workspace.exploration.prediction(second).really == 8
    with pytest.raises(NotFound):
        workspace.exploration.prediction(99)


def test_own_images_are_read_with_their_labels(workspace: Workspace) -> None:
    """All parts of one's own images together, each as the model reads it now, and progress is told."""
    workspace.modelling.import_images(own_digits(3))
    assert "custom" in workspace.exploration.data_sets()
    told: list[float] = []
    found = workspace.exploration.images("custom", None, most=60, on_progress=told.append)
    assert sorted(each.really for each in found if isinstance(each.really, int)) == sorted([*range(10)] * 3)
    assert np.mean([each.read == each.really for each in found]) > 0.8
    assert [each.number for each in found] == [*range(1, 31)]
    assert told == [0.5]
    assert len(workspace.exploration.images("custom", None, most=5)) == 5


def test_what_came_in_is_there_beside_what_the_model_saw(workspace: Workspace) -> None:
    """Of a data set a reduced image; of the history the name of the file, where it was kept."""
    workspace.modelling.import_images(own_digits(1))
    originals = [each.original for each in workspace.exploration.images("custom", None, most=10)]
    assert all(each is not None and 28 < max(each.shape) <= 112 and each.mean() > 128 for each in originals)
    prediction = workspace.read(png(drawing(7)))
    workspace.keep(prediction, source=Source.UPLOAD, image=png(drawing(7)))
    keep(workspace, 3)
    assert [each.upload is not None for each in workspace.exploration.predictions(most=2)] == [False, True]


def test_more_predictions_than_a_page_has_are_shown(settings: Settings) -> None:
    """The newest first, none twice, and no more than asked for."""
    with Workspace(settings.model_copy(update={"max_page": 3})) as workspace:
        kept = keep(workspace, 1, 2, 3, 4, 5, 6, 7, 8)
        assert [each.number for each in workspace.exploration.predictions(most=7)] == kept[:0:-1]
        assert [each.number for each in workspace.exploration.predictions(most=99)] == kept[::-1]


def test_some_predictions_are_shown_as_they_are_now(workspace: Workspace) -> None:
    """With the labels that they have by then."""
    first, second = keep(workspace, 7, 3)
    workspace.feedback.give(first, actual_digit=1)
    assert [(each.number, each.really) for each in workspace.exploration.some([second, 99, first])] == [
        (second, None),
        (first, 1),
    ]


def test_images_that_are_alike_lie_together_on_the_map(workspace: Workspace) -> None:
    """Drawings of three digits by two pens: each is nearer to its own digit than to others, and always in its place."""
    keep(workspace, 0, 1, 7, pen=14)
    keep(workspace, 0, 1, 7, pen=20)
    found = workspace.exploration.predictions(most=6)
    drawn = workspace.exploration.mapped(found)
    assert drawn.shown == tuple(found)
    assert 0.5 < drawn.share < 1
    apart = np.linalg.norm(drawn.places[:, None] - drawn.places[None], axis=-1) + np.eye(6) * 99
    assert [found[place].read for place in apart.argmin(axis=1)] == [each.read for each in found]
    assert np.array_equal(drawn.places, workspace.exploration.mapped(found).places)
    assert workspace.exploration.mapped([]).places.shape == (0, 2)


def test_an_open_data_set_is_read_as_well_as_its_figures_say(datasets: Path, settings: Settings) -> None:
    """Of the MNIST test part, the same images at each look, and hardly any mistake; noise shows no digit."""
    with Workspace(settings.model_copy(update={"datasets_dir": datasets})) as workspace:
        found = workspace.exploration.images("mnist", Part.TEST, most=100)
        again = workspace.exploration.images("mnist", Part.TEST, most=100)
        noise = workspace.exploration.images("noise", Part.TEST, most=30)
    assert len(matching(found, only_mistakes=True)) <= 3
    assert [each.really for each in found] == [each.really for each in again]
    assert {each.really for each in noise} == {NONE}


def test_a_data_set_that_is_missing_says_so(workspace: Workspace) -> None:
    """What is made is always there; what needs a file tells which."""
    assert workspace.exploration.data_sets() == [*MADE]
    with pytest.raises(DatasetMissing, match=r"mnist\.npz"):
        workspace.exploration.images("mnist", None, most=5)


def test_labelled_predictions_are_no_data_set_of_their_own(workspace: Workspace) -> None:
    """They are looked at in the history, with its filters."""
    [number] = keep(workspace, 7)
    workspace.feedback.give(number, actual_digit=7)
    assert workspace.modelling.sources()["corrections"]
    assert "corrections" not in workspace.exploration.data_sets()


def test_sources_are_described_in_words() -> None:
    """A user chooses from more than names."""
    assert about("mnist") == "scanned digits (MNIST)"
    assert about(KEPT) == "stored predictions"


def test_a_slice_is_narrowed_and_counted(workspace: Workspace) -> None:
    """By what it is, by what it was read as, and to mistakes; what nobody has judged is in no cell."""
    first, second, _ = keep(workspace, 7, 3, 4)
    workspace.feedback.give(second, actual_digit=8)
    workspace.feedback.give(first, actual_digit=7)
    found = workspace.exploration.predictions(most=10)
    assert confusion(found) == {(8, 3): 1, (7, 7): 1}

    def numbers(images: list[Shown]) -> list[int]:
        return [each.number for each in images]

    assert numbers(matching(found, really=8)) == [second]
    assert numbers(matching(found, read=7)) == [first]
    assert numbers(matching(found, only_mistakes=True)) == [second]
    assert matching(found, really=8, read=8) == []
    assert len(matching(found)) == 3


def test_the_nearest_are_the_same_digit_in_another_pen(workspace: Workspace) -> None:
    """An image is not its own neighbour; one that is the same is wholly alike."""
    keep(workspace, *range(10), pen=14)
    keep(workspace, *range(10), pen=24)
    keep(workspace, 4, pen=24)
    among = workspace.exploration.predictions(most=50)
    [same, other, far] = workspace.exploration.neighbours(among[0], among, most=3)
    assert same.similarity == pytest.approx(1.0, abs=1e-4)
    assert [same.shown.read, other.shown.read] == [4, 4]
    assert other.similarity > far.similarity
    assert among[0].number not in {same.shown.number, other.shown.number, far.shown.number}


def test_an_image_alone_has_no_neighbours(workspace: Workspace) -> None:
    """The first prediction ever is nothing like another."""
    keep(workspace, 7)
    [one] = workspace.exploration.predictions(most=5)
    assert workspace.exploration.neighbours(one, [one], most=5) == []


@pytest.mark.duckdb_file
def test_a_week_like_those_before_is_said_to_be_so(workspace: Workspace) -> None:
    """The same drawings as a month ago are nothing new; how right they will be is told from confidence alone."""
    keep(workspace, *range(10))
    multiply(workspace, 50)
    age(workspace, 30)
    keep(workspace, *range(10))
    with workspace.store.writing() as cursor:
        cursor.execute(
            "insert into predictions select r.* replace (nextval('prediction_ids') as id) "
            "from predictions r, generate_series(2, 50) where created_at > $1",
            [datetime.now(UTC) - RECENTLY],
        )
    report = workspace.exploration.drift(RECENTLY, Against.EARLIER)
    assert report.verdict == "Much like before"
    assert (report.drift.recent, report.drift.reference) == (report.recent, report.reference) == (500, 500)
    assert report.named.confidence is not None
    assert 0.9 < report.named.confidence <= 1.0
    assert report.accuracy.share is None
    assert not report.model_changed


@pytest.mark.duckdb_file
def test_another_pen_is_noticed_and_another_model_is_reported(workspace: Workspace) -> None:
    """Thick strokes after thin ones are thicker strokes; predictions of a version that has gone are said to be so."""
    keep(workspace, *range(10), pen=8)
    multiply(workspace, 50)
    age(workspace, 30)
    with workspace.store.writing() as cursor:
        cursor.execute("update predictions set model_version = 'older'")
    keep(workspace, *[*range(10)] * 40, pen=34)
    report = workspace.exploration.drift(RECENTLY, Against.EARLIER)
    assert report.drift.level is Level.DIFFERENT
    assert "thicker strokes" in report.verdict
    assert report.model_changed


def test_an_empty_history_has_too_few_predictions(workspace: Workspace) -> None:
    """Nothing is said of nothing."""
    report = workspace.exploration.drift(RECENTLY, Against.EARLIER)
    assert report.verdict == "Too few predictions to say"
    assert (report.named.predictions, report.named.confidence) == (0, None)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace whose version says on its card what its data was like: the ten drawings, evenly."""
    shipped = Registry(PROJECT / "models").champion()
    settings = Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models")
    with Workspace(Settings(data_dir=tmp_path / "other", models_dir=PROJECT / "models")) as workspace:
        predictions = [workspace.read(png(drawing(digit))) for digit in range(10)]
    counts = describe(
        np.array([prediction.digit for prediction in predictions]),
        np.array([prediction.confidence for prediction in predictions]),
        np.stack([prediction.seen for prediction in predictions if prediction.seen is not None]),
    ).counts
    features = {each.value: Histogram(edges=EDGES[each], shares=shares_of(counts[each])) for each in Feature}
    registry = Registry(settings.models_dir)
    card = shipped.card.model_copy(update={"inputs": Inputs(images=5000.0, features=features)})
    registry.serve(registry.publish(card, {name: shipped.read_file(name) for name in shipped.card.files}))
    with Workspace(settings) as workspace:
        yield workspace


@pytest.mark.duckdb_file
def test_a_card_that_tells_of_its_data_is_compared_with(told: Workspace) -> None:
    """Predictions like the training data are said to be; only those of the served version count."""
    assert told.exploration.can_compare_with() == [Against.TRAINING, Against.EARLIER]
    keep(told, *range(10))
    multiply(told, 40)
    report = told.exploration.drift(RECENTLY, Against.TRAINING)
    assert (report.against, report.verdict) == (Against.TRAINING, "Much like the training data")
    assert (report.drift.recent, report.drift.reference) == (400, 5000)
    with told.store.writing() as cursor:
        cursor.execute("update predictions set model_version = 'older'")
    assert told.exploration.drift(RECENTLY, Against.TRAINING).drift.recent == 0


def test_an_older_card_leaves_the_earlier_predictions(workspace: Workspace) -> None:
    """Versions of before this was on the card load all the same; other bins than today's are no use either."""
    card = workspace.served_model().card.model_copy(update={"inputs": None})
    assert inputs_of(card) is None
    odd = Inputs(images=10.0, features={"ink": Histogram(edges=(0.5,), shares=(0.5, 0.5))})
    assert inputs_of(card.model_copy(update={"inputs": odd})) is None


def test_without_a_card_that_tells_earlier_predictions_take_its_place(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking for the training data is answered by what there is, and the answer says so."""
    monkeypatch.setattr("hwr_core.app.drift.inputs_of", lambda _: None)
    assert workspace.exploration.can_compare_with() == [Against.EARLIER]
    assert workspace.exploration.drift(RECENTLY, Against.TRAINING).against is Against.EARLIER
