"""The images that the documents show."""

import re

import pytest

from hwr_core.settings import PROJECT

FOLDERS = ("api", "data", "models", "notebooks")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", *(f"{folder}/README.md" for folder in FOLDERS))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_image_of_a_document_is_there(name: str) -> None:
    """A reader sees what is named, not a broken frame."""
    document = PROJECT / name
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", document.read_text(encoding="utf-8"))
    assert [each for each in shown if not (document.parent / each).is_file()] == []
