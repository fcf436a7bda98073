"""/api/export: downloads in every format."""

import csv
import io
import json
from collections.abc import Callable

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.api.client import refusal

Predict = Callable[..., Response]


def test_a_users_data_as_json(client: TestClient, predict: Predict) -> None:
    """The contract's shape, with the fields of the history."""
    number = predict().json()["prediction_id"]
    answer = client.get("/api/export/user/1?format=json")
    assert answer.headers["Content-Type"] == "application/json"
    (row,) = answer.json()["data"]["predictions"]
    assert (row["id"], row["predicted_digit"], row["user_input_type"]) == (number, 7, "drawing")
    assert answer.json()["success"] is True
    assert client.get("/api/export/user/1").json() == answer.json()


def test_a_users_data_as_a_csv_download(client: TestClient, seven: bytes) -> None:
    """A real download with a name, in which a file name is no formula."""
    client.post("/api/predict-upload", files={"file": ("=cmd|x.png", seven, "image/png")})
    answer = client.get("/api/export/user/1?format=csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="hwr-user-1-')
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["file_name"], row["user_input_type"]) == ("'=cmd|x.png", "upload")


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_the_history_is_downloaded_with_its_filters(client: TestClient, predict: Predict, kind: str) -> None:
    """Each format holds what the filters choose and says what it is."""
    predict()
    answer = client.get(f"/api/export/history?format={kind}&digit=7")
    assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
    nothing = client.get(f"/api/export/history?format={kind}&digit=9")
    if kind == "csv":
        found = [len([*csv.DictReader(io.StringIO(each.text))]) for each in (answer, nothing)]
    elif kind == "jsonl":
        found = [len([json.loads(line) for line in each.text.splitlines()]) for each in (answer, nothing)]
    else:
        found = [len(pd.read_parquet(io.BytesIO(each.content))) for each in (answer, nothing)]
    assert found == [1, 0]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("user/9", 404), ("user/0", 422), (f"user/{2**63}", 422), ("user/1?format=xml", 422),
        ("history?format=xlsx", 422), ("history?user_id=9", 404), ("history?digit=11", 422),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_refused_before_the_first_byte(
    client: TestClient, address: str, status: int
) -> None:
    """A wrong request is an error in words, not a broken file."""
    refusal(client.get(f"/api/export/{address}"), status)
