"""The features that the last layer is given: they make the model's own answers, and find what is alike."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from hwr_core.errors import ModelUnavailable
from hwr_core.images.normalise import normalise
from hwr_core.recognition import embedding
from hwr_core.recognition.calibration import softmax
from hwr_core.recognition.embedding import Embedder, in_two_dimensions, nearest, without_last_layer
from hwr_core.registry.registry import LITERT, Registry
from hwr_core.settings import PROJECT
from tests.handwriting import drawing

VERSIONS = [version.name for version in Registry(PROJECT / "models").versions()]


def seen(digit, **more):
    """A hand-made digit as the model sees it."""
    return normalise(drawing(digit, **more))


def last_layer(model):
    """Weights and bias of the last dense layer of a LiteRT file."""
    content = schema.ModelT.InitFromPackedBuf(model, 0)
    kinds = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in content.operatorCodes]
    graph = content.subgraphs[0]
    layer = [each for each in graph.operators if kinds[each.opcodeIndex] == schema.BuiltinOperator.FULLY_CONNECTED][-1]
    weights, bias = (
        np.frombuffer(content.buffers[graph.tensors[place].buffer].data.tobytes(), np.float32)
        for place in layer.inputs[1:3]
    )
    return weights.reshape(len(bias), -1), bias


def run(model, image):
    """What a LiteRT model makes of one image."""
    network = Interpreter(model_content=model, num_threads=1)
    network.allocate_tensors()
    network.set_tensor(network.get_input_details()[0]["index"], image.astype(np.float32).reshape(1, 28, 28, 1))
    network.invoke()
    return network.get_tensor(network.get_output_details()[0]["index"])[0]


@pytest.mark.parametrize("name", VERSIONS)
def test_features_through_the_last_layer_are_the_models_answer(name):
    """Nothing is lost by the cut: features times weights, and the softmax of that, are what the whole file answers."""
    model = Registry(PROJECT / "models").get(name).read_file(LITERT)
    weights, bias = last_layer(model)
    for digit in (2, 7):
        features = run(without_last_layer(model), seen(digit))
        np.testing.assert_allclose(softmax(weights @ features + bias), run(model, seen(digit)), atol=1e-5)


def test_a_model_without_a_dense_layer_is_refused():
    """What has been cut once has no dense layer left in these networks."""
    model = Registry(PROJECT / "models").champion().read_file(LITERT)
    with pytest.raises(ValueError, match="no dense layer"):
        without_last_layer(without_last_layer(model))


def test_a_damaged_file_is_told_in_words(tmp_path):
    """A version whose file is gone raises an error of ours."""
    version = Registry(PROJECT / "models").champion()
    (tmp_path / version.name).mkdir()
    (tmp_path / version.name / "card.json").write_bytes((version.folder / "card.json").read_bytes())
    with pytest.raises(ModelUnavailable):
        Embedder(Registry(tmp_path).get(version.name))


def test_features_have_length_one_and_come_in_order():
    """The same image has the same features wherever it stands."""
    embedder = Embedder(Registry(PROJECT / "models").champion())
    found = embedder.features([seen(3), seen(8), seen(3)])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    np.testing.assert_array_equal(found[0], found[2])
    assert not np.allclose(found[0], found[1])


@pytest.mark.parametrize("name", VERSIONS)
def test_many_images_have_the_features_of_each(name, monkeypatch):
    """Whatever goes through the network with an image, and how much of it."""
    monkeypatch.setattr(embedding, "EACH", 4)
    images = [seen(digit) for digit in range(10)]
    version = Registry(PROJECT / "models").get(name)
    alone = Embedder(version)
    np.testing.assert_allclose(
        Embedder(version).features(images), np.concatenate([alone.features([each]) for each in images]), atol=1e-5
    )


def test_progress_is_told_and_only_so_many_are_remembered(monkeypatch):
    """However many images it is asked for, it does not grow without end."""
    monkeypatch.setattr(embedding, "REMEMBERED", 10)
    embedder = Embedder(Registry(PROJECT / "models").champion())
    told = []
    images = [np.full((28, 28), shade, np.uint8) for shade in range(100)]
    embedder.features(images, told.append)
    assert told == [0.5, 1.0]
    assert len(embedder._known) == 10  # noqa: SLF001  nothing else shows what is remembered


def test_the_nearest_come_first():
    """By the cosine, and no more than there are."""
    among = np.array([[0, 1], [1, 0], [0.6, 0.8]], np.float32)
    found = nearest(np.array([1, 0], np.float32), among, 5)
    assert [place for place, _ in found] == [1, 2, 0]
    assert [similarity for _, similarity in found] == pytest.approx([1.0, 0.6, 0.0])
    assert nearest(np.array([1, 0], np.float32), np.zeros((0, 2), np.float32), 5) == []


def test_a_digit_in_another_pen_is_nearest_to_its_like():
    """For the model a 4 with a thick pen is more like a 4 with a thin one than like any other digit."""
    embedder = Embedder(Registry(PROJECT / "models").champion())
    thin = embedder.features([seen(digit, pen=14) for digit in range(10)])
    thick = embedder.features([seen(digit, pen=24) for digit in range(10)])
    assert [nearest(one, thin, 1)[0][0] for one in thick] == [*range(10)]


def test_the_plane_shows_the_most_of_the_variance():
    """Rows that differ in two directions, wherever these point, lie as far apart on the plane as they are."""
    random = np.random.default_rng(1)
    flat = random.normal(size=(50, 2)) * (5, 1)
    directions, _ = np.linalg.qr(random.normal(size=(16, 2)))
    places, share = in_two_dimensions((flat @ directions.T + 3).astype(np.float32))
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    assert apart == pytest.approx(np.linalg.norm(flat[:, None] - flat[None], axis=-1), abs=1e-3)
    assert share == pytest.approx(1)
    assert np.var(places[:, 0]) > np.var(places[:, 1])
    assert places.mean(axis=0) == pytest.approx((0, 0), abs=1e-4)


def test_the_share_says_what_the_plane_leaves_out():
    """Rows that differ as much in each of ten directions show a fifth of it; the same rows give the same places."""
    rows = np.vstack([np.eye(10), -np.eye(10)]).astype(np.float32)
    places, share = in_two_dimensions(rows)
    assert share == pytest.approx(0.2)
    assert np.array_equal(places, in_two_dimensions(rows)[0])


@pytest.mark.parametrize("rows", [np.zeros((0, 0)), np.ones((1, 8)), np.ones((4, 8)) / 3, np.ones((3, 1))], ids=str)
def test_rows_that_do_not_differ_lie_on_one_another(rows):
    """None, one, or all the same: each has its place, and nothing is left out."""
    places, share = in_two_dimensions(rows.astype(np.float32))
    assert places.shape == (len(rows), 2)
    assert places == pytest.approx(0, abs=1e-6)
    assert share == 1
