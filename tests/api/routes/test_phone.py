"""The page for phones: its files, the model for it to read by, and that what is served is built of its sources."""

import hashlib
import json
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from hwr_core.records.roles import Role
from hwr_core.settings import PROJECT, Settings
from tests.api.signed_in import Site, signed_in_site

PHONE = PROJECT / "api" / "phone"
STATIC = PHONE / "static"
LARGEST = 300_000
"""Bytes of all files of the page, without the model."""


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    """A server on which one has to sign in."""
    with signed_in_site(settings) as site:
        yield site


def test_the_page_opens_with_and_without_the_last_slash(client: TestClient) -> None:
    """Either way its files lie below /m/, and it may run WebAssembly but no code from strings."""
    for address, base in (("/m", True), ("/m/", False)):
        answer = client.get(address, follow_redirects=False)
        assert answer.status_code == 200
        assert ('<base href="m/">' in answer.text) == base
        assert "'wasm-unsafe-eval'" in answer.headers["content-security-policy"]
        assert "'unsafe-eval'" not in answer.headers["content-security-policy"]


def test_each_file_is_served_with_its_type(client: TestClient) -> None:
    """Browsers refuse a script, a worker, a manifest or WebAssembly of another type."""
    types = {name.name: client.get(f"/m/{name.name}").headers["content-type"] for name in STATIC.iterdir()}
    assert types["app.js"].startswith("text/javascript")
    assert types["worker.js"].startswith("text/javascript")
    assert types["sw.js"].startswith("text/javascript")
    assert types["matrix.wasm"] == "application/wasm"
    assert types["manifest.webmanifest"].startswith("application/manifest+json")


def test_all_that_the_service_worker_stores_is_there(client: TestClient) -> None:
    """One file that is missing, and the page could not be installed."""
    listed = json.loads(re.findall(r'\["app\.js".*?\]', client.get("/m/sw.js").text)[0])
    assert set(listed) == {file.name for file in STATIC.iterdir()} - {"index.html", "sw.js"}


@pytest.mark.parametrize("name", ["nothing.js", "..%2f..%2fREADME.md", "model", "%2e%2e", ""])
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    """No other address below /m/static leads to a file, and none out of the folder."""
    assert client.get(f"/m/x/{name}").status_code == 404
    if name:
        assert client.get(f"/m/{name}").status_code == 404


def test_a_file_that_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    """The browser asks by its tag."""
    tag = client.get("/m/app.js").headers["etag"]
    assert client.get("/m/app.js", headers={"If-None-Match": tag}).status_code == 304


def test_the_served_model_can_be_fetched(client: TestClient, settings: Settings) -> None:
    """The very file, and by which thresholds its output is judged; another version is not served."""
    about = client.get("/m/model.json").json()
    folder = settings.models_dir / about["version"]
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    assert about["decision"] == {name: card["decision"][name] for name in about["decision"]}
    answer = client.get(f"/m/model/{about['version']}.tflite")
    assert answer.content == (folder / "model.tflite").read_bytes()
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/m/model/20200101T000000Z-00000.tflite").status_code == 404


def test_the_page_is_for_anybody_and_the_model_for_users(site: Site) -> None:
    """A phone that is signed out opens the page, which says so; a viewer gets the model."""
    assert site.ask(None, "GET", "/m/").status_code == 200
    assert site.ask(None, "GET", "/m/app.js").status_code == 200
    assert site.ask(None, "GET", "/m/model.json").status_code == 401
    about = site.ask(Role.VIEWER, "GET", "/m/model.json").json()
    assert site.ask(None, "GET", f"/m/model/{about['version']}.tflite").status_code == 401
    assert site.ask(Role.VIEWER, "GET", f"/m/model/{about['version']}.tflite").status_code == 200


def test_what_is_served_is_built_of_the_sources() -> None:
    """The version in the built files is a hash of all sources: `make phone` renews it."""
    sources = [file for file in (PHONE / "src").rglob("*") if file.is_file()]
    names = sorted(
        [file.relative_to(PHONE).as_posix() for file in sources] + ["build.mjs", "package-lock.json"],
    )
    found = hashlib.sha256()
    for name in names:
        found.update(name.encode() + b"\0" + (PHONE / name).read_bytes() + b"\0")
    version = found.hexdigest()[:8]
    assert version in (STATIC / "app.js").read_text(encoding="utf-8")
    assert version in (STATIC / "sw.js").read_text(encoding="utf-8")


def test_the_page_is_small() -> None:
    """All of it, the program that reads included."""
    assert sum(file.stat().st_size for file in STATIC.iterdir()) < LARGEST


def test_no_file_names_a_registry() -> None:
    """The lock has versions and hashes; where packages come from is each machine's own matter."""
    assert '"resolved"' not in (PHONE / "package-lock.json").read_text(encoding="utf-8")
