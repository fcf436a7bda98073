"""Kills servers that share a database, and the database itself, under load, and looks for what is lost.

Three servers behind nginx on one PostgreSQL and one S3 storage. Clients send drawings and labels and start jobs all the
time; in turn one server is killed, one is restarted, and PostgreSQL is restarted, and between these a version is
promoted.

Run it: python -m tests.abuse.replicas [--minutes 10] [--clients 4] [--seed 0].
"""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import numpy as np
import requests

from hwr_core.db.server_store import ServerStore
from hwr_core.ops.migrate_storage import DATA, migrate_storage
from hwr_core.records.uploads import Uploads
from hwr_core.settings import Settings
from hwr_core.storage.places import UPLOADS, open_storage
from tests.counters_server import counting
from tests.evaluation.conftest import worse_copy
from tests.handwriting import drawing, png
from tests.object_store import running as s3_server
from tests.own_models import copied_models, own_digits
from tests.postgresql import PostgreSQL, programs, running
from tests.several_servers import WITHOUT_NGINX, HwrServer, behind_nginx, has_nginx, servers_on

SERVERS = 3
DISTURBANCES = 3
"""A server killed, a server restarted, PostgreSQL restarted: each at least once, however short the run."""
WITHIN = 2.0
"""Seconds within which a promotion is to hold on every server."""
BETWEEN = 8.0
"""Seconds of load between two things that happen to the servers."""
SETTLED = 300.0
"""Seconds that jobs have to end after the load."""


@dataclass
class Seen:
    """What the clients were answered. Safe to add to from many threads."""

    predictions: set[int] = field(default_factory=set)
    labels: set[int] = field(default_factory=set)
    jobs: set[int] = field(default_factory=set)
    failed: int = 0
    lock: Lock = field(default_factory=Lock)


@dataclass
class Outcome:
    """What is wanted to be 0, and how long promotions took to hold everywhere."""

    acknowledged: int
    refused: int
    lost: int
    doubled: int
    labels_lost: int
    files_lost: int
    jobs: int
    jobs_unsettled: int
    jobs_repeated: int
    promotions: list[float]

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost or done twice, and every promotion held in time."""
        wanted = (
            self.lost,
            self.doubled,
            self.labels_lost,
            self.files_lost,
            self.jobs_unsettled,
            self.jobs_repeated,
        )
        return not any(wanted) and self.acknowledged > 0 and all(seconds <= WITHIN for seconds in self.promotions)


class Client(Thread):
    """Sends drawings, labels every tenth, and now and then starts an evaluation."""

    def __init__(self, url: str, version: str, seen: Seen, ended: Event, seed: int) -> None:
        super().__init__(daemon=True)
        self._url, self._version, self._seen, self._ended = url, version, seen, ended
        self._images = [png(drawing(digit)) for digit in range(10)]
        self._rng = np.random.default_rng(seed)
        self._session = requests.Session()

    def run(self) -> None:
        """Send until the end; what fails is not counted as acknowledged, and not sent again."""
        count = 0
        while not self._ended.is_set():
            count += 1
            try:
                prediction = self._predict(int(self._rng.integers(10)))
                if count % 10 == 0:
                    self._label(prediction)
                if count % 150 == 1:
                    self._start_job()
            except requests.RequestException:
                with self._seen.lock:
                    self._seen.failed += 1
                self._ended.wait(0.1)

    def _predict(self, digit: int) -> int:
        files = {"file": ("digit.png", self._images[digit])}
        answer = self._session.post(f"{self._url}/api/predict-upload", files=files, timeout=30)
        answer.raise_for_status()
        prediction: int = answer.json()["prediction_id"]
        with self._seen.lock:
            self._seen.predictions.add(prediction)
        return prediction

    def _label(self, prediction: int) -> None:
        body = {"prediction_id": prediction, "user_id": 1, "actual_digit": int(self._rng.integers(10))}
        self._session.post(f"{self._url}/api/feedback", json=body, timeout=30).raise_for_status()
        with self._seen.lock:
            self._seen.labels.add(prediction)

    def _start_job(self) -> None:
        body: Any = {"versions": [self._version], "suites": ["custom"], "limit": 10}
        answer = self._session.post(f"{self._url}/api/evaluate", json=body, timeout=30)
        answer.raise_for_status()
        with self._seen.lock:
            self._seen.jobs.add(answer.json()["job_id"])


def promotion_seconds(servers: list[HwrServer], version: str) -> float:
    """Promote a version on the first server; return the seconds until all serve it."""
    body: Any = {"reason": "replicas", "force": True}
    answer = requests.post(f"{servers[0].url}/api/models/{version}/promote", json=body, timeout=30)
    answer.raise_for_status()
    promoted = time.monotonic()
    waiting = list(servers)
    while waiting:
        for server in list(waiting):
            served = requests.get(f"{server.url}/api/model/status", timeout=30).json()["model_version"]
            if served == version:
                waiting.remove(server)
        if time.monotonic() - promoted > 60:
            break
        time.sleep(0.02)
    return time.monotonic() - promoted


def disturb(turn: int, servers: list[HwrServer], database: PostgreSQL) -> str:
    """Kill a server, restart one or restart PostgreSQL, in turn; return what was done."""
    server = servers[turn // DISTURBANCES % len(servers)]
    match turn % DISTURBANCES:
        case 0:
            server.kill()
            server.start()
            server.wait()
            return f"killed the server on port {server.port}"
        case 1:
            server.stop()
            server.start()
            server.wait()
            return f"restarted the server on port {server.port}"
        case _:
            database.stop()
            database.start()
            for each in servers:
                each.wait()
            return "restarted PostgreSQL"


def measure(folder: Path, *, minutes: float, clients: int, seed: int) -> Outcome:
    """Load, disturb and promote for so long, and count."""
    postgres = programs()
    assert postgres is not None
    registry = copied_models(folder / "models")
    versions = [registry.champion().name, worse_copy(registry).name]
    with ExitStack() as stack:
        database = stack.enter_context(running(postgres, durable=True))
        url = database.new_database()
        variables = {
            "HWR_DATA_DIR": str(folder / "data"),
            "HWR_MODELS_DIR": str(folder / "models"),
            "HWR_DATABASE_URL": url,
            **_shared_storage(stack, folder),
            "HWR_WORKERS": "1",  # three servers have cores enough to do
        }
        if program := shutil.which("valkey-server") or shutil.which("redis-server"):
            variables["HWR_LIMITS_URL"] = stack.enter_context(counting(program)).url
        servers = stack.enter_context(servers_on(folder, variables, SERVERS))
        address = stack.enter_context(behind_nginx(servers, folder))
        requests.post(
            f"{servers[0].url}/api/datasets/custom", files={"file": own_digits(2)}, timeout=60
        ).raise_for_status()
        seen, ended = Seen(), Event()
        load = [Client(address, versions[0], seen, ended, seed + number) for number in range(clients)]
        for client in load:
            client.start()
        promotions = _disturbed(servers, database, versions, minutes)
        ended.set()
        for client in load:
            client.join()
        _wait_for_jobs(servers[0])
        return _counted(url, folder, variables["HWR_STORAGE_URL"], seen, promotions)


def _shared_storage(stack: ExitStack, folder: Path) -> dict[str, str]:
    """Start an S3 server, put the model versions there, and return the variables that lead to it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it would print a line for each request
    server = stack.enter_context(s3_server())
    os.environ.update(server.environment)
    url = server.new_url()
    migrate_storage(Settings(data_dir=folder / "data", models_dir=folder / "models"), DATA, url)
    return {**server.environment, "HWR_STORAGE_URL": url}


def _disturbed(servers: list[HwrServer], database: PostgreSQL, versions: list[str], minutes: float) -> list[float]:
    end, turn, promotions = time.monotonic() + 60 * minutes, 0, []
    while time.monotonic() < end or turn < DISTURBANCES:
        time.sleep(BETWEEN)
        promotions.append(promotion_seconds(servers, versions[(turn + 1) % 2]))
        done = disturb(turn, servers, database)
        print(f"{done}; the promotion before took {promotions[-1]:.2f} s to hold everywhere", flush=True)
        turn += 1
    return promotions


def _wait_for_jobs(server: HwrServer) -> None:
    deadline = time.monotonic() + SETTLED
    while time.monotonic() < deadline:
        jobs = requests.get(f"{server.url}/api/jobs?limit=1000", timeout=60).json()["data"]
        if all(job["state"] not in {"queued", "running"} for job in jobs):
            return
        time.sleep(1)


def _counted(url: str, folder: Path, storage: str, seen: Seen, promotions: list[float]) -> Outcome:
    with closing(ServerStore(url, busy_timeout=60)) as store, store.session() as cursor:
        rows = cursor.execute("select id, upload from predictions").fetchall()
        labels = {found for (found,) in cursor.execute("select prediction_id from labels").fetchall()}
        jobs = dict(cursor.execute("select id, state from jobs").fetchall())
    there = [found for found, _ in rows]
    files = {*Uploads(open_storage(f"{storage}/{UPLOADS}")).names()}
    started = {job: _attempts_of(folder / "data" / "jobs" / str(job) / "events.jsonl") for job in jobs}
    return Outcome(
        acknowledged=len(seen.predictions),
        refused=seen.failed,
        lost=len(seen.predictions - set(there)),
        doubled=len(there) - len(set(there)),
        labels_lost=len(seen.labels - labels),
        files_lost=sum(upload not in files for _, upload in rows),
        jobs=len(jobs),
        jobs_unsettled=len(seen.jobs - jobs.keys()) + sum(state in {"queued", "running"} for state in jobs.values()),
        jobs_repeated=sum(attempts > 1 for attempts in started.values()),
        promotions=promotions,
    )


def _attempts_of(events: Path) -> int:
    return events.read_text().count('"kind": "started"') if events.exists() else 0


def main() -> int:
    """Run it, and return 1 where something was lost, done twice or too late."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if programs() is None or not has_nginx():
        print(f"PostgreSQL is wanted (Debian: apt-get install postgresql); {WITHOUT_NGINX}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="hwr-replicas-", ignore_cleanup_errors=True) as folder:
        outcome = measure(Path(folder), minutes=arguments.minutes, clients=arguments.clients, seed=arguments.seed)
    slowest = max(outcome.promotions, default=0.0)
    print(
        f"{outcome.acknowledged:,} predictions acknowledged, {outcome.lost} lost, {outcome.doubled} doubled, "
        f"{outcome.labels_lost} labels lost, {outcome.files_lost} files lost, "
        f"{outcome.refused} requests refused meanwhile\n"
        f"{outcome.jobs} jobs, {outcome.jobs_unsettled} not settled, {outcome.jobs_repeated} run more than once\n"
        f"{len(outcome.promotions)} promotions, everywhere within {slowest:.2f} s at most"
    )
    return 0 if outcome.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
