"""Two servers with data folders of their own, one bucket and one PostgreSQL: what one has, the other has too."""

import time
from contextlib import closing

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.records.predictions import Source
from hwr_core.settings import Settings
from tests.evaluation.conftest import worse_copy
from tests.handwriting import drawing, png
from tests.own_models import copied_models, own_digits

pytestmark = pytest.mark.slow

PATIENCE = 120.0


@pytest.fixture
def servers(postgresql, object_store, tmp_path):
    """Two servers at work, as on two machines."""
    database, bucket = postgresql.new_database(), object_store.new_url()

    def of(name):
        copied_models(tmp_path / name / "models")
        return Settings(
            data_dir=tmp_path / name / "data",
            models_dir=tmp_path / name / "models",
            database_url=database,
            storage_url=bucket,
        )

    with closing(Workspace(of("one"))) as one, closing(Workspace(of("other"))) as other:
        one.start()
        other.start()
        yield one, other


def until(condition):
    """Wait until something holds."""
    patience = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.05)


def test_they_are_one_to_their_users(servers):
    """An upload of one is shown by the other, which lists, promotes and serves a version that was made there."""
    one, other = servers
    image = png(drawing(7))
    kept = one.read_and_keep(image, source=Source.UPLOAD, file_name="seven.png")
    assert other.history.get(kept.id) == kept
    assert other.history.upload(kept.id) == image
    assert not list(other.settings.uploads.rglob("*.png"))

    made = worse_copy(one.registry)
    until(lambda: made.name in other.registry.names())
    other.modelling.promote(made.name, force=True, reason="It was made on the other machine.")
    assert other.served_model().name == made.name
    until(lambda: one.served_model().name == made.name)
    assert other.read(image).model_version == made.name
    one.modelling.roll_back()
    until(lambda: other.served_model().name == one.served_model().name != made.name)

    one.modelling.import_images(own_digits(1))
    until(lambda: other.modelling.sources()["custom"])
