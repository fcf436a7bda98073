"""Running blocks as a reader would: in a folder that is as a checkout's, in bash or in Python, one after another."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests

from hwr_core.settings import PROJECT
from tests.documents.blocks import Block
from tests.loops import in_thread
from tests.own_models import own_digits

ADDRESS = "http://127.0.0.1:8000"
"""Where the documents take the server to be."""

SHELL = """
set -eo pipefail
[ -e .variables ] && source .variables
set -a
trap 'export -p > .variables' EXIT
curl() {
    local asked='%{stderr}%{method} %{http_code} %{url_effective}\\n'
    command curl --fail-with-body --no-progress-meter -w "$asked" "$@" 2>> .asked
}
make() { command make --dry-run --silent -C "$CHECKOUT" "$@"; }
"""
"""What bash is told before a block: an error ends it; variables go on to the next; requests are written down; what
`make` would do is shown."""


class Asked(NamedTuple):
    """A request and the status it was answered with."""

    method: str
    path: str
    status: int


def as_checkout(folder: Path) -> Path:
    """Make the folder as a checkout's is, with images of the reader's own; its models and data may be changed."""
    for name in ("notebooks/pictures", "models"):
        shutil.copytree(PROJECT / name, folder / name)
    (folder / "digits.zip").write_bytes(own_digits(4).getvalue())
    program = folder / ".venv" / "bin" / "hwr"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m hwr_core.cli "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return folder


def variables_of(folder: Path) -> dict[str, str]:
    """The settings of whatever runs in such a folder: its own data and models, no data sets, and it is the home."""
    places = {"DATA": "data", "MODELS": "models", "DATASETS": "datasets"}
    return {"HOME": str(folder)} | {f"HWR_{name}_DIR": str(folder / place) for name, place in places.items()}


@dataclass(frozen=True, slots=True)
class Bash:
    """Runs blocks of shell commands."""

    folder: Path
    address: str
    variables: dict[str, str]

    def run(self, block: Block) -> None:
        """Run a block."""
        environment = os.environ | variables_of(self.folder) | self.variables | {"CHECKOUT": str(PROJECT)}
        script = SHELL + block.code.replace(ADDRESS, self.address)
        ended = subprocess.run(
            ["/bin/bash", "-c", script],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        printed = ended.stdout.decode(errors="replace")
        assert ended.returncode == 0, f"{block} ended with {ended.returncode}:\n{printed}\n{self._written()[-500:]}"

    def asked(self) -> list[Asked]:
        """What was asked with curl so far."""
        rows = (line.split(" ") for line in self._written().splitlines() if not line.startswith("curl: "))
        return [Asked(method, urlsplit(url).path, int(status)) for method, status, url in rows]

    def _written(self) -> str:
        file = self.folder / ".asked"
        return file.read_text(encoding="utf-8") if file.exists() else ""


class Python:
    """Runs blocks of Python in one module, as in a notebook."""

    def __init__(self, address: str = ADDRESS) -> None:
        self.address = address
        self._names: dict[str, Any] = {}

    def run(self, block: Block) -> None:
        """Run a block; a traceback names its lines as the document has them."""
        code = "\n" * (block.line - 1) + block.code.replace(ADDRESS, self.address)
        # In a thread, since a block may run a coroutine.
        in_thread(lambda: exec(compile(code, block.document, "exec"), self._names))  # noqa: S102  the point of it


@contextmanager
def in_folder(folder: Path, variables: Mapping[str, str]) -> Iterator[None]:
    """Be in such a folder, with these variables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


@contextmanager
def written_down() -> Iterator[list[Asked]]:
    """Write down all that is asked with requests meanwhile."""
    asked: list[Asked] = []
    send = requests.Session.send

    def noted(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        answer = send(self, request, **more)
        asked.append(Asked(str(request.method), urlsplit(str(request.url)).path, answer.status_code))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", noted)
        yield asked
