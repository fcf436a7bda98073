"""GET /api/analytics/predictions."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from httpx2 import Response

Predict = Callable[..., Response]


def test_rows_have_the_fields_of_the_contract(client: TestClient, predict: Predict) -> None:
    """A row has the prediction as it was answered, and the model that made it."""
    answered = predict().json()
    answer = client.get("/api/analytics/predictions").json()
    (row,) = answer["data"]
    assert (answer["success"], answer["count"]) == (True, 1)
    assert row["id"] == answered["prediction_id"]
    assert (row["user_input_type"], row["source"], row["file_name"]) == ("drawing", "api", None)
    same = ("timestamp", "predicted_digit", "verdict", "confidence", "processing_time", "model_version")
    assert [row[name] for name in same] == [answered[name] for name in same]


def test_newest_come_first_and_no_more_than_asked_for(client: TestClient, predict: Predict) -> None:
    """A limit of 2 gives the last two of three, the last first."""
    ids = [predict().json()["prediction_id"] for _ in range(3)]
    answer = client.get("/api/analytics/predictions?limit=2&user_id=1").json()
    assert [row["id"] for row in answer["data"]] == [ids[2], ids[1]]
    assert answer["count"] == 2


def test_empty_history_is_an_answer(client: TestClient) -> None:
    """Before the first prediction there are no rows, and that is no error."""
    assert client.get("/api/analytics/predictions").json() == {
        "success": True,
        "count": 0,
        "next_before": None,
        "data": [],
    }
