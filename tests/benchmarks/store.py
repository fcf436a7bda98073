"""DuckDB beside PostgreSQL in one run: durable rows of many callers, one row alone, a page, figures.

Run it: python -m tests.benchmarks.store [--rows 100000] [--callers 16] [--seconds 10].
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from threading import Thread

import numpy as np

from hwr_core.analytics.periods import Bucket
from hwr_core.analytics.queries import Analytics
from hwr_core.db.file_store import FileStore
from hwr_core.db.group_commit import GroupCommit
from hwr_core.db.server_store import ServerStore
from hwr_core.db.store import Store
from hwr_core.recognition.types import Prediction, Timings, Verdict
from hwr_core.records.history import History
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source, record_predictions
from hwr_core.records.uploads import Uploads
from tests.postgresql import programs, running

REPEATS = 9
FILL = 2_000


def main() -> int:
    """Measure both engines one after the other, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="predictions that are there before")
    parser.add_argument("--callers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    server_programs = programs()
    if server_programs is None:
        print("PostgreSQL is not installed (Debian: apt-get install postgresql).", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, running(server_programs, durable=True) as server:
        file = FileStore(Path(folder) / "hwr.duckdb", busy_timeout=60, idle_release=3600)
        with closing(file), closing(ServerStore(server.new_database(template=None), busy_timeout=60)) as other:
            found = [
                _measured(store, Uploads.in_folder(Path(folder) / "originals"), options) for store in (file, other)
            ]
    size = f"{options.rows:,} predictions, {options.callers} callers"
    print(size.ljust(36), "DuckDB".rjust(12), "PostgreSQL".rjust(12))
    for question in found[0]:
        print(question.ljust(36), *(f"{engine[question]:12,.1f}" for engine in found))
    return 0


def _measured(store: Store, uploads: Uploads, options: argparse.Namespace) -> dict[str, float]:
    history, analytics = History(store, uploads, max_page=100), Analytics(store)
    _fill(store, uploads, options.rows)
    writer = GroupCommit(store, partial(record_predictions, uploads=uploads))
    try:
        return {
            "durable rows a second": _throughput(writer, options.callers, options.seconds),
            "one row alone, ms": _milliseconds(lambda: writer.submit(_row(0)).result()),
            "newest page of 50, ms": _milliseconds(lambda: history.page(limit=50)),
            "figures of the system, ms": _milliseconds(lambda: analytics.system(timezone="Europe/Berlin")),
            "predictions by day, ms": _milliseconds(
                lambda: analytics.over_time(bucket=Bucket.DAY, timezone="Europe/Berlin")
            ),
        }
    finally:
        writer.close()


def _row(digit: int) -> NewPrediction:
    seen = np.random.default_rng(digit).integers(0, 256, (28, 28), dtype=np.uint8)
    probabilities = tuple(0.91 if place == digit else 0.01 for place in range(10))
    prediction = Prediction(Verdict.DIGIT, digit, 0.91, probabilities, seen, "v1", Timings(0.001, 0.001))
    return NewPrediction(1, Source.API, prediction)


def _fill(store: Store, uploads: Uploads, rows: int) -> None:
    for start in range(0, rows, FILL):
        with store.writing() as cursor:
            record_predictions(cursor, [_row(place % 10) for place in range(min(FILL, rows - start))], uploads)


def _throughput(writer: "GroupCommit[NewPrediction, PredictionRecord]", callers: int, seconds: float) -> float:
    until, counts = time.monotonic() + seconds, [0] * callers

    def call(place: int) -> None:
        row = _row(place % 10)
        while time.monotonic() < until:
            writer.submit(row).result()
            counts[place] += 1

    threads = [Thread(target=call, args=(place,)) for place in range(callers)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started)


def _milliseconds(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


if __name__ == "__main__":
    sys.exit(main())
