"""Predictions a second by hwr, and by the servers that people would otherwise take around the same Reader.

Run it by `make race`, which fetches the others (`ARGS="--rounds 5 --only hwr --only LitServe"`). All servers run at
once and are loaded in turn, several times over: on a machine that others use as well, only ratios within a round count.
hwr answers in one process, reads in as many as `hwr serve` starts by itself, or in the same one, and has each
prediction on disk before it answers; the others have two processes and keep nothing.
"""

import argparse
import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from statistics import median

from hwr_core.settings import PROJECT
from tests.benchmarks.load import Measured, measure
from tests.handwriting import drawing, png
from tests.serving import serving

OURS, ALONE, PARSING = "hwr", "hwr --workers 1", "FastAPI, parses only"
PATH = "/api/predict"
READY_WITHIN = 120.0
WARM_UP = 1.0
"""Seconds of load before each measurement: a server that had nothing to do has let go of what it opens again."""
FETCHED = Path(sys.prefix) / "race"
"""Where `make race` puts the other servers: what hwr itself imports stays as it is."""

UVICORN = ("-m", "uvicorn", "--factory", "--log-level", "warning", "--no-access-log", "--port", "{port}")
OTHERS: dict[str, Sequence[str]] = {
    PARSING: (*UVICORN, "tests.benchmarks.rivals.bare:parsing"),
    "FastAPI": (*UVICORN, "--workers", "2", "tests.benchmarks.rivals.bare:reading"),
    "LitServe": ("-m", "tests.benchmarks.rivals.by_litserve", "{port}"),
}
"""The programs of the other servers, behind the name of Python."""


def main() -> None:
    """Load all servers in turn, and print medians and what they are to each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each server in each round")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--only", action="append", choices=[OURS, ALONE, *OTHERS], help="may be repeated")
    options = parser.parse_args()
    body = json.dumps({"image_data": base64.b64encode(png(drawing(7))).decode()}).encode()
    with ExitStack() as running, tempfile.TemporaryDirectory() as folder:
        names = options.only or [OURS, ALONE, *OTHERS]
        ports = {name: running.enter_context(_serving(name, Path(folder))) for name in names}
        for name, port in ports.items():
            _confirm(name, port, body)
        found: dict[str, list[Measured]] = {name: [] for name in ports}
        for turn in range(options.rounds):
            for name, port in ports.items():
                measure(port, PATH, body, clients=options.clients, seconds=WARM_UP)
                measured = measure(port, PATH, body, clients=options.clients, seconds=options.seconds)
                found[name].append(measured)
                print(f"round {turn + 1}  {name:22}{measured}", flush=True)
    _report(found)


def _report(found: dict[str, list[Measured]]) -> None:
    print(f"\n{'medians':22}  answers/s   p50 ms   p99 ms  p99/p50{f'  {OURS} to this' if OURS in found else ''}")
    for name, rounds in found.items():
        p50, p99 = (median(getattr(each, figure) for each in rounds) for figure in ("p50", "p99"))
        spread = median(each.p99 / each.p50 for each in rounds)
        line = f"{name:22}{median(each.rate for each in rounds):11.0f}{p50:9.1f}{p99:9.1f}{spread:9.2f}"
        if OURS in found:
            line += f"{median(our.rate / its.rate for its, our in zip(rounds, found[OURS], strict=True)):14.2f}"
        print(line)


def _serving(name: str, folder: Path) -> AbstractContextManager[int]:
    return _ours(folder, name) if name in {OURS, ALONE} else _other(OTHERS[name])


@contextmanager
def _ours(folder: Path, name: str) -> Iterator[int]:
    workers = "1" if name == ALONE else ""  # empty: as it is where nobody says anything
    with serving(folder / name, HWR_LOG_LEVEL="warning", HWR_WORKERS=workers) as server:
        yield server.port


@contextmanager
def _other(program: Sequence[str]) -> Iterator[int]:
    """Run another server until the block ends; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *(part.format(port=port) for part in program)],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(FETCHED)},
        start_new_session=True,  # its workers are ended with it
    )
    try:
        yield _ready(process, port)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def _ready(process: subprocess.Popen[bytes], port: int) -> int:
    """Wait until a server listens, and return its port."""
    patience = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < patience:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.2)
        else:
            return port
    raise RuntimeError(f"{process.args!r} did not start.")


def _confirm(name: str, port: int, body: bytes) -> None:
    """Confirm that a server reads the image right."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{PATH}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=READY_WITHIN) as answer:  # noqa: S310  a server of ours
        said = json.load(answer)
    if name != PARSING and said["predicted_digit"] != 7:
        raise RuntimeError(f"{name} read a 7 as {said}.")


if __name__ == "__main__":
    main()
