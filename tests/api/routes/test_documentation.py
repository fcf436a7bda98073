"""/docs, /redoc and /openapi.json."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.client import refusal

ASSET = re.compile(r'(?:href|src)="([^"]+)"')
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

PATHS = {
    "/health",
    "/api/predict",
    "/api/predict-upload",
    "/api/predict-batch",
    "/api/read-number",
    "/api/model/status",
    "/api/feedback",
    "/api/feedback/{prediction_id}",
    "/api/predictions/{prediction_id}",
    "/api/predictions/{prediction_id}/original",
    "/api/analytics/predictions",
    "/api/analytics/system",
    "/api/analytics/user/{user_id}",
    "/api/analytics/accuracy",
    "/api/analytics/over-time",
    "/api/analytics/confidence",
    "/api/analytics/reliability",
    "/api/analytics/confusion",
    "/api/analytics/confused-pairs",
    "/api/analytics/breakdown/{by}",
    "/api/analytics/latency",
    "/api/users",
    "/api/users/{user_id}",
    "/api/users/{user_id}/anonymise",
    "/api/users/{user_id}/history",
    "/api/export/user/{user_id}",
    "/api/export/history",
    "/api/train",
    "/api/train-scripts",
    "/api/tune",
    "/api/evaluate",
    "/api/jobs",
    "/api/jobs/{job_id}",
    "/api/jobs/{job_id}/events",
    "/api/jobs/{job_id}/log",
    "/api/jobs/{job_id}/cancel",
    "/api/jobs/{job_id}/resume",
    "/api/models",
    "/api/models/log",
    "/api/models/rollback",
    "/api/models/{version}",
    "/api/models/{version}/gate",
    "/api/models/{version}/promote",
    "/api/models/{version}/compare/{other}",
    "/api/datasets",
    "/api/datasets/custom",
    "/api/token",
    "/api/me",
    "/api/me/password",
    "/api/users/{user_id}/account",
    "/api/users/{user_id}/keys",
    "/api/users/{user_id}/keys/{key_id}",
    "/api/audit",
}

VERBS = re.compile(
    "(Anonymise|Break|Cancel|Change|Check|Compare|Create|Delete|Download|Erase|Evaluate|Export|Get|Give|Import|List|Make|"
    "Plan|Promote|Read|Restore|Resume|Retire|Revoke|Roll|Set|Start|Stop|Train|Tune|Update|Withdraw) "
)


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def _fields(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field and parameter there is, with a name to find it by."""
    for name, schema in document["components"]["schemas"].items():
        for field, content in schema.get("properties", {}).items():
            yield f"{name}.{field}", content
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                yield f"{path}?{parameter['name']}", parameter["schema"] | parameter


def _has_example(document: dict[str, Any], field: dict[str, Any]) -> bool:
    """Whether a field has an example of its own, or is made of parts that the walk meets elsewhere."""
    kinds = [field, field.get("items", {}), *field.get("anyOf", [])]
    is_made_of_parts = any("properties" in _resolved(document, kind) for kind in kinds)
    return is_made_of_parts or any("example" in kind or "examples" in kind for kind in kinds)


def _resolved(document: dict[str, Any], kind: dict[str, Any]) -> dict[str, Any]:
    schemas: dict[str, dict[str, Any]] = document["components"]["schemas"]
    return schemas.get(kind.get("$ref", "").rpartition("/")[2], {})


def test_every_field_has_an_example(document: dict[str, Any]) -> None:
    """The documentation shows a value for each field of each request and answer."""
    fields = dict(_fields(document))
    assert len(fields) > 40
    assert [name for name, field in fields.items() if not _has_example(document, field)] == []


def test_each_summary_says_what_the_operation_does(document: dict[str, Any]) -> None:
    """In the imperative, short, and no two operations say the same; whole sentences stand beneath."""
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    summaries = [operation["summary"] for operation in operations]
    assert [summary for summary in summaries if not VERBS.match(summary)] == []
    assert max(map(len, summaries)) <= 60
    assert len({*summaries}) == len(summaries)
    assert all(operation["description"].endswith(".") for operation in operations)


def test_document_names_every_address(document: dict[str, Any]) -> None:
    """All addresses of this version are documented."""
    assert PATHS <= document["paths"].keys()


def test_example_drawing_is_an_image_that_can_be_read(client: TestClient, document: dict[str, Any]) -> None:
    """What the documentation fills in for a trial works."""
    example = document["components"]["schemas"]["PredictIn"]["properties"]["image_data"]["examples"][0]
    assert client.post("/api/predict", json={"image_data": example}).json()["verdict"] != "no_ink"


@pytest.mark.parametrize(
    ("page", "types"),
    [
        ("/docs", ["text/css", "image/png", "text/javascript"]),
        ("/redoc", ["image/png", "text/javascript"]),
    ],
)
def test_pages_of_the_documentation_need_no_internet(client: TestClient, page: str, types: list[str]) -> None:
    """Whatever either page names lies on this server, and is what the page takes it for."""
    html = client.get(page).text
    assert "//" not in COMMENT.sub("", html)
    assets = [client.get(address) for address in ASSET.findall(html)]
    assert [asset.status_code for asset in assets] == [200] * len(types)
    assert [asset.headers["Content-Type"].partition(";")[0] for asset in assets] == types


def test_unknown_asset_of_the_documentation_is_an_error_like_any_other(client: TestClient) -> None:
    """A wrong address beside the assets is a 404 in the one form."""
    refusal(client.get("/docs/assets/nothing.js"), 404)


def test_bounds_are_said_in_the_words_of_json_schema(document: dict[str, Any]) -> None:
    """A client that is made from the document knows what numbers are allowed."""
    odd = [name for name, schema in _fields(document) if schema.keys() & {"ge", "le", "gt", "lt"}]
    assert odd == []
    given = document["components"]["schemas"]["PredictIn"]["properties"]
    assert (given["user_id"]["minimum"], given["enhancement_level"]["maximum"]) == (1, 3.0)


def test_errors_are_json_wherever_they_are_said_to_be(document: dict[str, Any]) -> None:
    """An address whose answer is text or a file has errors in JSON all the same."""
    answers = [
        (path, kind)
        for path, methods in document["paths"].items()
        for route in methods.values()
        for code, answer in route["responses"].items()
        if code in ("4XX", "5XX")
        for kind in answer["content"]
        if kind != "application/json"
    ]
    assert answers == []
