"""What the documents show and lead to is there."""

import re
from pathlib import Path

import pytest

from hwr_core.settings import PROJECT

DOCUMENTS = [file for file in PROJECT.glob("**/*.md") if not {".venv", "node_modules"}.intersection(file.parts)]
LINK = re.compile(r"\[[^\]]*\]\((?P<file>[^)#\s]*)(#(?P<heading>[^)]+))?\)")


def _links(document: Path) -> list[tuple[str, str | None]]:
    prose = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = [(match["file"], match["heading"]) for match in LINK.finditer(prose)]
    return [(file, heading) for file, heading in found if "://" not in file]


def _headings(document: Path) -> set[str]:
    """The names by which links reach headings, as forges make them."""
    heads = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(PROJECT)))
def test_every_image_and_file_of_a_document_is_there(document: Path) -> None:
    """A reader sees what is named, not a broken frame, and comes where a link leads."""
    places = [(document.parent / file if file else document, heading) for file, heading in _links(document)]

    assert [str(place) for place, _ in places if not place.exists()] == []
    assert [f"{place}#{heading}" for place, heading in places if heading and heading not in _headings(place)] == []
