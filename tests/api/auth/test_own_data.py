"""Data of other users: it cannot be seen, labelled or exported, and its existence is not revealed."""

import base64

import pytest

from hwr_core.records.roles import Role
from tests.api.client import drawn, refusal
from tests.api.signed_in import Site


@pytest.fixture
def prediction(site: Site, seven: bytes) -> int:
    """A prediction of the admin."""
    kept: int = site.ask(Role.ADMIN, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
    return kept


def test_a_program_that_names_no_user_stores_for_the_owner_of_its_key(site: Site, seven: bytes) -> None:
    """The user_id=1 that older clients send means the owner of the key, on all three routes."""
    sent = {"image_data": base64.b64encode(seven).decode(), "user_id": 1}
    site.ask(Role.VIEWER, "POST", "/api/predict", json=sent)
    site.ask(Role.VIEWER, "POST", "/api/predict-upload", files={"file": seven})
    site.ask(Role.VIEWER, "POST", "/api/predict-batch", files={"files": seven}, data={"user_id": "1"})
    rows = site.ask(Role.ADMIN, "GET", "/api/analytics/predictions").json()["data"]
    assert [row["user_id"] for row in rows] == [site.ids[Role.VIEWER]] * 3


def test_another_users_id_is_refused(site: Site, seven: bytes, prediction: int) -> None:
    """A viewer cannot store, label, withdraw, see or export anything in the name of another user."""
    other = site.ids[Role.ADMIN]
    refusal(site.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven) | {"user_id": other}), 403)
    for path in (f"user/{other}", f"predictions?user_id={other}", f"accuracy?user_id={other}"):
        refusal(site.ask(Role.VIEWER, "GET", f"/api/analytics/{path}"), 403)
    for path in (f"/api/export/user/{other}", f"/api/export/history?user_id={other}", f"/api/users/{other}"):
        refusal(site.ask(Role.VIEWER, "GET", path), 403)
    mine = site.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
    said = {"prediction_id": mine, "user_id": other, "actual_digit": 7}
    refusal(site.ask(Role.VIEWER, "POST", "/api/feedback", json=said), 403)
    site.ask(Role.VIEWER, "POST", "/api/feedback", json={"prediction_id": mine, "actual_digit": 7})
    refusal(site.ask(Role.VIEWER, "DELETE", f"/api/feedback/{mine}?user_id={other}"), 403)
    assert site.ask(Role.VIEWER, "DELETE", f"/api/feedback/{mine}").json()["is_labelled"] is False


def test_another_users_prediction_is_as_good_as_not_there(site: Site, prediction: int) -> None:
    """A viewer gets the same answer as for an id that does not exist."""
    for path in (f"/api/predictions/{prediction}", f"/api/predictions/{prediction}/original"):
        assert refusal(site.ask(Role.VIEWER, "GET", path), 404) == f"There is no prediction {prediction}."
    said = {"prediction_id": prediction, "actual_digit": 1}
    refusal(site.ask(Role.VIEWER, "POST", "/api/feedback", json=said), 404)


def test_tables_and_exports_hold_ones_own_alone(site: Site, seven: bytes, prediction: int) -> None:
    """A viewer who asks for everything gets only their own data."""
    mine = site.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
    rows = site.ask(Role.VIEWER, "GET", "/api/analytics/predictions").json()["data"]
    assert [row["id"] for row in rows] == [mine]
    digits = site.ask(Role.VIEWER, "GET", "/api/analytics/breakdown/user").json()["data"]
    assert [row["predictions"] for row in digits] == [1]
    lines = site.ask(Role.VIEWER, "GET", "/api/export/history?format=jsonl").text.splitlines()
    assert len(lines) == 1
    users = site.ask(Role.VIEWER, "GET", "/api/users").json()["data"]
    assert [user["id"] for user in users] == [site.ids[Role.VIEWER]]


def test_an_analyst_sees_everybody_and_changes_nothing_of_theirs(site: Site, seven: bytes, prediction: int) -> None:
    """Analysts see and export everything, and store predictions only for themselves."""
    other = site.ids[Role.ADMIN]
    assert site.ask(Role.ANALYST, "GET", f"/api/predictions/{prediction}").json()["data"]["user_id"] == other
    assert site.ask(Role.ANALYST, "GET", f"/api/export/user/{other}").status_code == 200
    assert site.ask(Role.ANALYST, "GET", "/api/analytics/system").json()["data"]["total_predictions"] == 1
    refusal(site.ask(Role.ANALYST, "POST", "/api/predict", json=drawn(seven) | {"user_id": other}), 403)


def test_an_admin_stores_predictions_for_others(site: Site, seven: bytes) -> None:
    """A program with the key of an admin may serve many users."""
    other = site.ids[Role.VIEWER]
    site.ask(Role.ADMIN, "POST", "/api/predict", json=drawn(seven) | {"user_id": other})
    assert site.ask(Role.VIEWER, "GET", "/api/analytics/predictions").json()["count"] == 1


def test_keys_are_for_their_owner_and_admins(site: Site) -> None:
    """Only an admin may list or revoke the keys of another user."""
    other = site.ids[Role.ANALYST]
    refusal(site.ask(Role.VIEWER, "GET", f"/api/users/{other}/keys"), 403)
    [key] = site.ask(Role.ADMIN, "GET", f"/api/users/{other}/keys").json()["data"]
    refusal(site.ask(Role.VIEWER, "DELETE", f"/api/users/{other}/keys/{key['id']}"), 403)
    mine = site.ids[Role.VIEWER]
    refusal(site.ask(Role.VIEWER, "DELETE", f"/api/users/{mine}/keys/{key['id']}"), 404)
    assert site.ask(Role.ANALYST, "GET", "/api/me").status_code == 200


def test_the_audit_log_tells_who_did_what(site: Site, prediction: int) -> None:
    """It has refusals, exports, changes and deletions, with user and network address."""
    refusal(site.ask(Role.VIEWER, "DELETE", f"/api/users/{site.ids[Role.ANALYST]}"), 403)
    site.ask(Role.VIEWER, "GET", "/api/export/history?format=csv&digit=7").read()
    site.ask(Role.ADMIN, "DELETE", f"/api/users/{site.ids[Role.ANALYST]}")
    log = site.ask(Role.ADMIN, "GET", "/api/audit?limit=3").json()["data"]
    assert [(entry["username"], entry["act"], entry["address"]) for entry in log] == [
        ("admin", "deleted a user", "testclient"),
        ("viewer", "exported predictions", "testclient"),
        ("viewer", "refused", "testclient"),
    ]
    assert log[1]["about"] == f"kind csv, user_id {site.ids[Role.VIEWER]}, digit 7"
    assert log[2]["about"] == f"DELETE /api/users/{site.ids[Role.ANALYST]}"


def test_a_refused_promotion_and_a_done_one_are_told_apart(site: Site) -> None:
    """A refused action of an admin is not logged as done."""
    refusal(site.ask(Role.ADMIN, "POST", "/api/models/nothing/promote", json={}), 404)
    assert [entry.act for entry in site.workspace.access.audit(limit=5) if entry.act == "promoted"] == []
