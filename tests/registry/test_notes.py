"""What people say of a model version."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.errors import InvalidValue, NotFound
from hwr_core.notes import FILE, Notes
from hwr_core.settings import Settings
from tests.own_models import copied_models


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with a copy of the shipped version."""
    settings = Settings(data_dir=tmp_path / "data", models_dir=copied_models(tmp_path / "models").folder)
    with Workspace(settings) as workspace:
        yield workspace


def test_a_version_has_a_title_tags_and_notes(own: Workspace) -> None:
    """They are kept beside it, without repeated or empty tags; its files and its name stay as they are."""
    version = own.registry.champion()
    assert version.notes == Notes()
    own.modelling.describe(version.name, "  Forms,  June ", ("forms", "forms", " "), "With our scans.\n")
    again = own.registry.champion()
    assert again.notes == Notes(title="Forms, June", tags=("forms",), text="With our scans.")
    assert again.card == version.card
    own.modelling.describe(version.name)
    assert own.registry.champion().notes == Notes()


@pytest.mark.parametrize(
    ("title", "tags", "text", "message"),
    [
        ("a" * 81, (), "", "The title is"),
        ("a\x00", (), "", "The title is"),
        ("", ("b" * 31,), "", "A tag is"),
        ("", tuple(map(str, range(11))), "", "There are 11 tags"),
        ("", (), "c" * 2001, "The notes have 2,001"),
    ],
)
def test_what_is_too_long_is_refused(
    own: Workspace, title: str, tags: tuple[str, ...], text: str, message: str
) -> None:
    """With what is allowed, and what was there stays."""
    name = own.registry.champion().name
    own.modelling.describe(name, "Mine")
    with pytest.raises(InvalidValue, match=message):
        own.modelling.describe(name, title, tags, text)
    assert own.registry.champion().notes.title == "Mine"


def test_a_version_that_is_not_there_cannot_be_described(own: Workspace) -> None:
    """Nor can anything outside the folder of versions."""
    for name in ("nowhere", "../data"):
        with pytest.raises(NotFound):
            own.modelling.describe(name, "Mine")


def test_damaged_notes_do_not_stop_a_version(own: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    """It is served and listed as before, and the log says so."""
    (own.registry.champion().folder / FILE).write_text("{")
    assert own.registry.champion().notes == Notes()
    assert "cannot be read" in caplog.text
