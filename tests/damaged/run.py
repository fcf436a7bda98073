"""Damaged files by the hundred thousand: what becomes of each, how long it takes, and whether memory stays flat.

Run it: python -m tests.damaged.run [--cases 100000] [--served 10000] [--keep FOLDER]. Ctrl-C stops it; with the same
folder it goes on from there. Each file is read in another process, so that one that brings a library down is found,
and saved in the folder under its number.
"""

import argparse
import contextlib
import json
import multiprocessing
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from hwr_core.settings import PROJECT, Settings
from hwr_core.workspace import Workspace
from tests.benchmarks.mixed import resident
from tests.damaged.damage import damaged
from tests.damaged.reading import FAULT, outcomes
from tests.damaged.served import Sender
from tests.own_models import copied_models
from tests.serving import serving

SLOW = 2.0
"""Seconds of processor time that no file may take."""
HANGS = 60.0
"""Seconds after which a process that does not answer is ended."""
TOLD_EVERY = 1000


@dataclass
class Figures:
    """What has come of the files so far."""

    done: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)
    slowest: float = 0.0
    slow: int = 0
    memory: list[float] = field(default_factory=list)

    def note(self, case: int, found: list[str], seconds: float, folder: Path) -> None:
        """Count one file; a fault is saved."""
        self.done = case + 1
        self.slowest = max(self.slowest, seconds)
        if seconds > SLOW:
            self.slow += 1
            found = [*found, f"{FAULT} took {seconds:.1f} s"]
        for outcome in found:
            if FAULT in outcome:
                name, content = damaged(case)
                self.faults[str(case)] = f"{name}: {outcome[:500]}"
                (folder / f"{case}-{Path(name).name}").write_bytes(content)
            self.outcomes[outcome.partition(FAULT)[0] + FAULT if FAULT in outcome else outcome] += 1

    def save(self, file: Path) -> None:
        """Write it where the next run finds it."""
        file.write_text(json.dumps(vars(self)))

    @classmethod
    def load(cls, file: Path) -> Self:
        """Return what an earlier run came to."""
        if not file.exists():
            return cls()
        values = json.loads(file.read_text())
        return cls(**{**values, "outcomes": Counter(values["outcomes"])})

    def tell(self, what: str) -> None:
        """Print everything."""
        print(f"{self.done:,} damaged files {what}")
        for outcome, count in self.outcomes.most_common():
            print(f"{count:10,}  {outcome}")
        print(f"slowest {self.slowest:.2f} s, over {SLOW:.0f} s: {self.slow}")
        marks = [self.memory[int(share * (len(self.memory) - 1))] for share in (0, 0.25, 0.5, 0.75, 1)]
        print("memory at the start, each quarter and the end:", ", ".join(f"{size:.0f} MiB" for size in marks))
        print(f"faults: {len(self.faults)}")
        for case, fault in list(self.faults.items())[:20]:
            print(f"  {case}: {fault}")


def main() -> None:
    """Read them all, then send some to a server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--served", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, help="folder for figures and for files that did harm")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(KeyboardInterrupt):
            _read(options.cases, folder).tell("read")
            _send(options.served, folder).tell("sent to a server")


def _read(cases: int, folder: Path) -> Figures:
    state = folder / "read.json"
    figures = Figures.load(state)
    try:
        with _Reader() as reader:
            while figures.done < cases:
                figures.note(figures.done, *reader.read(figures.done), folder)
                if figures.done % TOLD_EVERY == 0:
                    figures.memory.append(reader.memory)
                    _progress(figures, cases)
    finally:
        figures.save(state)
    return figures


def _send(cases: int, folder: Path) -> Figures:
    state = folder / "sent.json"
    figures = Figures.load(state)
    with tempfile.TemporaryDirectory() as home:
        copied_models(Path(home) / "models")
        with serving(Path(home) / "data", HWR_MODELS_DIR=f"{home}/models") as server:
            sender = Sender(server)
            try:
                while figures.done < cases:
                    started = time.perf_counter()
                    try:
                        found = [sender.send(figures.done, *damaged(figures.done))]
                    except (OSError, HTTPException) as error:
                        found = [f"{FAULT} {type(error).__name__}: {error}"]
                    figures.note(figures.done, found, time.perf_counter() - started, folder)
                    if figures.done % (TOLD_EVERY // 5) == 0:
                        figures.memory.append(resident(server.process.pid))
                        _progress(figures, cases)
            finally:
                figures.save(state)
    return figures


def _progress(figures: Figures, cases: int) -> None:
    print(f"{figures.done:,} of {cases:,}, {len(figures.faults)} faults, {figures.memory[-1]:.0f} MiB", flush=True)


class _Reader:
    """A process that reads files by their numbers, and another one where it is gone."""

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()

    @property
    def memory(self) -> float:
        """In MiB."""
        assert self._process.pid is not None
        return resident(self._process.pid)

    def read(self, case: int) -> tuple[list[str], float]:
        """Return what came of a file, and the seconds of processor time it took."""
        self._line.send(case)
        try:
            if self._line.poll(HANGS):
                found: tuple[list[str], float] = self._line.recv()
                return found
            came = f"{FAULT} no answer within {HANGS:.0f} s"
        except EOFError:
            self._process.join()
            came = f"{FAULT} the process ended with {self._process.exitcode}"
        self._process.kill()
        self._start()
        return [came], 0.0

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_answer, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()


def _answer(line: Connection) -> None:
    """Read each file whose number comes, until nobody asks any more."""
    warnings.simplefilter("ignore")  # a library's, of odd files
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.suppress(EOFError, KeyboardInterrupt),
        Workspace(Settings(data_dir=Path(folder), models_dir=PROJECT / "models")) as workspace,
    ):
        while True:
            _, content = damaged(line.recv())
            started = time.process_time()
            line.send((outcomes(workspace, content), time.process_time() - started))


if __name__ == "__main__":
    main()
