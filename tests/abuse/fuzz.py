"""Spoilt files, a hundred thousand of them, into everything that reads files: no crash, no hang, no growing memory.

Each goes through `decode`, `decode_pages` and `files_of` in a process that may die without harm, and
each tenth through a route of a real server as well. What was not answered, or not with an HwrError or a 4xx, is saved
in the folder. Ctrl-C stops; the same command goes on where it stopped.

Run it: python -m tests.abuse.fuzz FOLDER [--count 100000] [--posted 10].
"""

import argparse
import json
import multiprocessing
import os
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from httpx2 import Client, HTTPError

from hwr_core.app.limits import limits_of
from hwr_core.errors import HwrError
from hwr_core.images.decode import decode, decode_pages
from hwr_core.images.zip_files import files_of
from hwr_core.settings import Settings
from tests.abuse.mutants import mutant
from tests.serving import serving

LIMIT = 2.0
"""Seconds of processor time that an input may take."""
PATIENCE = 120.0
"""Seconds after which a process that says nothing hangs."""
AT_ONCE = 500
"""Inputs between two lines of figures, after each of which the state is saved."""
ALLOWED_GROWTH = 1.1
SPARE = 16.0
"""MiB by which memory may grow besides: what libraries allocate once."""

ROUTES: Mapping[str, str] = {
    "/api/predict-upload": "file",
    "/api/predict-batch": "files",
    "/api/read-number": "file",
    "/api/datasets/custom": "file",
}
"""Where a file is taken, and what the form calls it."""


@dataclass(slots=True)
class State:
    """How far it has come, and what has come of it."""

    next: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    posted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=lambda: {"reader": [], "server": []})
    """MiB after each `AT_ONCE` inputs."""
    slowest: float = 0.0

    @classmethod
    def of(cls, file: Path) -> Self:
        """Read what an earlier run saved, if there was one."""
        if not file.exists():
            return cls()
        saved = json.loads(file.read_text())
        return cls(**saved | {name: Counter(saved[name]) for name in ("outcomes", "posted")})

    def save(self, file: Path) -> None:
        """Write it for a later run."""
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({name: getattr(self, name) for name in self.__slots__}))
        unfinished.replace(file)


def main() -> None:
    """Go through all inputs, print figures, and end with 1 if there was any fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the state and the offending inputs are left")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--posted", type=int, default=10, help="one of so many inputs goes to the server as well")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    file = options.folder / "state.json"
    state = State.of(file)
    try:
        fuzz(state, options.folder, count=options.count, posted=options.posted, after_each=lambda: _tell(state, file))
    except KeyboardInterrupt:
        print(f"Stopped; {state.next} inputs are done.")
        sys.exit(130)
    _figures(state)
    faults = [*state.faults, *growth(state)]
    print(*[f"FAULT {fault}" for fault in faults] or ["No fault was found."], sep="\n")
    sys.exit(bool(faults))


def fuzz(state: State, folder: Path, *, count: int, posted: int, after_each: Callable[[], None]) -> None:
    """Go on from the state to so many inputs in all, and save what is at fault in the folder."""
    with (
        tempfile.TemporaryDirectory() as place,
        serving(Path(place) / "data") as server,
        Client(base_url=server.url, timeout=PATIENCE) as client,
        _reader() as reader,
    ):
        while state.next < count:
            numbers = range(state.next, min(count, state.next + AT_ONCE))
            memory = [_read(reader, number, state, folder) for number in numbers]
            state.memory["reader"] += [each for each in memory[-1:] if each is not None]
            for number in numbers[::posted]:
                _post(client, number, state, folder)
            state.memory["server"].append(_figure(client, "process_resident_memory_bytes") / 2**20)
            state.next = numbers.stop
            after_each()


def growth(state: State) -> list[str]:
    """Say whose memory has grown from a quarter of the way to the end."""
    found = []
    for whose, seen in state.memory.items():
        quarter, end = seen[len(seen) // 4], seen[-1]
        if end > quarter * ALLOWED_GROWTH + SPARE:
            found.append(f"the {whose}'s memory grew from {quarter:.0f} to {end:.0f} MiB")
    return found


@dataclass(frozen=True, slots=True)
class Read:
    """What came of an input in the reader's process."""

    outcomes: Sequence[str]
    seconds: float
    """Of processor time."""
    fault: str | None
    memory: float
    """MiB of the process."""


class _Reader:
    """A process that reads inputs; it is started anew when one of them ends it."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start a process."""
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def read(self, number: int) -> Read:
        """Let it read an input. Raises EOFError when it died of it, TimeoutError when it says nothing any more."""
        self._ours.send(number)
        if not self._ours.poll(PATIENCE):
            raise TimeoutError(f"nothing was said for {PATIENCE:.0f} s")
        found: Read = self._ours.recv()
        return found

    def end(self) -> int | None:
        """End the process and return its exit code: negative is the signal that killed it."""
        self._ours.close()
        self._process.join(1.0)
        code = self._process.exitcode
        self._process.kill()
        self._process.join()
        return code


@contextmanager
def _reader() -> Iterator[_Reader]:
    reader = _Reader()
    try:
        yield reader
    finally:
        reader.end()


def _serve(asked: Connection) -> None:
    """Read what is asked for until nobody asks any more; what libraries print of damaged files is not of interest."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
    while True:
        try:
            number = asked.recv()
        except (EOFError, KeyboardInterrupt):
            return
        asked.send(_read_one(mutant(number)[1]))


def _read_one(content: bytes) -> Read:
    began, outcomes, fault = time.process_time(), [], None
    for name, read in WAYS.items():
        try:
            read(content)
        except HwrError as error:
            outcomes.append(f"{name}: {type(error).__name__}")
        except Exception:  # noqa: BLE001  that is what is looked for
            fault = f"{name}: {traceback.format_exc()}"
            outcomes.append(f"{name}: FAULT")
        else:
            outcomes.append(f"{name}: read")
    return Read(outcomes, time.process_time() - began, fault, _resident())


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _pages(content: bytes) -> None:
    for _ in decode_pages(content, LIMITS):
        pass


def _files(content: bytes) -> None:
    files_of(content, LIMITS, max_files=SETTINGS.max_batch_files, max_bytes=SETTINGS.max_request_bytes)


SETTINGS = Settings()
LIMITS = limits_of(SETTINGS)
WAYS: Mapping[str, Callable[[bytes], object]] = {
    "decode": lambda content: decode(content, LIMITS),
    "decode_pages": _pages,
    "files_of": _files,
}


def _read(reader: _Reader, number: int, state: State, folder: Path) -> float | None:
    """Let the reader read an input, note what came of it, and return its memory; None where it had to start anew."""
    try:
        found = reader.read(number)
    except (EOFError, ConnectionError, TimeoutError) as error:
        code = reader.end()
        reader.start()
        state.outcomes["died"] += 1
        _fault(number, f"the reader ended with {code}: {error!r}", state, folder)
        return None
    state.outcomes.update(found.outcomes)
    state.slowest = max(state.slowest, found.seconds)
    if found.fault:
        _fault(number, found.fault, state, folder)
    if found.seconds > LIMIT:
        _fault(number, f"it took {found.seconds:.1f} s of processor time", state, folder)
    return found.memory


def _post(client: Client, number: int, state: State, folder: Path) -> None:
    """Send an input to one of the routes and note what came of it."""
    path, name = list(ROUTES.items())[int(state.posted.total()) % len(ROUTES)]
    busy = _figure(client, "process_cpu_seconds_total")
    try:
        answer = client.post(path, files={name: ("a", mutant(number)[1])})
    except HTTPError as error:
        state.posted[f"{path}: no answer"] += 1
        _fault(number, f"{path}: {error!r}", state, folder)
        return
    state.posted[f"{path}: {answer.status_code}"] += 1
    took = _figure(client, "process_cpu_seconds_total") - busy
    if answer.status_code >= 500:
        _fault(number, f"{path}: {answer.status_code} {answer.text}", state, folder)
    if took > LIMIT:
        _fault(number, f"{path}: it took {took:.1f} s of processor time", state, folder)


def _figure(client: Client, name: str) -> float:
    """Return one of the server's own figures."""
    found = re.search(rf"^{name} (\S+)", client.get("/metrics").text, re.MULTILINE)
    assert found
    return float(found[1])


def _fault(number: int, what: str, state: State, folder: Path) -> None:
    """Note a fault, and save the input."""
    how, content = mutant(number)
    (folder / f"{number}.bin").write_bytes(content)
    state.faults.append(f"{number} ({how}): {what}")
    print("FAULT", state.faults[-1], flush=True)


def _tell(state: State, file: Path) -> None:
    """Print how far it is, and save that."""
    state.save(file)
    memory = ", ".join(f"{whose} {seen[-1]:.0f} MiB" for whose, seen in state.memory.items() if seen)
    print(
        f"{state.next} read, {state.posted.total()} posted, {len(state.faults)} faults, "
        f"slowest {state.slowest:.2f} s, {memory}",
        flush=True,
    )


def _figures(state: State) -> None:
    for counts in (state.outcomes, state.posted):
        for what, count in sorted(counts.items()):
            print(f"{what:40} {count:8}")


if __name__ == "__main__":
    main()
