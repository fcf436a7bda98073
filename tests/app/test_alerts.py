"""The webhook: told of what has become worse once, by a real server that listens for it."""

import json
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from hwr_core.app.alerts import WebhookFailed
from hwr_core.app.workspace import Workspace
from hwr_core.errors import InvalidValue
from hwr_core.settings import Settings, load_settings


class Receiver(BaseHTTPRequestHandler):
    """Takes what it is sent, or refuses it."""

    taken: ClassVar[list[Any]] = []
    status = 200

    def do_POST(self) -> None:
        """Answer as the test says."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.status == 200:
            self.taken.append(json.loads(body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """Where the receiver listens."""
    Receiver.taken, Receiver.status = [], 200
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook"
        server.shutdown()


@pytest.fixture
def workspace(settings: Settings, address: str, example_history: Path) -> Iterator[Workspace]:
    """A workspace that tells the receiver; its accuracy has fallen."""
    shutil.copytree(example_history, settings.data_dir)
    values = {"data_dir": settings.data_dir, "models_dir": settings.models_dir, "webhook": address}
    with Workspace(Settings.model_validate(values)) as workspace:
        yield workspace


def test_a_fall_is_told_once_and_again_when_it_comes_back(workspace: Workspace) -> None:
    """In a sentence, as JSON with a text; nothing is sent where nothing has changed."""
    for _ in range(2):
        workspace.alerts.settle()
    [told] = Receiver.taken
    assert told["text"].startswith("hwr: Accuracy fell from ")
    assert told["text"].endswith(" in the last 7 days. Mostly Example Bela, by upload, 7 read as 1.")
    workspace.examples.remove()
    workspace.alerts.settle()
    workspace.examples.load()
    workspace.alerts.settle()
    assert len(Receiver.taken) == 2


def test_what_is_not_taken_is_told_at_the_next_look(workspace: Workspace) -> None:
    """The receiver was out of order, and the error does not name its address, which may be a secret."""
    Receiver.status = 503
    with pytest.raises(WebhookFailed, match="The webhook answered with status 503") as refused:
        workspace.alerts.settle()
    assert "127.0.0.1" not in str(refused.value)
    Receiver.status = 200
    workspace.alerts.settle()
    assert len(Receiver.taken) == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/secret"])
def test_a_receiver_that_is_not_there_is_an_error_in_words(address: str, workspace: Workspace) -> None:
    """Not a traceback of the library that asked."""
    with pytest.raises(WebhookFailed, match=r"The webhook cannot be reached \(ConnectError\)"):
        workspace.alerts.settle()


@pytest.mark.parametrize("address", ["slack", "ftp://example.org/x", "https://"])
def test_what_is_no_address_is_refused_at_the_start(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is allowed."""
    monkeypatch.setenv("HWR_WEBHOOK", address)
    with pytest.raises(InvalidValue, match=r"HWR_WEBHOOK.*https://"):
        load_settings()
