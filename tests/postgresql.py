"""A server of PostgreSQL that the tests start, kill and start again, in a folder of its own."""

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from hwr_core.db.server_connection import bring_up_to_date

PATIENCE = 60
TEMPLATE = "hwr_template"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest; None where it is not installed."""
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    return Path(found).resolve().parent if found else folders[-1] if folders else None


class PostgreSQL:
    """A running server. `durable` makes it wait for the disk, as a server in use does."""

    def __init__(self, folder: Path, data: Path, *, durable: bool) -> None:
        self._folder = folder
        self._data = data
        self._port = _free_port()
        self._numbers = itertools.count(1)
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "--auth=trust", "--username=hwr", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://hwr@127.0.0.1:{self._port}/{name}"

    def start(self) -> None:
        """Start it, and wait until it answers. What a killed one left in memory may be in use for a moment."""
        deadline = time.monotonic() + PATIENCE
        while True:
            if self._process is None or self._process.poll() is not None:
                self._process = self._launch()
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it at once, in order."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def new_database(self, *, template: str | None = TEMPLATE) -> str:
        """Make a database with all tables, or an empty one; return its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if (
                template
                and not connection.execute("select 1 from pg_database where datname = %s", [template]).fetchone()
            ):
                connection.execute(f"create database {template}")
                bring_up_to_date(self.url(template), 5)
            name = f"test_{next(self._numbers)}"
            connection.execute(f"create database {name} template {template or 'template0'}")
        return self.url(name)

    def _launch(self) -> subprocess.Popen[bytes]:
        durable = "on" if self._durable else "off"
        options = {"fsync": durable, "full_page_writes": durable, "listen_addresses": "127.0.0.1"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [self._folder / "postgres", "-D", self._data, "-p", str(self._port), "-k", self._data, *settings]
        with (self._data.parent / "log").open("ab") as log:
            return subprocess.Popen([*as_nobody_special(), *map(str, command)], stdout=log, stderr=log, cwd="/")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*as_nobody_special(), str(self._folder / program), "-D", str(self._data), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd="/")


def as_nobody_special() -> list[str]:
    """What a command begins with so that root runs it as the user postgres: the server refuses root."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, *, durable: bool = False) -> Iterator[PostgreSQL]:
    """A server that is stopped, and its folder removed, at the end."""
    with tempfile.TemporaryDirectory(prefix="hwr-postgresql-", ignore_cleanup_errors=True) as home:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(home, owner.pw_uid, owner.pw_gid)
        server = PostgreSQL(folder, Path(home) / "data", durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.stop()
