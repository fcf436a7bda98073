"""/api/forms: fields are drawn once, scans of the form come back as a table."""

import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from hwr_core.images.decode import decode
from tests import made_forms
from tests.api.client import refusal
from tests.handwriting import png

EMPTY = png(made_forms.empty())
FIELDS = [{"name": each.name, "box": list(each.box), "pattern": each.pattern} for each in made_forms.FIELDS]
VALUES = made_forms.values(np.random.default_rng(1))
SCAN = png(made_forms.drawn(VALUES))


def added(client: TestClient, **changes: Any) -> Any:
    """Post the form, with other values."""
    data = {"name": made_forms.NAME, "fields": json.dumps(FIELDS)} | changes
    return client.post("/api/forms", files={"file": ("empty.png", EMPTY)}, data=data)


@pytest.fixture
def form(client: TestClient) -> int:
    """The id of the stored form."""
    answer = added(client)
    assert answer.status_code == 201, answer.text
    found: int = answer.json()["data"]["id"]
    return found


def test_a_form_is_stored_with_its_page(client: TestClient, form: int) -> None:
    """And listed, until it is deleted."""
    one = client.get(f"/api/forms/{form}").json()
    assert one["data"]["fields"] == FIELDS
    assert client.get("/api/forms").json()["data"] == [one["data"]]
    page = client.get(f"/api/forms/{form}/page")
    assert page.headers["content-type"] == "image/png"
    assert (decode(page.content) == made_forms.empty()).all()
    assert client.delete(f"/api/forms/{form}").json() == {"success": True, "message": f"Form {form} was deleted."}
    assert client.get("/api/forms").json()["data"] == []
    refusal(client.get(f"/api/forms/{form}"), 404)
    refusal(client.get(f"/api/forms/{form}/page"), 404)


def test_scans_are_read_into_rows(client: TestClient, form: int) -> None:
    """Each number with its id in the history; what cannot be read has its reason."""
    files = [("files", ("one.png", SCAN)), ("files", ("notes.txt", b"no image"))]
    body = client.post(f"/api/forms/{form}/read", files=files, data={"max_error": "0.05"}).json()
    assert (body["success"], body["form_id"], body["count"]) == (True, form, 2)
    one, two = body["data"]
    assert {cell["name"]: cell["text"] for cell in one["cells"]} == VALUES
    assert sum(cell["accept"] for cell in one["cells"]) >= 4
    assert one["error"] is None
    assert (two["cells"], two["file_name"]) == ([], "notes.txt")
    assert "neither an image" in two["error"]
    number = client.get(f"/api/numbers/{one['cells'][0]['number_id']}").json()["data"]
    assert (number["text"], number["source"], number["file_name"]) == (VALUES["Student"], "form", "one.png: Student")
    assert client.get("/api/numbers", params={"source": "form"}).json()["count"] == len(FIELDS)


@pytest.mark.parametrize(
    ("kind", "media_type", "begins"),
    [
        ("csv", "text/csv; charset=utf-8", b'"file"'),
        ("xlsx", "application/vnd.openxml", b"PK"),
        ("parquet", "", b"PAR1"),
    ],
)
def test_scans_are_read_into_a_file(client: TestClient, form: int, kind: str, media_type: str, begins: bytes) -> None:
    """As a download; with `keep` false nothing is stored."""
    answer = client.post(
        f"/api/forms/{form}/read", params={"format": kind}, files={"files": ("one.png", SCAN)}, data={"keep": "false"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(media_type)
    assert f".{kind}" in answer.headers["content-disposition"]
    assert answer.content.startswith(begins)
    if kind == "csv":
        table = pd.read_csv(io.BytesIO(answer.content), dtype=str)
        assert table.loc[0, [*VALUES]].to_dict() == VALUES
    assert client.get("/api/numbers").json()["count"] == 0


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"fields": "no JSON"}, 422, "fields is not valid JSON"),
        ({"fields": "[]"}, 422, "0 fields"),
        ({"fields": '[{"name": "One"}]'}, 422, "box of fields is missing"),
        ({"fields": '[{"name": "One", "box": [5000, 1, 90, 90]}]'}, 422, "beside the page"),
        ({"fields": '[{"name": "One", "box": [10, 1, 90, 90], "pattern": "primes"}]'}, 422, "no term"),
        ({"name": ""}, 422, "name"),
        ({"user_id": "77"}, 404, "no user 77"),
    ],
)
def test_what_is_no_form_is_refused_in_words(client: TestClient, changes: Any, status: int, said: str) -> None:
    """And nothing is stored."""
    assert said in refusal(added(client, **changes), status)
    assert client.get("/api/forms").json()["count"] == 0


def test_reading_refuses_what_it_cannot_do(client: TestClient, form: int) -> None:
    """A form that is not there, an error out of range, no files, a format that is none; a name that is taken."""
    scan = {"files": ("one.png", SCAN)}
    refusal(client.post("/api/forms/99/read", files=scan), 404)
    refusal(client.post(f"/api/forms/{form}/read", files=scan, data={"max_error": "0.9"}), 422)
    refusal(client.post(f"/api/forms/{form}/read"), 422)
    refusal(client.post(f"/api/forms/{form}/read", files=scan, params={"format": "doc"}), 422)
    assert "already" in refusal(added(client), 409)
