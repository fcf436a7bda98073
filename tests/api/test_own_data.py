"""What is another person's: not read, not judged, not exported, not even told to be there."""

import base64
from collections.abc import Iterator

import pytest

from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.conftest import drawn, refusal
from tests.api.signed_in import Site, signed_in_site


@pytest.fixture
def unrestricted(settings: Settings) -> Iterator[Site]:
    """A server with a viewer, an analyst and an admin."""
    with signed_in_site(settings) as unrestricted:
        yield unrestricted


@pytest.fixture
def prediction(unrestricted: Site, seven: bytes) -> int:
    """A prediction of the admin's."""
    kept: int = unrestricted.ask(Role.ADMIN, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
    return kept


def test_a_program_that_names_nobody_keeps_for_whose_key_it_has(unrestricted: Site, seven: bytes) -> None:
    """The older clients' unasked user_id=1 means whoever the key belongs to, in all three doors."""
    sent = {"image_data": base64.b64encode(seven).decode(), "user_id": 1}
    unrestricted.ask(Role.VIEWER, "POST", "/api/predict", json=sent)
    unrestricted.ask(Role.VIEWER, "POST", "/api/predict-upload", files={"file": seven})
    unrestricted.ask(Role.VIEWER, "POST", "/api/predict-batch", files={"files": seven}, data={"user_id": "1"})
    rows = unrestricted.ask(Role.ADMIN, "GET", "/api/analytics/predictions").json()["data"]
    assert [row["user_id"] for row in rows] == [unrestricted.ids[Role.VIEWER]] * 3


def test_another_users_id_is_refused(unrestricted: Site, seven: bytes, prediction: int) -> None:
    """A viewer neither keeps, judges, takes back, reads nor exports in another's name."""
    other = unrestricted.ids[Role.ADMIN]
    refusal(unrestricted.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven) | {"user_id": other}), 403)
    for path in (f"user/{other}", f"predictions?user_id={other}", f"accuracy?user_id={other}"):
        refusal(unrestricted.ask(Role.VIEWER, "GET", f"/api/analytics/{path}"), 403)
    for path in (f"/api/export/user/{other}", f"/api/export/history?user_id={other}", f"/api/users/{other}"):
        refusal(unrestricted.ask(Role.VIEWER, "GET", path), 403)
    mine = unrestricted.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
    said = {"prediction_id": mine, "user_id": other, "actual_digit": 7}
    refusal(unrestricted.ask(Role.VIEWER, "POST", "/api/feedback", json=said), 403)
    unrestricted.ask(Role.VIEWER, "POST", "/api/feedback", json={"prediction_id": mine, "actual_digit": 7})
    refusal(unrestricted.ask(Role.VIEWER, "DELETE", f"/api/feedback/{mine}?user_id={other}"), 403)
    assert unrestricted.ask(Role.VIEWER, "DELETE", f"/api/feedback/{mine}").json()["is_labelled"] is False


def test_another_users_prediction_is_as_good_as_not_there(unrestricted: Site, prediction: int) -> None:
    """What a viewer is told of it is what they are told of a number that nobody has."""
    for path in (f"/api/predictions/{prediction}", f"/api/predictions/{prediction}/original"):
        assert refusal(unrestricted.ask(Role.VIEWER, "GET", path), 404) == f"There is no prediction {prediction}."
    said = {"prediction_id": prediction, "actual_digit": 1}
    refusal(unrestricted.ask(Role.VIEWER, "POST", "/api/feedback", json=said), 404)


def test_tables_and_exports_hold_ones_own_alone(unrestricted: Site, seven: bytes, prediction: int) -> None:
    """A viewer who asks for everything gets what is theirs."""
    mine = unrestricted.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
    rows = unrestricted.ask(Role.VIEWER, "GET", "/api/analytics/predictions").json()["data"]
    assert [row["id"] for row in rows] == [mine]
    digits = unrestricted.ask(Role.VIEWER, "GET", "/api/analytics/breakdown/user").json()["data"]
    assert [row["predictions"] for row in digits] == [1]
    lines = unrestricted.ask(Role.VIEWER, "GET", "/api/export/history?format=jsonl").text.splitlines()
    assert len(lines) == 1
    users = unrestricted.ask(Role.VIEWER, "GET", "/api/users").json()["data"]
    assert [user["id"] for user in users] == [unrestricted.ids[Role.VIEWER]]


def test_an_analyst_sees_everybody_and_changes_nothing_of_theirs(
    unrestricted: Site, seven: bytes, prediction: int
) -> None:
    """Analysts read and export all, and keep predictions for nobody but themselves."""
    other = unrestricted.ids[Role.ADMIN]
    assert unrestricted.ask(Role.ANALYST, "GET", f"/api/predictions/{prediction}").json()["data"]["user_id"] == other
    assert unrestricted.ask(Role.ANALYST, "GET", f"/api/export/user/{other}").status_code == 200
    assert unrestricted.ask(Role.ANALYST, "GET", "/api/analytics/system").json()["data"]["total_predictions"] == 1
    refusal(unrestricted.ask(Role.ANALYST, "POST", "/api/predict", json=drawn(seven) | {"user_id": other}), 403)


def test_an_admin_keeps_predictions_for_others(unrestricted: Site, seven: bytes) -> None:
    """A program of an admin's may serve many people."""
    other = unrestricted.ids[Role.VIEWER]
    unrestricted.ask(Role.ADMIN, "POST", "/api/predict", json=drawn(seven) | {"user_id": other})
    assert unrestricted.ask(Role.VIEWER, "GET", "/api/analytics/predictions").json()["count"] == 1


def test_keys_are_for_their_owner_and_admins(unrestricted: Site) -> None:
    """Nobody but an admin sees or ends another's keys."""
    other = unrestricted.ids[Role.ANALYST]
    refusal(unrestricted.ask(Role.VIEWER, "GET", f"/api/users/{other}/keys"), 403)
    [key] = unrestricted.ask(Role.ADMIN, "GET", f"/api/users/{other}/keys").json()["data"]
    refusal(unrestricted.ask(Role.VIEWER, "DELETE", f"/api/users/{other}/keys/{key['id']}"), 403)
    mine = unrestricted.ids[Role.VIEWER]
    refusal(unrestricted.ask(Role.VIEWER, "DELETE", f"/api/users/{mine}/keys/{key['id']}"), 404)
    assert unrestricted.ask(Role.ANALYST, "GET", "/api/me").status_code == 200


def test_the_audit_log_tells_who_did_what(unrestricted: Site, prediction: int) -> None:
    """Refusals, exports, changes and deletions stand in it, with who and from where."""
    refusal(unrestricted.ask(Role.VIEWER, "DELETE", f"/api/users/{unrestricted.ids[Role.ANALYST]}"), 403)
    unrestricted.ask(Role.VIEWER, "GET", "/api/export/history?format=csv&digit=7").read()
    unrestricted.ask(Role.ADMIN, "DELETE", f"/api/users/{unrestricted.ids[Role.ANALYST]}")
    log = unrestricted.ask(Role.ADMIN, "GET", "/api/audit?limit=3").json()["data"]
    assert [(entry["username"], entry["act"], entry["address"]) for entry in log] == [
        ("admin", "deleted a user", "testclient"),
        ("viewer", "exported predictions", "testclient"),
        ("viewer", "refused", "testclient"),
    ]
    assert log[1]["about"] == f"kind csv, user_id {unrestricted.ids[Role.VIEWER]}, digit 7"
    assert log[2]["about"] == f"DELETE /api/users/{unrestricted.ids[Role.ANALYST]}"


def test_a_refused_promotion_and_a_done_one_are_told_apart(unrestricted: Site) -> None:
    """What an admin may not do either leaves no trace of having been done."""
    refusal(unrestricted.ask(Role.ADMIN, "POST", "/api/models/nothing/promote", json={}), 404)
    assert [entry.act for entry in unrestricted.workspace.access.audit(limit=5) if entry.act == "promoted"] == []
