"""Open data sets: the table, and fetching from makers and mirrors, with connections that break off and wrong files."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from hwr_core.cli import main
from hwr_core.datasets.open_sets.conversion import PENDIGITS_MEMBER, content_of, unipen_recordings
from hwr_core.datasets.open_sets.folder import State, fetch, state_of
from hwr_core.datasets.open_sets.table import OpenSet, PublicFile, find_open_set, open_sets
from hwr_core.datasets.open_sets.transfer import DownloadFailed
from hwr_core.datasets.sources import SOURCES
from hwr_core.errors import Conflict, DatasetMissing, InvalidValue
from hwr_core.files import lock
from hwr_core.scripts.script import all_scripts
from hwr_core.storage.places import open_storage
from tests.object_store import ObjectStore

REAL = Path(os.environ.get("HWR_DATASETS_DIR", "nowhere"))
needs_real = pytest.mark.skipif(not (REAL / "mnist.npz").is_file(), reason="HWR_DATASETS_DIR names no data sets")

UNIPEN = """.VERSION 1.0
.LEXICON "0" "1"
   .INCLUDE dene.doc
.SEGMENT DIGIT 0-1 ? "4"
.COMMENT  4 12 224
.PEN_DOWN
  267  333
  267  336
.PEN_UP
.DT 100
.PEN_DOWN
  1   -2
.PEN_UP
.DT 100
.SEGMENT DIGIT 2 ? "0"
.COMMENT  0 3 225
.PEN_DOWN
  5  6
.PEN_UP
"""
RECORDINGS = [
    {"label": 4, "writer": 12, "strokes": [[[267, 333], [267, 336]], [[1, -2]]]},
    {"label": 0, "writer": 3, "strokes": [[[5, 6]]]},
]


class Server:
    """A server of files in memory. `breaks_after`: bytes until a connection breaks; `ranges`: whether it knows them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.breaks_after: list[int] = []
        self.ranges = True
        self.asked: list[str | None] = []
        self.address = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        asked = handler.headers.get("Range")
        self.asked.append(asked)
        content = self.files.get(handler.path.lstrip("/"))
        if content is None:
            handler.send_error(404)
            return
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges else 0
        handler.send_response(206 if begin else 200)
        if begin:
            handler.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        handler.send_header("Content-Length", str(len(content) - begin))
        handler.end_headers()
        most = self.breaks_after.pop(0) if self.breaks_after else len(content)
        handler.wfile.write(content[begin : begin + most])


@pytest.fixture
def server() -> Iterator[Server]:
    """A real server on a port of its own."""
    served = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        served.address = f"http://127.0.0.1:{http.server_port}"
        yield served
        http.shutdown()


def made_set(content: bytes, name: str = "optdigits.npz") -> OpenSet:
    """A set whose file on a mirror has this content."""
    return OpenSet(
        file=name, about="made", makers="us", licence="MIT", size=len(content), sha256=sha256(content).hexdigest()
    )


def packed(text: bytes) -> bytes:
    """What `compress` could have made: 9-bit codes of single bytes, the table cleared before it needs a tenth bit."""
    codes = [code for begin in range(0, len(text), 239) for code in (*text[begin : begin + 239].ljust(239), 256)]
    blocks = []
    for begin in range(0, len(codes), 240):
        bits = sum(code << 9 * place for place, code in enumerate(codes[begin : begin + 240]))
        blocks.append(bits.to_bytes(270, "little"))
    return b"\x1f\x9d\x90" + b"".join(blocks)


def as_public(wanted: OpenSet, public: bytes, address: str, content: str) -> OpenSet:
    """A set as its makers publish it, on a server of the test's own."""
    found = PublicFile(
        address=address, size=len(public), sha256=sha256(public).hexdigest(), vouched_by="us", content=content
    )
    return wanted.model_copy(update={"public": found})


def zipped(file: Path, text: str) -> bytes:
    """UCI's archive with this text of pen strokes."""
    with ZipFile(file, "w") as archive:
        archive.writestr(PENDIGITS_MEMBER, packed(text.encode()))
    return file.read_bytes()


CONTENT = np.random.default_rng(0).bytes(300_000)


def left(folder: Path) -> list[str]:
    """Every file of a folder, hidden ones too."""
    return sorted(file.name for file in folder.iterdir())


def test_every_file_that_a_source_or_a_script_reads_is_in_the_table() -> None:
    """So that what `hwr doctor` or a training misses can be named to `hwr datasets get`."""
    from hwr_core.datasets.request import Places

    places = Places(Path("d"), Path("c"), Path("k"))
    read = {
        source.place(places).name for source in SOURCES.values() if source.place and "d" in source.place(places).parts
    }
    read |= {each.file for script in all_scripts().values() for each in script.sources}
    assert read <= {each.file for each in open_sets().values()}


@needs_real
def test_the_table_tells_the_real_files() -> None:
    """Every size and hash, and what is in those that are converted."""
    for each in open_sets().values():
        assert (each.size, state_of(each, REAL)) == ((REAL / each.file).stat().st_size, State.HERE)
        assert each.public is None or content_of(REAL / each.file) == each.public.content


def test_a_set_comes_from_an_address_or_a_folder(server: Server, tmp_path: Path) -> None:
    """Once; what is there is not fetched again."""
    wanted, mirror = made_set(CONTENT), tmp_path / "mirror"
    mirror.mkdir()
    (mirror / wanted.file).write_bytes(CONTENT)
    server.files[wanted.file] = CONTENT
    for origin in (server.address, f"{server.address}/", mirror):
        folder = tmp_path / f"to{len(left(tmp_path))}"
        seen: list[tuple[int, int]] = []
        assert fetch(wanted, folder, origin, lambda *far: seen.append(far)).read_bytes() == CONTENT  # noqa: B023
        assert left(folder) == [wanted.file]
        assert seen[-1] == (len(CONTENT), len(CONTENT))
        asked = len(server.asked)
        fetch(wanted, folder, origin)
        assert len(server.asked) == asked


def test_a_connection_that_breaks_off_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    """By itself twice; after that the next `get` does, and the whole has the right hash."""
    wanted = made_set(CONTENT)
    server.files[wanted.file] = CONTENT
    server.breaks_after = [100_000, 50_000]
    assert fetch(wanted, tmp_path, server.address).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=100000-", "bytes=150000-"]
    (tmp_path / wanted.file).unlink()
    server.breaks_after = [70_000, 0, 0]
    with pytest.raises(DownloadFailed, match="goes on where it stopped"):
        fetch(wanted, tmp_path, server.address)
    assert left(tmp_path) == [".optdigits.npz.part"]
    assert fetch(wanted, tmp_path, server.address).read_bytes() == CONTENT
    assert server.asked[-1] == "bytes=70000-"
    assert left(tmp_path) == [wanted.file]


def test_a_server_without_ranges_begins_again(server: Server, tmp_path: Path) -> None:
    """Its whole answer is not put behind what was there."""
    wanted = made_set(CONTENT)
    server.files[wanted.file], server.ranges, server.breaks_after = CONTENT, False, [100_000]
    assert fetch(wanted, tmp_path, server.address).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (CONTENT[:-1] + b"!", "its SHA-256 is not"),
        (CONTENT + b"!", "is larger than"),
        (CONTENT[:-1], "it should have 300,000"),
        (None, "status 404"),
    ],
    ids=["other", "longer", "shorter", "missing"],
)
def test_a_wrong_file_is_refused_and_nothing_of_it_stays(
    server: Server, tmp_path: Path, content: bytes | None, match: str
) -> None:
    """Neither under its name nor as the beginning of the next try."""
    wanted = made_set(CONTENT)
    server.files |= {} if content is None else {wanted.file: content}
    with pytest.raises(DownloadFailed, match=match):
        fetch(wanted, tmp_path, server.address)
    assert not (tmp_path / wanted.file).exists()
    server.files[wanted.file] = CONTENT
    assert fetch(wanted, tmp_path, server.address).read_bytes() == CONTENT


def test_a_file_of_ones_own_under_that_name_is_kept(tmp_path: Path) -> None:
    """It is said, and not written over."""
    wanted = made_set(CONTENT)
    (tmp_path / wanted.file).write_bytes(b"mine")
    with pytest.raises(Conflict, match="other content"):
        fetch(wanted, tmp_path, tmp_path)
    assert (tmp_path / wanted.file).read_bytes() == b"mine"
    assert state_of(wanted, tmp_path) is State.OTHER


def test_two_at_once_do_not_write_one_file(tmp_path: Path) -> None:
    """The second is told."""
    wanted = made_set(CONTENT)
    with (tmp_path / ".optdigits.npz.part").open("ab") as other:
        assert lock(other.fileno(), wait=False)
        with pytest.raises(Conflict, match="Another process"):
            fetch(wanted, tmp_path, tmp_path)


def test_a_set_without_a_public_file_says_what_has_it(tmp_path: Path) -> None:
    """The setting, the file, and its makers' page."""
    with pytest.raises(
        DatasetMissing, match=r"HWR_DATASETS_MIRROR .* optdigits\.npz.*archive\.ics\.uci\.edu/dataset/80"
    ):
        fetch(find_open_set("optdigits"), tmp_path, None)


def test_pen_strokes_in_unipens_format_are_read() -> None:
    """Label, writer and strokes; one without a writer is refused."""
    assert [*unipen_recordings(UNIPEN)] == RECORDINGS
    with pytest.raises(InvalidValue, match="no writer"):
        [*unipen_recordings(UNIPEN.replace(".COMMENT  0 3 225", ""))]


def test_what_the_makers_publish_is_converted(server: Server, tmp_path: Path) -> None:
    """UCI's packed strokes and Keras's MNIST become the files that sources read, and count as being there."""
    text = "".join(json.dumps(each, separators=(",", ":")) + "\n" for each in RECORDINGS).encode()
    server.files["pen.zip"] = zipped(tmp_path / "pen.zip", UNIPEN)
    folder = tmp_path / "sets"
    pen = as_public(
        find_open_set("strokes-pendigits"),
        server.files["pen.zip"],
        f"{server.address}/pen.zip",
        sha256(text).hexdigest(),
    )
    assert gzip.decompress(fetch(pen, folder, None).read_bytes()) == text
    arrays = {"x_train": np.zeros((3, 28, 28), np.uint8), "y_train": np.arange(3, dtype=np.uint8)}
    np.savez(tmp_path / "mnist.npz", x_train=arrays["x_train"], y_train=arrays["y_train"])
    server.files["mnist.npz"] = (tmp_path / "mnist.npz").read_bytes()
    mnist = as_public(
        find_open_set("mnist"),
        server.files["mnist.npz"],
        f"{server.address}/mnist.npz",
        content_of(tmp_path / "mnist.npz"),
    )
    with np.load(fetch(mnist, folder, None)) as written:
        assert {name: written[name].tolist() for name in written.files} == {k: v.tolist() for k, v in arrays.items()}
    assert (state_of(pen, folder), state_of(mnist, folder)) == (State.HERE, State.HERE)
    assert left(folder) == ["mnist.npz", "strokes-pendigits.jsonl.gz"]


@pytest.mark.parametrize(
    "text", [UNIPEN.replace("333", "334"), UNIPEN.replace("COMMENT", "WORDS")], ids=["point", "format"]
)
def test_what_is_converted_to_something_else_is_refused(server: Server, tmp_path: Path, text: str) -> None:
    """Its hash is as it should be, but a point or the format differs: nothing is written."""
    server.files["pen.zip"] = zipped(tmp_path / "pen.zip", text)
    wanted = as_public(
        find_open_set("strokes-pendigits"), server.files["pen.zip"], f"{server.address}/pen.zip", "0" * 64
    )
    with pytest.raises(DownloadFailed, match=r"format|does not hold"):
        fetch(wanted, tmp_path / "sets", None)
    assert not (tmp_path / "sets" / wanted.file).exists()


@needs_real
def test_real_pen_strokes_are_the_same_after_the_way_through_unipens_format(server: Server, tmp_path: Path) -> None:
    """All 7,494, packed as UCI has them and converted, have the content that the table names."""
    with gzip.open(REAL / "strokes-pendigits.jsonl.gz", "rt") as file:
        text = "".join(map(_as_unipen, map(json.loads, file)))
    wanted = find_open_set("strokes-pendigits")
    assert wanted.public
    server.files["pen.zip"] = zipped(tmp_path / "pen.zip", text)
    wanted = as_public(wanted, server.files["pen.zip"], f"{server.address}/pen.zip", wanted.public.content)
    assert state_of(wanted, fetch(wanted, tmp_path, None).parent) is State.HERE


def _as_unipen(recording: dict[str, Any]) -> str:
    strokes = "".join(
        ".PEN_DOWN\n" + "".join(f" {x}  {y}\n" for x, y in stroke) + ".PEN_UP\n.DT 100\n"
        for stroke in recording["strokes"]
    )
    label, count = recording["label"], len(recording["strokes"])
    return f'.SEGMENT DIGIT 0-{count} ? "{label}"\n.COMMENT  {label}  {recording["writer"]} 1\n{strokes}'


@needs_real
def test_all_real_files_come_from_a_mirror_by_the_command(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--all` fetches them, `list` says that they are here."""
    server.files |= {each.file: (REAL / each.file).read_bytes() for each in open_sets().values()}
    monkeypatch.setenv("HWR_DATASETS_DIR", str(tmp_path / "sets"))
    monkeypatch.setenv("HWR_DATASETS_MIRROR", server.address)
    assert main(["datasets", "get", "--all"]) == 0
    capsys.readouterr()
    assert main(["datasets", "list", "--json"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {each["state"] for each in listed} == {"here"}
    assert len(listed) == len(open_sets())


def test_a_set_comes_from_a_bucket(
    object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In pieces, also from where an earlier try stopped; a wrong content, none and a missing bucket are said."""
    monkeypatch.setattr("hwr_core.storage.bucket.PIECE", 100_000)
    wanted, url, folder = made_set(CONTENT), object_store.new_url(), tmp_path / "sets"
    folder.mkdir()
    with pytest.raises(DownloadFailed, match=f"There is no {url}/{wanted.file}"):
        fetch(wanted, folder, url)
    open_storage(url).write({wanted.file: CONTENT})
    (folder / f".{wanted.file}.part").write_bytes(CONTENT[:150_000])
    assert fetch(wanted, folder, url).read_bytes() == CONTENT
    assert left(folder) == [wanted.file]
    (folder / wanted.file).unlink()
    for wrong, words in ((CONTENT[:-1] + b"?", "expected content"), (CONTENT + b"?", "should have")):
        open_storage(url).write({wanted.file: wrong})
        with pytest.raises(DownloadFailed, match=words):
            fetch(wanted, folder, url)
        assert left(folder) == []
    monkeypatch.setenv("HWR_DATASETS_DIR", str(folder))
    monkeypatch.setenv("HWR_DATASETS_MIRROR", "s3://hwr-nobody-made-it")
    assert main(["datasets", "get", "doodles"]) == 2
    assert "no bucket" in capsys.readouterr().err


def test_the_command_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No name, an unknown one, one that only a mirror has, a mirror that is no address: status 2 and a sentence."""
    monkeypatch.setenv("HWR_DATASETS_DIR", str(tmp_path))
    said: Callable[[], str] = lambda: capsys.readouterr().err  # noqa: E731
    assert main(["datasets", "get"]) == 2
    assert "Name the sets" in said()
    assert main(["datasets", "get", "emnist"]) == 2
    assert "There is no open data set 'emnist'" in said()
    assert main(["datasets", "get", "doodles"]) == 2
    assert "HWR_DATASETS_MIRROR" in said()
    assert main(["datasets", "path", "doodles"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'doodles.npz'}\n"
    monkeypatch.setenv("HWR_DATASETS_MIRROR", "ftp://example.org")
    assert main(["datasets", "list"]) == 2
    assert re.search(r"HWR_DATASETS_MIRROR is not shown: .*https://", said())
    assert left(tmp_path) == []


@pytest.mark.slow
@needs_real
@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGINT], ids=["killed", "stopped"])
def test_a_fetch_that_is_ended_half_way_goes_on(server: Server, tmp_path: Path, with_signal: signal.Signals) -> None:
    """The process is ended while bytes arrive: no file under its name, and the next one asks only for the rest."""
    content = (REAL / "scanned-digits.zip").read_bytes()
    server.files["scanned-digits.zip"] = content
    held = server.answer

    def slowly(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        server.asked.append(None)
        handler.wfile.write(content[:5_000_000])
        handler.wfile.flush()
        time.sleep(60)

    server.answer = slowly  # type: ignore[method-assign]
    variables = os.environ | {"HWR_DATASETS_DIR": str(tmp_path), "HWR_DATASETS_MIRROR": server.address}
    # A shell without job control starts what is in the background with interrupts ignored.
    program = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program += "runpy.run_module('hwr_core.cli', run_name='__main__')"
    command = [sys.executable, "-c", program, "datasets", "get", "scanned-digits"]
    part = tmp_path / ".scanned-digits.zip.part"
    process = subprocess.Popen(command, env=variables, stderr=subprocess.PIPE)
    while not (part.exists() and part.stat().st_size > 1_000_000):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(with_signal)
    process.communicate()
    assert left(tmp_path) == [part.name]
    server.answer = held  # type: ignore[method-assign]
    subprocess.run(command, env=variables, check=True)
    assert (tmp_path / "scanned-digits.zip").read_bytes() == content
    begun = server.asked[-1]
    assert begun is not None
    assert int(begun.removeprefix("bytes=").rstrip("-")) > 1_000_000
    assert left(tmp_path) == ["scanned-digits.zip"]
