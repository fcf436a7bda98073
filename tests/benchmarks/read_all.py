"""What `hwr read-all` costs beside a bare loop over the same images: images a processor second, start-up included.

Run it: python -m tests.benchmarks.read_all --seconds 60. Both take turns; the ratio within one run is what counts.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from hwr_core.app.limits import limits_of
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
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        bare(options.bare)
        return
    count = max(1, round(options.seconds * GUESS))
    with tempfile.TemporaryDirectory() as folder:
        images = Path(folder) / "images"
        images.mkdir()
        make(images, count)
        rounds = [
            (count / looped(images), count / bulk(images, Path(folder), place)) for place in range(options.rounds)
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


def bare(folder: Path) -> None:
    """Read all images of a folder one after the other, on one thread, and keep the predictions in a list."""
    settings = load_settings()
    recogniser = Recogniser.load(Registry(settings.models_dir).champion(), 1)
    reader = Reader(recogniser, limits_of(settings))
    found = [reader.read(file.read_bytes()) for file in sorted(folder.iterdir())]
    recogniser.close()
    print(f"{len(found)} predictions")


def looped(images: Path) -> float:
    """The processor time of the bare loop in a process of its own, in seconds."""
    return spent([sys.executable, "-m", "tests.benchmarks.read_all", "--bare", str(images)], images.parent)


def bulk(images: Path, folder: Path, place: int) -> float:
    """The processor time of the command and of its processes, in seconds."""
    return spent([sys.executable, "-m", "hwr_core.cli", "read-all", str(images), str(folder / f"out-{place}")], folder)


def spent(command: list[str], folder: Path) -> float:
    """Run a program to its end and return the processor time of it and of what it started, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env=environment(folder / "data"), cwd=PROJECT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
