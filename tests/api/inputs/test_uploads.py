"""What is kept of a client's file name."""

import pytest
from fastapi.testclient import TestClient

from api.app import ROUTES
from api.inputs.request_bodies import UploadRoute
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


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("filename*=UTF-8''%C3%A9t%C3%A9.png", "été.png"),
        ("filename*=iso-8859-1''%E9t%E9.png", "été.png"),
        ("filename*=UTF-8''..%2F..%2Fetc%2Fx.png", "x.png"),
        ("filename*=UTF-8''a%22%3B%5C%0D%0Ab.png", "b.png"),
        ("filename*=UTF-8''%E4%B8%83%22.png", '七".png'),
        ('filename="plain.png"; filename*=UTF-8other.png', "plain.png"),
        ("filename*=nonsense", "nonsense"),
    ],
)
@pytest.mark.parametrize(
    "route", [("/api/predict-upload", "file"), ("/api/predict-batch", "files"), ("/api/read-number", "file")]
)
def test_a_name_in_the_extended_spelling_is_a_name(
    client: TestClient, seven: bytes, route: tuple[str, str], spelling: str, name: str
) -> None:
    """With `filename*` alone a part is a file all the same, on every route that takes one."""
    path, field = route
    head = f'--XX\r\nContent-Disposition: form-data; name="{field}"; {spelling}\r\n\r\n'.encode()
    answer = client.post(
        path,
        content=head + seven + b"\r\n--XX--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=XX"},
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert path == "/api/read-number" or (body.get("results") or [body])[0]["filename"] == name


def test_every_route_that_takes_a_file_knows_these_spellings(client: TestClient) -> None:
    """By the document of the API: whoever adds such a route gives it UploadRoute."""
    document = client.get("/openapi.json").json()["paths"]
    with_files = {path for path, kinds in document.items() if "multipart/form-data" in str(kinds.get("post", {}))}
    known = {route.path for module in ROUTES for route in module.router.routes if isinstance(route, UploadRoute)}
    assert with_files <= known
