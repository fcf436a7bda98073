"""What is another person's: not read, not judged, not exported, not even told to be there."""

import base64
from collections.abc import Iterator

import pytest

from hwr_core.history.roles import Role
from hwr_core.settings import Settings
from tests.api.conftest import drawn, refusal
from tests.api.signed_in import House, house_of


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """A server with a viewer, an analyst and an admin."""
    with house_of(settings) as house:
        yield house


@pytest.fixture
def reading(house: House, seven: bytes) -> int:
    """A reading of the admin's."""
    kept: int = house.ask(Role.ADMIN, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
    return kept


def test_a_program_that_names_nobody_keeps_for_whose_key_it_has(house: House, seven: bytes) -> None:
    """The older clients' unasked user_id=1 means whoever the key belongs to, in all three doors."""
    sent = {"image_data": base64.b64encode(seven).decode(), "user_id": 1}
    house.ask(Role.VIEWER, "POST", "/api/predict", json=sent)
    house.ask(Role.VIEWER, "POST", "/api/predict-upload", files={"file": seven})
    house.ask(Role.VIEWER, "POST", "/api/predict-batch", files={"files": seven}, data={"user_id": "1"})
    rows = house.ask(Role.ADMIN, "GET", "/api/analytics/predictions").json()["data"]
    assert [row["user_id"] for row in rows] == [house.ids[Role.VIEWER]] * 3


def test_another_persons_id_is_refused(house: House, seven: bytes, reading: int) -> None:
    """A viewer neither keeps, judges, takes back, reads nor exports in another's name."""
    other = house.ids[Role.ADMIN]
    refusal(house.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven) | {"user_id": other}), 403)
    for path in (f"user/{other}", f"predictions?user_id={other}", f"accuracy?user_id={other}"):
        refusal(house.ask(Role.VIEWER, "GET", f"/api/analytics/{path}"), 403)
    for path in (f"/api/export/user/{other}", f"/api/export/history?user_id={other}", f"/api/users/{other}"):
        refusal(house.ask(Role.VIEWER, "GET", path), 403)
    mine = house.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
    said = {"prediction_id": mine, "user_id": other, "actual_digit": 7}
    refusal(house.ask(Role.VIEWER, "POST", "/api/feedback", json=said), 403)
    house.ask(Role.VIEWER, "POST", "/api/feedback", json={"prediction_id": mine, "actual_digit": 7})
    refusal(house.ask(Role.VIEWER, "DELETE", f"/api/feedback/{mine}?user_id={other}"), 403)
    assert house.ask(Role.VIEWER, "DELETE", f"/api/feedback/{mine}").json()["is_labelled"] is False


def test_another_persons_reading_is_as_good_as_not_there(house: House, reading: int) -> None:
    """What a viewer is told of it is what they are told of a number that nobody has."""
    for path in (f"/api/predictions/{reading}", f"/api/predictions/{reading}/original"):
        assert refusal(house.ask(Role.VIEWER, "GET", path), 404) == f"There is no reading {reading}."
    said = {"prediction_id": reading, "actual_digit": 1}
    refusal(house.ask(Role.VIEWER, "POST", "/api/feedback", json=said), 404)


def test_tables_and_exports_hold_ones_own_alone(house: House, seven: bytes, reading: int) -> None:
    """A viewer who asks for everything gets what is theirs."""
    mine = house.ask(Role.VIEWER, "POST", "/api/predict", json=drawn(seven)).json()["prediction_id"]
    rows = house.ask(Role.VIEWER, "GET", "/api/analytics/predictions").json()["data"]
    assert [row["id"] for row in rows] == [mine]
    digits = house.ask(Role.VIEWER, "GET", "/api/analytics/breakdown/user").json()["data"]
    assert [row["readings"] for row in digits] == [1]
    lines = house.ask(Role.VIEWER, "GET", "/api/export/history?format=jsonl").text.splitlines()
    assert len(lines) == 1
    people = house.ask(Role.VIEWER, "GET", "/api/users").json()["data"]
    assert [person["id"] for person in people] == [house.ids[Role.VIEWER]]


def test_an_analyst_sees_everybody_and_changes_nothing_of_theirs(house: House, seven: bytes, reading: int) -> None:
    """Analysts read and export all, and keep readings for nobody but themselves."""
    other = house.ids[Role.ADMIN]
    assert house.ask(Role.ANALYST, "GET", f"/api/predictions/{reading}").json()["data"]["user_id"] == other
    assert house.ask(Role.ANALYST, "GET", f"/api/export/user/{other}").status_code == 200
    assert house.ask(Role.ANALYST, "GET", "/api/analytics/system").json()["data"]["total_predictions"] == 1
    refusal(house.ask(Role.ANALYST, "POST", "/api/predict", json=drawn(seven) | {"user_id": other}), 403)


def test_an_admin_keeps_readings_for_others(house: House, seven: bytes) -> None:
    """A program of an admin's may serve many people."""
    other = house.ids[Role.VIEWER]
    house.ask(Role.ADMIN, "POST", "/api/predict", json=drawn(seven) | {"user_id": other})
    assert house.ask(Role.VIEWER, "GET", "/api/analytics/predictions").json()["count"] == 1


def test_keys_are_for_their_owner_and_admins(house: House) -> None:
    """Nobody but an admin sees or ends another's keys."""
    other = house.ids[Role.ANALYST]
    refusal(house.ask(Role.VIEWER, "GET", f"/api/users/{other}/keys"), 403)
    [key] = house.ask(Role.ADMIN, "GET", f"/api/users/{other}/keys").json()["data"]
    refusal(house.ask(Role.VIEWER, "DELETE", f"/api/users/{other}/keys/{key['id']}"), 403)
    mine = house.ids[Role.VIEWER]
    refusal(house.ask(Role.VIEWER, "DELETE", f"/api/users/{mine}/keys/{key['id']}"), 404)
    assert house.ask(Role.ANALYST, "GET", "/api/me").status_code == 200


def test_the_audit_log_tells_who_did_what(house: House, reading: int) -> None:
    """Refusals, exports, changes and deletions stand in it, with who and from where."""
    refusal(house.ask(Role.VIEWER, "DELETE", f"/api/users/{house.ids[Role.ANALYST]}"), 403)
    house.ask(Role.VIEWER, "GET", "/api/export/history?format=csv&digit=7").read()
    house.ask(Role.ADMIN, "DELETE", f"/api/users/{house.ids[Role.ANALYST]}")
    log = house.ask(Role.ADMIN, "GET", "/api/audit?limit=3").json()["data"]
    assert [(entry["username"], entry["act"], entry["address"]) for entry in log] == [
        ("admin", "deleted a person", "testclient"),
        ("viewer", "exported readings", "testclient"),
        ("viewer", "refused", "testclient"),
    ]
    assert log[1]["about"] == f"kind csv, user_id {house.ids[Role.VIEWER]}, digit 7"
    assert log[2]["about"] == f"DELETE /api/users/{house.ids[Role.ANALYST]}"


def test_a_refused_promotion_and_a_done_one_are_told_apart(house: House) -> None:
    """What an admin may not do either leaves no trace of having been done."""
    refusal(house.ask(Role.ADMIN, "POST", "/api/models/nothing/promote", json={}), 404)
    assert [entry.act for entry in house.workspace.access.audit(limit=5) if entry.act == "promoted"] == []
