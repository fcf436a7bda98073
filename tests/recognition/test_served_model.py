"""The version that reads is exchanged while predictions go on, and a damaged one never takes its place."""

import time
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import pytest

from hwr_core.errors import ModelUnavailable
from hwr_core.events import Events
from hwr_core.images.decode import Limits
from hwr_core.recognition.events import ModelServed
from hwr_core.recognition.served_model import LOOK, ServedModel
from hwr_core.registry.registry import LITERT, Registry
from tests.evaluation.conftest import champion, registry  # noqa: F401  fixtures
from tests.handwriting import drawing, png

SEVEN = png(drawing(7))
PATIENCE = 30
"""Seconds until what never comes counts as missing."""


@pytest.fixture
def events():
    """What the served model publishes."""
    return Events()


@pytest.fixture
def served(registry, events):  # noqa: F811
    """The served model of a registry; closed after the test."""
    served = ServedModel(registry, Limits(), events)
    yield served
    served.close()


@pytest.fixture
def twin(registry, champion):  # noqa: F811
    """Another version that reads the same."""
    card = champion.card.model_copy(update={"parameters": 2})
    return registry.publish(card, {LITERT: champion.read_file(LITERT)})


def test_a_promotion_is_taken_up(served, events, registry, champion, twin):  # noqa: F811
    """Whoever looks after a while reads with the new version."""
    assert served.get()[0] == champion
    published = []
    registry.serve(twin)
    with events.subscribed(published.append):
        served.refresh()
        served.refresh()
    assert published == [ModelServed(twin.name)]
    assert served.get()[0] == twin
    assert served.get()[1].read(SEVEN).model_version == twin.name


def test_without_anybody_watching_it_is_taken_up_at_the_next_prediction(registry, champion, twin):  # noqa: F811
    """A notebook that has no server's thread reads with the new version soon, too."""
    now = [0.0]
    served = ServedModel(registry, Limits(), Events(), clock=lambda: now[0])
    served.get()
    registry.serve(twin)
    now[0] += 2 * LOOK
    assert served.get()[0] == twin
    served.close()


def test_a_watched_model_follows_by_itself(served, events, registry, champion, twin):  # noqa: F811
    """Nobody has to ask, and no prediction has to wait for the new version."""
    published = Queue()
    served.get()
    with events.subscribed(published.put):
        served.watch()
        registry.serve(twin)
        assert published.get(timeout=PATIENCE) == ModelServed(twin.name)


def test_no_prediction_is_dropped_while_versions_change(served, registry, champion, twin):  # noqa: F811
    """Threads that read all the while get an answer each time, by one version or the other."""
    served.get()

    def read(_: int) -> str:
        return served.get()[1].read(SEVEN).model_version

    with ThreadPoolExecutor(4) as threads:
        predictions = [threads.submit(read, number) for number in range(400)]
        for version in (twin, champion) * 10:
            registry.serve(version)
            served.refresh()
        names = {prediction.result() for prediction in predictions}
    assert names <= {champion.name, twin.name}


def test_a_version_replaced_leaves_no_thread_behind(served, registry, champion, twin):  # noqa: F811
    """When the last reader has let go of it, its threads end."""
    import gc
    import threading

    def readers() -> int:
        return sum(thread.name.startswith("recogniser") for thread in threading.enumerate())

    served.get()[1].read_all([SEVEN] * 8)
    before = readers()
    for version in (twin, champion) * 3:
        registry.serve(version)
        served.refresh()
        served.get()[1].read_all([SEVEN] * 8)
    gc.collect()
    patience = time.monotonic() + PATIENCE
    while readers() > before and time.monotonic() < patience:
        time.sleep(0.05)
    assert readers() <= before


def test_a_damaged_version_leaves_the_old_one_prediction(served, registry, champion, twin, caplog):  # noqa: F811
    """It is said once in the log and in the model's health, until another version is chosen."""
    served.get()
    (twin.folder / LITERT).write_bytes(b"torn")
    registry.serve(twin)
    for _ in range(3):
        served.refresh()
    assert served.get()[0] == champion
    assert served.problem.startswith(f"{champion.name} is still being served: ")
    assert len([record for record in caplog.records if "damaged" in record.message]) == 1
    registry.serve(champion)
    served.refresh()
    assert served.problem is None


def test_without_a_model_it_is_said_in_words(tmp_path):
    """And as soon as there is one it reads."""
    with pytest.raises(ModelUnavailable, match="hwr train"):
        ServedModel(Registry(tmp_path), Limits(), Events()).get()
