"""A network that swallows everything: connections to the database stay open, and nothing is ever answered."""

import socket
import time
from contextlib import closing, suppress
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest

from hwr_core.db.engines import server_store
from hwr_core.events import Events
from hwr_core.jobs import heartbeat as beating
from hwr_core.jobs.queue import JobQueue
from hwr_core.jobs.runner import CUT_OFF
from hwr_core.jobs.table import JobState
from hwr_core.settings import PROJECT, Settings
from tests.jobs.conftest import PATIENCE, submit, until
from tests.jobs.specs import spec_of


class Network:
    """A way to a server that passes everything on but while it is cut; what is sent then arrives later."""

    def __init__(self, port):
        self._to = port
        self._works = Event()
        self._works.set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        Thread(target=self._let_in, daemon=True).start()

    def cut(self):
        """Pass nothing on from now on."""
        self._works.clear()

    def mend(self):
        """Pass everything on again."""
        self._works.set()

    def close(self):
        """Take no more connections."""
        self.mend()
        self._door.close()

    def _let_in(self):
        with suppress(OSError):  # the door was closed
            while True:
                here, _ = self._door.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                for one, other in ((here, there), (there, here)):
                    Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one, other):
        with suppress(OSError):  # one of both has gone
            while content := one.recv(65536):
                self._works.wait()
                other.sendall(content)
            other.shutdown(socket.SHUT_WR)


@pytest.fixture
def network(postgresql):
    """The way to the server of PostgreSQL."""
    with closing(Network(urlsplit(postgresql.url("postgres")).port)) as network:
        yield network


@pytest.fixture
def store(postgresql, network, tmp_path):
    """A store at the other end of the network."""
    url = postgresql.new_database()
    with closing(
        server_store(url.replace(f":{urlsplit(url).port}/", f":{network.port}/"), Settings(data_dir=tmp_path))
    ) as store:
        yield store
        network.mend()


def test_a_job_ends_though_the_network_answers_nothing(table, network, tmp_path, monkeypatch):
    """Its server waits for the database and cannot know: the fence stops the job all the same, and says so later."""
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    queue = JobQueue(
        table,
        tmp_path / "jobs",
        program="tests.jobs.toy",
        width=1,
        spec=lambda job: spec_of(tmp_path, job=job.id, kind=job.kind, config=job.config),
        events=Events(),
    )
    with closing(queue):
        queue.start()
        job = submit(queue, to=1_000_000, pause=0.02, urgent=True)
        folder = queue.folder(job.id)
        patience = time.monotonic() + PATIENCE
        while not folder.events.attempt():
            assert time.monotonic() < patience
            time.sleep(0.05)

        network.cut()
        monkeypatch.setattr(beating, "FENCE", 0.5)
        while folder.is_locked:  # its process works on it
            assert time.monotonic() < patience
            time.sleep(0.05)

        network.mend()
        failed = until(queue, job, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)
        assert (failed.state, failed.error, failed.can_be_resumed) == (JobState.FAILED, CUT_OFF, True)
