"""A model version as one file: exported, checked by its vectors, and pulled in somewhere else."""

import json
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from hwr_core.cli import main
from hwr_core.errors import Conflict, InvalidValue
from hwr_core.ops.bundle import PAGE, VECTORS, export_bundle, pull_bundle, push_bundle
from hwr_core.ops.hub import BundleFailed
from hwr_core.registry.registry import CARD, Registry
from hwr_core.settings import PROJECT
from hwr_core.storage.places import open_storage
from tests.object_store import ObjectStore

SERVED = Registry(PROJECT / "models").champion()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The served version as a file."""
    file = tmp_path_factory.mktemp("bundle") / "model.zip"
    export_bundle(SERVED, file)
    return file


@pytest.fixture
def address(bundle: Path) -> Iterator[str]:
    """Where a web server has it."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(bundle.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def changed(bundle: Path, to: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """Write a bundle anew with other contents."""
    with ZipFile(bundle) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    with ZipFile(to, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return to


def test_a_program_of_ones_own_is_checked_by_the_vectors(bundle: Path) -> None:
    """With nothing of hwr: the file of the network, the input as the page says, the output as it is listed."""
    with ZipFile(bundle) as archive:
        network = Interpreter(model_content=archive.read("model.tflite"))
        vectors = json.loads(archive.read(VECTORS))
        assert {vector["image"] for vector in vectors} < set(archive.namelist())
        assert "float32 [1, 28, 28, 1]" in archive.read(PAGE).decode()
    network.allocate_tensors()
    for vector in vectors:
        seen = np.array(vector["seen"], np.float32).reshape(1, 28, 28, 1)
        network.set_tensor(network.get_input_details()[0]["index"], seen)
        network.invoke()
        output = network.get_tensor(network.get_output_details()[0]["index"])[0]
        np.testing.assert_allclose(output, vector["output"], atol=1e-3)
    assert [int(np.argmax(vector["output"])) for vector in vectors[:10]] == [*range(10)]


def test_it_is_pulled_from_a_file_or_an_address(bundle: Path, address: str, tmp_path: Path) -> None:
    """Under the name that it had, with all its files; it is not served, and cannot be pulled twice."""
    for folder, source in (("file", str(bundle)), ("address", f"{address}/model.zip")):
        registry = Registry(tmp_path / folder)
        assert pull_bundle(registry, source).name == SERVED.name
        assert {name: registry.get(SERVED.name).read_file(name) for name in SERVED.card.files} == {
            name: SERVED.read_file(name) for name in SERVED.card.files
        }
        assert registry.champion_name() is None
        with pytest.raises(InvalidValue, match="There is already"):
            pull_bundle(registry, source)


def test_what_was_changed_on_the_way_is_refused(bundle: Path, tmp_path: Path) -> None:
    """A file, the card, no card, no archive, half of one; nothing of it is kept."""
    registry = Registry(tmp_path / "models")
    other = tmp_path / "other.zip"

    def refused(match: str) -> None:
        with pytest.raises(InvalidValue, match=match):
            pull_bundle(registry, str(other))

    changed(bundle, other, lambda found: found.update({"model.tflite": b"else"}))
    refused("model.tflite of the model version is damaged")
    changed(bundle, other, lambda found: found.pop("model.tflite"))
    refused("model.tflite of the model version is missing")
    changed(bundle, other, lambda found: found.update({CARD: b"{}"}))
    refused("card of the model version cannot be read")
    changed(bundle, other, lambda found: found.pop(CARD))
    refused("it has no card")
    other.write_bytes(bundle.read_bytes()[:1_000_000])
    refused("This is not a model version of hwr")
    other.write_text("a letter")
    refused("This is not a model version of hwr")
    assert registry.names() == []


@pytest.mark.parametrize(
    "name", ["../../evil.npz", "/etc/evil.npz", "sub/evil.npz", "champion", "card.json", "evil.py"]
)
def test_a_name_that_leads_elsewhere_is_refused(bundle: Path, tmp_path: Path, name: str) -> None:
    """Whoever made the archive chose it; nothing is written under it."""

    def add(found: dict[str, bytes]) -> None:
        card = json.loads(found[CARD])
        card["files"][name] = sha256(b"evil").hexdigest()
        found |= {name: b"evil", CARD: json.dumps(card).encode()}

    registry = Registry(tmp_path / "a" / "b" / "models")
    with pytest.raises(InvalidValue, match="which no version has"):
        pull_bundle(registry, str(changed(bundle, tmp_path / "other.zip", add)))
    assert not (tmp_path / "a").exists()


def test_what_cannot_be_reached_or_written_is_said(bundle: Path, address: str, tmp_path: Path) -> None:
    """No such file, no such address, nobody there, a file in the way."""
    registry = Registry(tmp_path / "models")
    for source, match in (
        (str(tmp_path / "gone.zip"), "cannot be opened: No such file"),
        (f"{address}/gone.zip", "status 404"),
        ("http://127.0.0.1:9/model.zip", "cannot be fetched"),
    ):
        with pytest.raises(BundleFailed, match=match):
            pull_bundle(registry, source)
    with pytest.raises(BundleFailed, match="exists already"):
        export_bundle(SERVED, bundle)
    shutil.rmtree(tmp_path / "models", ignore_errors=True)
    with pytest.raises(BundleFailed, match="cannot be written"):
        export_bundle(SERVED, tmp_path / "nowhere" / "model.zip")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BundleFailed, match="cannot be written"):
        export_bundle(SERVED, tmp_path / "file" / "model.zip")


class Hub:
    """A server that keeps what is put, wants a token where one is set, and knows `If-None-Match`."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.token: str | None = None
        self.address = ""

    def lets_in(self, handler: BaseHTTPRequestHandler) -> bool:
        """Whether a request has the token."""
        return self.token is None or handler.headers.get("Authorization") == f"Bearer {self.token}"

    def take(self, handler: BaseHTTPRequestHandler) -> int:
        """Keep what a PUT brings, and return the status."""
        content = handler.rfile.read(int(handler.headers["Content-Length"]))
        if not self.lets_in(handler):
            return 401
        if handler.path in self.kept and handler.headers.get("If-None-Match") == "*":
            return 412
        self.kept[handler.path] = content
        return 201


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A real server on a port of its own."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.answer(hub.take(self), b"")

        def do_GET(self) -> None:
            self.answer(200 if hub.lets_in(self) else 401, hub.kept.get(self.path, b""))

        def answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        hub.address = f"http://127.0.0.1:{server.server_port}/models/digits.zip"
        yield hub
        server.shutdown()


def test_what_is_pushed_can_be_pulled(hub: Hub, tmp_path: Path) -> None:
    """To an address or a file; what is there already is not replaced."""
    push_bundle(SERVED, hub.address)
    assert pull_bundle(Registry(tmp_path / "models"), hub.address).card == SERVED.card
    before = dict(hub.kept)
    with pytest.raises(Conflict, match="already"):
        push_bundle(SERVED, hub.address)
    assert hub.kept == before
    push_bundle(SERVED, str(tmp_path / "digits.zip"))
    with pytest.raises(BundleFailed, match="exists already"):
        push_bundle(SERVED, str(tmp_path / "digits.zip"))


def test_a_bucket_takes_a_version_and_gives_it_back(
    object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As one file; what is there is not replaced, and the token of a hub stays at home."""
    monkeypatch.setenv("HWR_HUB_TOKEN", "of-the-hub")
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path / "models"))
    place = f"{object_store.new_url()}/digits.zip"
    push_bundle(SERVED, place, "of-the-hub")
    with pytest.raises(Conflict, match="already"):
        push_bundle(SERVED, place)
    assert main(["models", "pull", place]) == 0
    assert Registry(tmp_path / "models").get(SERVED.name).card == SERVED.card
    assert main(["models", "pull", f"{place}.gone"]) == 2
    assert f"There is nothing at {place}.gone" in capsys.readouterr().err
    assert main(["models", "pull", "s3://hwr-nobody-made-it/digits.zip"]) == 2
    assert "no bucket" in capsys.readouterr().err
    with pytest.raises(InvalidValue, match="s3://bucket/name"):
        push_bundle(SERVED, "s3://key:secret@hwr-nobody-made-it/digits.zip")
    with pytest.raises(InvalidValue, match="names no file"):
        push_bundle(SERVED, "s3://hwr-nobody-made-it")


def test_what_is_too_large_in_a_bucket_is_not_fetched(
    object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its size is asked first."""
    monkeypatch.setattr("hwr_core.ops.hub.LARGEST", 1_000_000)
    url = object_store.new_url()
    open_storage(url).write({"large.zip": bytes(1_000_001)})
    with pytest.raises(InvalidValue, match="larger than 1 MB"):
        pull_bundle(Registry(tmp_path / "models"), f"{url}/large.zip")


def test_the_token_is_sent_where_nobody_else_reads_it(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the environment, by push, and by pull where that is asked for; never in the clear."""
    hub.token = "let-me-in"  # noqa: S105  the test's own
    monkeypatch.setenv("HWR_DATA_DIR", str(tmp_path / "data"))
    assert main(["models", "push", "champion", hub.address]) == 2
    assert "status 401" in capsys.readouterr().err
    monkeypatch.setenv("HWR_HUB_TOKEN", hub.token)
    assert main(["models", "push", "champion", hub.address]) == 0
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path / "models"))
    assert main(["models", "pull", hub.address]) == 2  # anybody's address: the token is not for them
    assert "status 401" in capsys.readouterr().err
    assert main(["models", "pull", hub.address, "--with-token"]) == 0
    capsys.readouterr()
    assert main(["models", "push", SERVED.name, "http://hub.example.org/digits.zip"]) == 2
    assert "https:// only" in capsys.readouterr().err


def test_a_server_that_is_not_there_or_refuses_is_said(hub: Hub) -> None:
    """With its address."""
    hub.token = "other"  # noqa: S105  the test's own
    with pytest.raises(BundleFailed, match=r"digits\.zip answered with status 401"):
        push_bundle(SERVED, hub.address)
    with pytest.raises(InvalidValue, match="not an address"):
        push_bundle(SERVED, "https://[hub/x", "token")
    with pytest.raises(BundleFailed, match=r"http://127\.0\.0\.1:9/x has not answered"):
        push_bundle(SERVED, "http://127.0.0.1:9/x")
