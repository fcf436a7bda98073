"""Kills clients of PostgreSQL, and the server itself, under load: no acknowledged prediction is ever lost.

Run it: python -m tests.abuse.store_kills [--count 20] [--seed 0].
"""

import argparse
import os
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import numpy as np

from hwr_core.db.server_store import ServerStore
from hwr_core.settings import PROJECT
from tests.postgresql import PostgreSQL, programs, running

WRITERS = 2
LONGEST = 1.0
"""Processes that write at once, and most seconds from the first acknowledged row until the kill."""

# It goes on through a server's restart as a server of hwr does: what fails is not acknowledged, and tried again.
WRITE = r"""
import os, sys, tempfile, time
from functools import partial
from pathlib import Path
import numpy as np
from hwr_core.db.group_commit import GroupCommit
from hwr_core.db.server_store import ServerStore
from hwr_core.errors import StoreError
from hwr_core.recognition.types import Prediction, Timings, Verdict
from hwr_core.records.predictions import NewPrediction, Source, record_predictions
from hwr_core.records.uploads import Uploads

seen = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
prediction = Prediction(Verdict.DIGIT, 7, 0.9, (0.01,) * 7 + (0.91, 0.01, 0.01), seen, "v1", Timings(0.001, 0.001))
with tempfile.TemporaryDirectory() as folder:
    uploads = Uploads.in_folder(Path(folder))
    writer = GroupCommit(ServerStore(sys.argv[1], busy_timeout=2), partial(record_predictions, uploads=uploads))
    while True:
        for future in writer.submit_all([NewPrediction(1, Source.API, prediction)] * 8):
            try:
                os.write(1, f"{future.result().id}\n".encode())
            except StoreError:
                time.sleep(0.05)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows were acknowledged, how many of these are missing, and how many ids were given twice."""

    acknowledged: int
    lost: int
    doubled: int


class Writer:
    """A process that writes all the time, and the ids that it was answered."""

    def __init__(self, url: str) -> None:
        environment = os.environ | {"PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-c", WRITE, url]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        self.ids: list[int] = []
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n"):  # the last one may be cut off
                self.ids.append(int(line))

    def kill(self) -> None:
        """End it at once, and take in what it had said."""
        self._process.kill()
        self._process.wait()
        self._reader.join()


def kill(folder: Path, victim: str, *, count: int, seed: int) -> Outcome:
    """Load a durable server, kill clients or the server so many times, and count what is there."""
    rng = np.random.default_rng(seed)
    acknowledged: list[int] = []
    with running(folder, durable=True) as server:
        url = server.new_database(template=None)
        if victim == "client":
            for _ in range(count):
                acknowledged += _clients_killed(url, rng.uniform(0, LONGEST))
        else:
            acknowledged += _server_killed(server, url, rng.uniform(0, LONGEST, count))
        with closing(ServerStore(url, busy_timeout=60)) as store, store.session() as cursor:
            there = [found for (found,) in cursor.execute("select id from predictions").fetchall()]
    doubled = len(acknowledged) - len(set(acknowledged)) + len(there) - len(set(there))
    return Outcome(len(acknowledged), len(set(acknowledged) - set(there)), doubled)


def _clients_killed(url: str, after: float) -> list[int]:
    writers = [Writer(url) for _ in range(WRITERS)]
    try:
        _wait_for_more(writers)
        time.sleep(after)
    finally:
        for writer in writers:
            writer.kill()
    return [found for writer in writers for found in writer.ids]


def _server_killed(server: PostgreSQL, url: str, waits: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> list[int]:
    """Kill the server again and again under the same clients, which go on with the next one."""
    writers = [Writer(url) for _ in range(WRITERS)]
    try:
        for after in waits:
            _wait_for_more(writers)
            time.sleep(after)
            server.kill()
            server.start()
        _wait_for_more(writers)
    finally:
        for writer in writers:
            writer.kill()
    return [found for writer in writers for found in writer.ids]


def _wait_for_more(writers: list[Writer], patience: float = 120) -> None:
    before, deadline = sum(len(writer.ids) for writer in writers), time.monotonic() + patience
    while sum(len(writer.ids) for writer in writers) == before:
        if time.monotonic() > deadline:
            raise TimeoutError("No row was acknowledged.")
        time.sleep(0.01)


def main() -> int:
    """Kill both, and return 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    folder = programs()
    if folder is None:
        print("PostgreSQL is not installed (Debian: apt-get install postgresql).", file=sys.stderr)
        return 2
    outcomes = []
    for victim in ("client", "server"):
        outcome = kill(folder, victim, count=arguments.count, seed=arguments.seed)
        print(
            f"{arguments.count} kills of the {victim}: {outcome.acknowledged:,} acknowledged, {outcome.lost} lost, "
            f"{outcome.doubled} doubled",
            flush=True,
        )
        outcomes.append(outcome)
    return 1 if any(outcome.lost or outcome.doubled for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
