"""What `hwr read-all` costs beside bare loops over the same images: images a processor second, start-up included.

Run it: python -m tests.benchmarks.read_all --seconds 60 --engine dask. All take turns; the ratio within one run is what
counts. There is a bare loop for each core, at once: a core that shares its caches with a busy one reads fewer images.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import psutil

from hwr_core.app.limits import cores, limits_of
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT, load_settings
from tests.handwriting import drawing, png
from tests.serving import environment

SIDE, DISTINCT = 112, 200
GUESS = 400
"""Images that a core reads in a second, about: how many are made for a run of so many seconds."""


def main() -> None:
    """Measure both in turns and print what each reads in a second of processor time, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="processor time of one reading, about")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", choices=["local", "dask", "ray"], default="local")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        bare(options.bare, options.part)
        return
    count = max(1, round(options.seconds * GUESS))
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder) / "images"
        images.mkdir()
        make(images, count)
        rounds = [
            (count / looped(images), count / bulk(images, Path(folder) / f"out-{place}", options.engine))
            for place in range(options.rounds)
        ]
    for loop, whole in rounds:
        print(f"bare loop {loop:6.1f}   read-all {whole:6.1f} images a processor second   {whole / loop:.0%}")
    print(f"median of the ratios {np.median([whole / loop for loop, whole in rounds]):.0%}, of {count:,} images each")


def make(folder: Path, count: int) -> None:
    """Write so many PNG files of digits into a folder."""
    rng = np.random.default_rng(0)
    some = [png(drawing(place % 10, side=SIDE, pen=8, rng=rng)) for place in range(min(count, DISTINCT))]
    for place in range(count):
        (folder / f"{place:06}.png").write_bytes(some[place % len(some)])


def bare(folder: Path, part: int) -> None:
    """Read this core's part of a folder one image after the other, on one thread; keep the predictions in a list."""
    settings = load_settings()
    recogniser = Recogniser.load(Registry(settings.models_dir).champion(), 1)
    reader = Reader(recogniser, limits_of(settings))
    found = [reader.read(file.read_bytes()) for file in sorted(folder.iterdir())[part :: cores()]]
    recogniser.close()
    print(f"{len(found)} predictions")


def looped(images: Path) -> float:
    """The processor time of the bare loops in processes of their own, in seconds."""
    command = [sys.executable, "-m", "tests.benchmarks.read_all", "--bare", str(images), "--part"]
    return spent([[*command, str(part)] for part in range(cores())], images.parent)


def bulk(images: Path, results: Path, engine: str) -> float:
    """The processor time of the command and of its processes, in seconds."""
    command = [sys.executable, "-m", "hwr_core.cli", "read-all", str(images), str(results), "--engine", engine]
    return spent([command], images.parent)


def spent(commands: list[list[str]], folder: Path) -> float:
    """Run programs to their end and return the processor time of them and of all that they started, in seconds.

    What an engine starts is not always waited for, so that the system counts it for nobody: it is looked at meanwhile.
    """
    before, seen = resource.getrusage(resource.RUSAGE_CHILDREN), {}
    with ExitStack() as stack, (folder / "log").open("ab") as log:
        running = [
            stack.enter_context(
                subprocess.Popen(command, env=environment(folder / "data"), cwd=PROJECT, stdout=log, stderr=log)
            )
            for command in commands
        ]
        while any(process.poll() is None for process in running):
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):  # it has just ended
                    times = process.cpu_times()
                    seen[process.pid] = times.user + times.system
            time.sleep(0.2)
    if any(process.returncode for process in running):
        raise SystemExit((folder / "log").read_text(errors="replace"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return max(sum(seen.values()), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    main()
