"""Kills a loaded server again and again, on one data folder: nothing that it acknowledged is ever lost.

At a random moment the server gets SIGKILL while clients post uploads: mostly soon after its first answer, sometimes
while it starts. After each kill the next server starts on what was left; at the end every acknowledged id has to
be in the history once, and every upload's file whole. Ctrl-C stops early and checks what there is.

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
from tests.handwriting import drawing, png
from tests.serving import READY_WITHIN, Server, serving

CLIENTS = 4
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
        acknowledged: list[int] = []
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


def kill_once(data: Path, rng: np.random.Generator) -> list[int]:
    """Start a server, load it, kill it, and return the ids that it has acknowledged."""
    patience, waits = time.monotonic() + READY_WITHIN, rng.uniform() >= STARTING
    acknowledged: list[int] = []
    with serving(data) as server:  # ends with SIGKILL
        clients = [Thread(target=_post, args=(server, number, acknowledged)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        while waits and not acknowledged and time.monotonic() < patience:
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, LONGEST))
        server.process.kill()
        for client in clients:
            client.join()
    return acknowledged


def _post(server: Server, number: int, acknowledged: list[int]) -> None:
    image = png(drawing(number))
    with Client(base_url=server.url, timeout=30) as client, contextlib.suppress(HTTPError):  # until it is gone
        while True:
            content = image + str(time.time_ns()).encode()  # a file of its own: the same one would be stored once
            answer = client.post("/api/predict-upload", files={"file": ("digit.png", content)})
            answer.raise_for_status()
            acknowledged.append(json.loads(answer.content)["prediction_id"])


def check(data: Path, acknowledged: list[int]) -> tuple[int, int]:
    """Return how many acknowledged predictions are not in the history, and how many uploads are not whole."""
    with Workspace(Settings(data_dir=data, max_page=10_000_000)) as workspace:
        kept = {row.id for row in workspace.history.page(limit=10_000_000).predictions}
        damaged = 0
        for each in acknowledged:
            try:
                workspace.history.upload(each)
            except HwrError as error:
                print(f"upload of prediction {each}: {error}")
                damaged += 1
    return len(set(acknowledged) - kept), damaged


if __name__ == "__main__":
    sys.exit(main())
