"""Digits of other scripts by HTTP: named, found out, refused; kept, labelled and filtered by script."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from hwr_core.scripts.script import all_scripts
from tests.api.client import drawn, refusal
from tests.handwriting import png, symbol


def _predict(client: TestClient, script: str, value: int, asked: str | None = None) -> dict[str, Any]:
    body = drawn(png(symbol(script, value))) | {"script": asked or script}
    answer: dict[str, Any] = client.post("/api/predict", json=body).json()
    return answer


def test_the_scripts_are_listed_with_their_symbols(client: TestClient) -> None:
    """All that the served version reads, the Western one first, each with how well."""
    found = client.get("/api/scripts").json()["data"]
    assert [each["name"] for each in found] == list(all_scripts())
    for each in found:
        assert each["symbols"] == list(all_scripts()[each["name"]].symbols)
        assert 0.9 < each["accuracy"] <= 1
        assert 0.5 < each["named"] <= 1


@pytest.mark.parametrize(
    ("script", "value", "written"), [("arabic", 7, "٧"), ("arabic", 8, "٨"), ("chinese", 10, "十")]
)
def test_a_named_script_is_read(client: TestClient, script: str, value: int, written: str) -> None:
    """The value stays a number, the symbol stands beside it, and there is a probability for every symbol."""
    answer = _predict(client, script, value)
    assert (answer["predicted_digit"], answer["symbol"], answer["script"]) == (value, written, script)
    assert len(answer["all_predictions"]) == len(all_scripts()[script].symbols)
    assert answer["scripts"] == []
    [row] = client.get("/api/analytics/predictions", params={"script": script}).json()["data"]
    assert (row["predicted_digit"], row["symbol"], row["script"]) == (value, written, script)
    assert client.get("/api/analytics/predictions", params={"script": "western"}).json()["data"] == []


def test_the_script_is_found_out(client: TestClient) -> None:
    """With `auto` the answer says which script it is and how probable each is; three bars are Chinese."""
    answer = _predict(client, "chinese", 3, asked="auto")
    assert (answer["script"], answer["predicted_digit"], answer["symbol"]) == ("chinese", 3, "三")
    shares = [each["probability"] for each in answer["scripts"]]
    assert answer["scripts"][0]["script"] == "chinese"
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1.0, abs=1e-3)


def test_western_stays_the_default(client: TestClient) -> None:
    """A client that knows nothing of scripts gets what it always got, and three fields more."""
    answer = client.post("/api/predict", json=drawn(png(symbol("arabic", 1)))).json()
    assert (answer["script"], answer["predicted_digit"], answer["symbol"]) == ("western", 1, "1")
    assert len(answer["all_predictions"]) == 10


def _upload(client: TestClient, path: str, field: str, script: str) -> Response:
    return client.post(path, files=[(field, ("v.png", png(symbol("arabic", 7))))], data={"script": script})


def test_uploads_and_batches_take_a_script(client: TestClient) -> None:
    """As a field of the form."""
    assert _upload(client, "/api/predict-upload", "file", "arabic").json()["symbol"] == "٧"
    [result] = _upload(client, "/api/predict-batch", "files", "arabic").json()["results"]
    assert (result["symbol"], result["predicted_digit"]) == ("٧", 7)


@pytest.mark.parametrize("script", ["klingon", "WESTERN", "x" * 41])
def test_a_script_that_is_not_read_is_refused(client: TestClient, script: str) -> None:
    """By every route that takes one, in words that say what is allowed; nothing is kept."""
    refusals = [
        refusal(client.post("/api/predict", json=drawn(png(symbol("arabic", 7))) | {"script": script}), 422),
        refusal(_upload(client, "/api/predict-upload", "file", script), 422),
        refusal(_upload(client, "/api/predict-batch", "files", script), 422),
        refusal(_upload(client, "/api/read-number", "file", script), 422),
    ]
    if len(script) <= 40:
        assert all("western, arabic" in words for words in refusals)
    assert client.get("/api/analytics/predictions").json()["data"] == []


def test_a_label_is_one_of_the_scripts_values(client: TestClient) -> None:
    """The Chinese 百 may be the label of a Chinese numeral, not of an Arabic digit."""
    chinese, arabic = _predict(client, "chinese", 10), _predict(client, "arabic", 7)
    body = {"prediction_id": chinese["prediction_id"], "actual_digit": 100}
    assert client.post("/api/feedback", json=body).json()["correct_prediction"] is False
    refused = client.post("/api/feedback", json=body | {"prediction_id": arabic["prediction_id"]})
    assert "0 to 9" in refusal(refused, 422)
    [row] = client.get("/api/analytics/predictions", params={"actual_digit": 100}).json()["data"]
    assert (row["actual_digit"], row["script"]) == (100, "chinese")
    values = [row["value"] for row in client.get("/api/analytics/breakdown/script").json()["data"]]
    assert values == ["arabic", "chinese"]


def test_a_number_is_written_from_left_to_right(client: TestClient, arabic_number: bytes) -> None:
    """Also in Arabic, whose text runs the other way: the largest place comes first."""
    for script in ("arabic", "auto"):
        found = client.post(
            "/api/read-number", files={"file": ("n.png", arabic_number)}, data={"script": script}
        ).json()
        assert (found["text"], found["script"]) == ("781", "arabic")
        [line] = found["lines"]
        assert line["symbols"] == "٧٨١"
        assert [digit["digit"] for digit in found["digits"]] == [7, 8, 1]
    [newest, _] = client.get("/api/numbers").json()["data"]
    assert (newest["text"], newest["script"]) == ("781", "arabic")


@pytest.fixture
def arabic_number() -> bytes:
    """٧٨١ on a line."""
    return png(np.hstack([symbol("arabic", value, side=120, pen=9) for value in (7, 8, 1)]))
