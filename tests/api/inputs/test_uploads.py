"""What is kept of a client's file name."""

import pytest
from fastapi.testclient import TestClient

from api.inputs.uploads import LONGEST_NAME, UNNAMED, bare_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("seven.png", "seven.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\images\\seven.png", "seven.png"),
        ("👩‍👧 sept.png", "👩‍👧 sept.png"),
        ("nul\0l\n.png", "null.png"),
        ("folder/", UNNAMED),
        ("", UNNAMED),
        ("x" * 100_000, "x" * LONGEST_NAME),
    ],
)
def test_name_is_kept_without_folders_and_control_characters(sent: str, kept: str) -> None:
    """A name shows what the file was called, and can neither lead anywhere nor break a page."""
    assert bare_name(sent) == kept


def test_strange_name_comes_back_from_the_history(client: TestClient, seven: bytes) -> None:
    """Emoji and other scripts survive the way through form, database and answer."""
    name = "👩‍👧 七.png"
    answer = client.post("/api/predict-upload", files={"file": (name, seven)}).json()
    assert answer["filename"] == name
    assert client.get("/api/analytics/predictions").json()["data"][0]["file_name"] == name
