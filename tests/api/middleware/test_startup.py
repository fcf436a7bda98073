"""How a server starts, and how it says that it cannot: words, no stack trace."""

import os
import subprocess
import sys

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

import asgi
from api.app import create_app
from hwr_core.app import server_lock as sole_server
from hwr_core.app.server_lock import SoleServer
from hwr_core.errors import Conflict, InvalidValue
from hwr_core.settings import PROJECT
from tests.api.client import client_of, refusal


def _client_at(settings, host):
    return TestClient(create_app(settings), base_url=f"http://{host}:8000", raise_server_exceptions=False)


def test_a_second_server_on_one_data_folder_says_so_and_ends(settings):
    """As `gunicorn` with two workers starts it: one line with the reason, exit status 3, no traceback."""
    first = SoleServer(settings)
    first.take()
    second = subprocess.run(
        [sys.executable, "-m", "uvicorn", "--factory", "api.app:create_app", "--port", "0"],
        env=os.environ | {"HWR_DATA_DIR": str(settings.data_dir), "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    first.leave()
    assert second.returncode == 3
    assert f"hwr: Another hwr (process {os.getpid()}) uses this data folder" in second.stderr
    assert "Traceback" not in second.stdout + second.stderr


def test_an_app_for_many_workers_is_refused_by_the_name_of_the_command_that_works():
    """`gunicorn -w 4 asgi:app` asks the module for `app`."""
    with pytest.raises(InvalidValue, match=r"`hwr serve --workers 4` reads images in four processes"):
        _ = asgi.app
    with pytest.raises(AttributeError, match="no attribute 'apps'"):
        _ = asgi.apps


def test_the_place_is_free_when_the_server_has_ended(settings):
    """One server after the other may use a data folder."""
    with client_of(settings), pytest.raises(Conflict):
        SoleServer(settings).take(patience=0)
    SoleServer(settings).take(patience=0)


def test_other_faults_at_the_start_stay_faults(settings, monkeypatch):
    """What is no error of ours keeps its traceback."""

    def fault(_):
        raise ZeroDivisionError

    monkeypatch.setattr(sole_server.SoleServer, "share", fault)
    with pytest.raises(ZeroDivisionError), client_of(settings):
        pass


@pytest.mark.parametrize("host", ["192.168.1.5", "0.0.0.0", "8.8.8.8"])  # noqa: S104
def test_without_sign_in_other_machines_are_refused(settings, host):
    """Whatever program listens, what comes in by an address of the network is answered 403, pages and sockets too."""
    with _client_at(settings, host) as client:
        words = refusal(client.get("/api/users"), 403)
        assert "HWR_ALLOW_OPEN=1" in words
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream"):
            pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "testserver"])
def test_this_machine_is_served(settings, host):
    """So is a reverse proxy on it."""
    with _client_at(settings, host) as client:
        assert client.get("/api/users").status_code == 200


def test_who_says_so_is_open_to_all(settings):
    """HWR_ALLOW_OPEN=1 is the word for it."""
    with _client_at(settings.model_copy(update={"allow_open": True}), "192.168.1.5") as client:
        assert client.get("/api/users").status_code == 200
