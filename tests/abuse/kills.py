"""Kills a loaded server again and again, on one data folder: nothing that it acknowledged is ever lost.

At a random moment the server gets SIGKILL while clients post digits and whole numbers: mostly soon after its first
answer, sometimes while it starts. After each kill the next server starts on what was left; at the end every
acknowledged id has to be in its history once, and every upload's file whole. Ctrl-C stops early and checks what there
is.

Run it: python -m tests.abuse.kills [--count 1000] [--seed 0].
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread

import numpy as np
from httpx2 import Client, HTTPError

from hwr_core.app import Workspace
from hwr_core.errors import HwrError
from hwr_core.settings import Settings
from tests.handwriting import drawing, number, png
from tests.serving import READY_WITHIN, Server, serving

DIGITS, NUMBERS = "/api/predict-upload", "/api/read-number"
CLIENTS = DIGITS, DIGITS, DIGITS, NUMBERS, NUMBERS
"""Where each client posts."""
Acknowledged = tuple[str, int]
"""Where something was posted, and the id that came back."""

STARTING, LONGEST = 0.2, 1.0
"""Share of servers that are killed while they start, and most seconds from the beginning, or the first answer, on."""


def main() -> int:
    """Kill, check, and return 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        acknowledged: list[Acknowledged] = []
        with contextlib.suppress(KeyboardInterrupt):
            rng = np.random.default_rng(arguments.seed)
            for killed in range(1, arguments.count + 1):
                acknowledged += kill_once(data, rng)
                if killed % 10 == 0:
                    print(f"{killed:5} kills, {len(acknowledged):8,} acknowledged", flush=True)
        lost, damaged = check(data, acknowledged)
    doubled = len(acknowledged) - len(set(acknowledged))
    print(f"{len(acknowledged):,} acknowledged: {lost} lost, {doubled} doubled, {damaged} uploads damaged")
    return 1 if lost or doubled or damaged else 0


def kill_once(data: Path, rng: np.random.Generator) -> list[Acknowledged]:
    """Start a server, load it, kill it, and return what it has acknowledged."""
    patience, waits = time.monotonic() + READY_WITHIN, rng.uniform() >= STARTING
    acknowledged: list[Acknowledged] = []
    with serving(data) as server:  # ends with SIGKILL
        clients = [Thread(target=_post, args=(server, path, digit, acknowledged)) for digit, path in enumerate(CLIENTS)]
        for client in clients:
            client.start()
        while waits and not acknowledged and time.monotonic() < patience:
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, LONGEST))
        server.process.kill()
        for client in clients:
            client.join()
    return acknowledged


def _post(server: Server, path: str, digit: int, acknowledged: list[Acknowledged]) -> None:
    image = png(drawing(digit) if path == DIGITS else number(f"{digit}{digit}"))
    with Client(base_url=server.url, timeout=30) as client, contextlib.suppress(HTTPError):  # until it is gone
        while True:
            content = image + str(time.time_ns()).encode()  # a file of its own: the same one would be stored once
            answer = client.post(path, files={"file": ("digit.png", content)})
            answer.raise_for_status()
            acknowledged.append((path, json.loads(answer.content)["prediction_id"]))


def check(data: Path, acknowledged: list[Acknowledged]) -> tuple[int, int]:
    """Return how many acknowledged ids are not in their history, and how many uploads are not whole."""
    with Workspace(Settings(data_dir=data, max_page=10_000_000)) as workspace:
        kept = {(DIGITS, row.id) for row in workspace.history.page(limit=10_000_000).predictions}
        kept |= {(NUMBERS, row.id) for row in workspace.numbers.page(limit=10_000_000).numbers}
        uploads = {DIGITS: workspace.history.upload, NUMBERS: workspace.numbers.upload}
        damaged = 0
        for path, each in acknowledged:
            try:
                uploads[path](each)
            except HwrError as error:
                print(f"upload of {path} {each}: {error}")
                damaged += 1
    return len(set(acknowledged) - kept), damaged


if __name__ == "__main__":
    sys.exit(main())
