"""Bodies made to keep the server busy: others are answered meanwhile, and memory stays."""

import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest

from tests.serving import Server, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Memory is looked up in /proc."),
]

MANY_LISTS = b"[" + b"[]," * 20_000_000 + b"[]]"
ONE_TEXT = b'{"image_data": "' + b"A" * 27_000_000 + b'"}'
ATTACKS = [
    ("/api/feedback", MANY_LISTS),
    ("/api/train", MANY_LISTS),
    ("/api/predict", MANY_LISTS),
    ("/api/read-number", MANY_LISTS),
    ("/api/predict", ONE_TEXT),
    ("/sign-in", b"a=b&" * 15_000_000),
]


def send(server: Server, path: str, body: bytes, *, chunked: bool) -> None:
    """Post a body, and take whatever comes."""
    kind = "application/x-www-form-urlencoded" if path == "/sign-in" else "application/json"
    chunks = (body[first : first + 65536] for first in range(0, len(body), 65536)) if chunked else body
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=120)) as connection:
        try:
            connection.request("POST", path, chunks, {"Content-Type": kind}, encode_chunked=chunked)
            assert connection.getresponse().status >= 400
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused while it was still being sent


def peak_memory(server: Server) -> float:
    """The most that the server has ever had, in MiB."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def slowest_answer(server: Server, attacks: list[Thread]) -> float:
    """How long another client waits at most while the attacks run, in seconds."""
    slowest = 0.0
    with closing(server.connect()) as connection:
        while any(attack.is_alive() for attack in attacks):
            started = time.perf_counter()
            connection.request("GET", "/health/live")
            connection.getresponse().read()
            slowest = max(slowest, time.perf_counter() - started)
            time.sleep(0.01)
    return slowest


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
def test_a_heavy_body_holds_nobody_up(tmp_path: Path, *, chunked: bool):
    """Sixty megabytes of lists held the event loop for nine seconds and took 1.9 GB."""
    with serving(tmp_path / "data") as server:
        with closing(server.connect()) as connection:
            connection.request("GET", "/health")
            connection.getresponse().read()
        before = peak_memory(server)
        threads = [Thread(target=send, args=(server, *attack), kwargs={"chunked": chunked}) for attack in ATTACKS]
        for thread in threads:
            thread.start()
        slowest = slowest_answer(server, threads)
        grown = peak_memory(server) - before
    assert slowest < 2.0
    assert grown < 400
