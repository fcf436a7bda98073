"""A phone with the page on it: any fault on any of its pages, at any time, fails the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

from tests.browser.conftest import PATIENCE
from tests.serving import Server, serving

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
OF_THE_NETWORK = ("Failed to load resource", "WebSocket connection to")
"""How what the browser itself says of a request that failed begins: tests take networks and servers away."""


@pytest.fixture(scope="session")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a history of its own."""
    with serving(tmp_path_factory.mktemp("phone") / "data") as server:
        yield server


@pytest.fixture
def new_phone(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make phones that have never seen the page, for the server at an address."""
    faults: list[str] = []
    made: list[BrowserContext] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(OF_THE_NETWORK):
            faults.append(message.text)

    def make(address: str, **options: Any) -> BrowserContext:
        context = browser.new_context(base_url=address, **(PHONE | options))
        context.set_default_timeout(PATIENCE)
        context.on("console", note)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert faults == []


@pytest.fixture
def phone(new_phone: Callable[..., BrowserContext], own_server: Server) -> BrowserContext:
    """A phone that has never seen the page."""
    return new_phone(own_server.url)
