"""Servers of hwr on one PostgreSQL database behind nginx, as deploy/ configures it, for tests that kill them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from hwr_core.settings import PROJECT

CONFIGURATION = PROJECT / "deploy" / "nginx-servers.conf"
PATIENCE = 180.0
WITHOUT_NGINX = "nginx is not installed (Debian: apt-get install nginx-light): this test wants it."


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class HwrServer:
    """One `hwr serve` on a port of its own, which can be ended and started again."""

    def __init__(self, port: int, log: Path, variables: Mapping[str, str]) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._log = log
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; `wait` waits until it is ready."""
        command = [sys.executable, "-m", "hwr_core.cli", "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=os.environ | self._variables, stdout=log, stderr=subprocess.STDOUT
            )

    def wait(self) -> None:
        """Wait until it is ready."""
        deadline = time.monotonic() + PATIENCE
        while True:
            assert self._process is not None
            assert self._process.poll() is None, self._log.read_text(errors="replace")[-3000:]
            try:
                if requests.get(f"{self.url}/health/ready", timeout=20).ok:
                    return
            except requests.RequestException:
                pass
            assert time.monotonic() < deadline, self._log.read_text(errors="replace")[-3000:]
            time.sleep(0.1)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@contextmanager
def servers_on(folder: Path, variables: Mapping[str, str], count: int) -> Iterator[list[HwrServer]]:
    """So many servers with these variables, ready, which are ended afterwards."""
    servers = [
        HwrServer(
            free_port(), folder / f"server-{number}.log", {**variables, "HWR_LOG_FILE": f"logs/server-{number}.log"}
        )
        for number in range(count)
    ]
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.kill)
            server.start()
        for server in servers:
            server.wait()
        yield servers


def configuration_for(servers: Sequence[HwrServer], port: int, folder: Path) -> str:
    """The configuration of deploy/ for these servers, without TLS, as a whole file of nginx."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    line = re.compile(r"^ *server 127\.0\.0\.1:8000(.*)\n *server 127\.0\.0\.1:8001.*\n", re.MULTILINE)
    ours = "".join(f"server 127.0.0.1:{server.port}\\1\n" for server in servers)
    text, replaced = line.subn(ours, text)
    assert replaced == 2, "the pages' servers and the programs'"
    text = re.sub(r"^ *ssl_.*\n", "", text, flags=re.MULTILINE).replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    served_by = "add_header X-Served-By $upstream_addr always;"
    text = text.replace("proxy_connect_timeout", f"{served_by}\n    proxy_connect_timeout", 1)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\ndaemon off;\nworker_processes 1;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n"
    )


@contextmanager
def behind_nginx(servers: Sequence[HwrServer], folder: Path) -> Iterator[str]:
    """The address of an nginx in front of the servers, which is ended afterwards."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    port, file = free_port(), folder / "nginx.conf"
    file.write_text(configuration_for(servers, port, folder))
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log")])
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            assert process.poll() is None, (folder / "error.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def has_nginx() -> bool:
    """Whether nginx is installed."""
    return bool(shutil.which("nginx") or Path("/usr/sbin/nginx").exists())
