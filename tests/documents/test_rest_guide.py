"""api/README.md: each of its examples runs, and each operation of the API has one in curl and one in Python."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from http.client import BAD_REQUEST
from pathlib import Path
from typing import TypeAlias

import pytest
from starlette.routing import compile_path

from api.app import create_app
from hwr_core.app.workspace import Workspace
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.documents.blocks import Block, blocks_of
from tests.documents.running import Asked, Bash, Python, as_checkout, in_folder, variables_of, written_down
from tests.serving import serving

pytestmark = pytest.mark.slow

GUIDE = "api/README.md"
SIGNED_IN = "Sign-in and keys"
"""The section whose examples need a server that requires sign-in."""
REFUSED = "Errors"
"""The section whose examples are refused."""
LANGUAGES = ("sh", "python")
PASSWORD = "a fair few plain words"  # noqa: S105  of a user who exists as long as a test

Requests: TypeAlias = list[tuple[Block, Asked]]
"""Each with the block that asked it."""


def _settings_of(folder: Path) -> dict[str, str]:
    return variables_of(folder) | {"HWR_LOG_LEVEL": "error"}


@contextmanager
def _open_server(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A server of an empty history: its address, and no variables."""
    with serving(folder / "data", **_settings_of(folder)) as server:
        yield server.url, {}


@contextmanager
def _closed_server(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A server with Ada, an admin: its address, and her credentials."""
    with Workspace(Settings(data_dir=folder / "data")) as workspace:
        ada = workspace.users.create("Ada").id
        workspace.access.set_password(ada, PASSWORD)
        workspace.access.set_role(ada, Role.ADMIN)
        key = workspace.access.create_key(ada, "guide").key
    with serving(folder / "data", **_settings_of(folder), HWR_AUTH="required") as server:
        yield server.url, {"KEY": key, "PASSWORD": PASSWORD}


SERVERS: Mapping[str, Callable[[Path], AbstractContextManager[tuple[str, dict[str, str]]]]] = {
    "open": _open_server,
    "closed": _closed_server,
}


def _examples(language: str, server: str) -> list[Block]:
    """The blocks that this server is for, the first of all, which sets out, before them."""
    [first, *others] = [block for block in blocks_of(GUIDE) if block.language == language]
    return [first, *(block for block in others if (block.heading == SIGNED_IN) == (server == "closed"))]


def _run(run: Callable[[Block], object], asked: Callable[[], list[Asked]], blocks: list[Block]) -> Requests:
    """Run the blocks and return what each asked."""
    found: Requests = []
    for block in blocks:
        before = len(asked())
        run(block)
        found += [(block, each) for each in asked()[before:]]
    return found


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Requests]:
    """What the whole guide asks, in curl and then in Python, in its order, of two fresh servers."""
    found: dict[str, Requests] = {language: [] for language in LANGUAGES}
    for server, opened in SERVERS.items():
        folder = as_checkout(tmp_path_factory.mktemp(server))
        with opened(folder) as (address, variables), in_folder(folder, variables), written_down() as sent:
            bash, python = Bash(folder, address, variables), Python(address)
            found["sh"] += _run(bash.run, bash.asked, _examples("sh", server))
            found["python"] += _run(python.run, lambda: sent, _examples("python", server))
    return found


def _operation(asked: Asked) -> str | None:
    """The operation of the OpenAPI document that answered; where two fit, the first, as among the routes."""
    for name in _documented():
        method, template = name.split(" ")
        if method == asked.method and compile_path(template)[0].match(asked.path):
            return name
    return None


@cache
def _documented() -> list[str]:
    document = create_app(Settings()).openapi()
    return [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_is_answered(asked, language):
    """With what was asked for; only what is to show an error is refused."""
    refused = [(block, each) for block, each in asked[language] if each.status >= BAD_REQUEST]

    assert [f"{block}: {each}" for block, each in refused if block.heading != REFUSED] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_has_an_example(asked, language):
    """In curl and in Python, and each is really asked by it."""
    assert {*_documented()} - {_operation(each) for _, each in asked[language]} == set()
