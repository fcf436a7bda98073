"""DuckDB beside PostgreSQL in one run: durable rows of many callers, one row alone, a label, a page, figures.

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

from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.periods import Bucket
from hwr_core.analytics.queries import Analytics
from hwr_core.db.file_store import FileStore
from hwr_core.db.group_commit import GroupCommit
from hwr_core.db.rollups.keeping import catch_up
from hwr_core.db.server_store import ServerStore
from hwr_core.db.store import Store
from hwr_core.events import Events
from hwr_core.recognition.types import Prediction, Timings, Verdict
from hwr_core.records.feedback import FeedbackLog
from hwr_core.records.history import History
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source, record_predictions
from hwr_core.records.uploads import Uploads
from tests.postgresql import programs, running

REPEATS = 9
FILL = 100_000

_COPIED = (
    "user_id, source, verdict, digit, confidence, probabilities, seen, model_version, preprocessing_seconds, "
    "inference_seconds, enhancement_level, script"
)
_COPY = f"""
    insert into predictions (id, created_at, {_COPIED})
    select nextval('prediction_ids'), current_timestamp - ($4::bigint - i) * $3::double precision * interval '1 second',
        {_COPIED}
    from generate_series($1::bigint, $2::bigint) g(i)
    join (select * from predictions where id <= 10) p on p.id = 1 + i % 10
    order by i
"""  # noqa: S608  our columns


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
            stores = {"DuckDB": file, "PostgreSQL": other}
            found = [
                _measured(name, store, Uploads.in_folder(Path(folder) / "originals"), options)
                for name, store in stores.items()
            ]
    size = f"{options.rows:,} predictions, {options.callers} callers"
    print(size.ljust(36), "DuckDB".rjust(12), "PostgreSQL".rjust(12))
    for question in found[0]:
        print(question.ljust(36), *(f"{engine[question]:12,.1f}" for engine in found))
    return 0


def _measured(name: str, store: Store, uploads: Uploads, options: argparse.Namespace) -> dict[str, float]:
    history, analytics, feedback = History(store, uploads, max_page=100), Analytics(store), FeedbackLog(store, Events())
    started = time.monotonic()
    _fill(store, uploads, options.rows)
    filled = time.monotonic()
    _count(store)
    print(f"{name}: filled in {filled - started:.0f} s, counted in {time.monotonic() - filled:.1f} s", flush=True)
    writer = GroupCommit(store, partial(record_predictions, uploads=uploads))
    questions: dict[str, Callable[[], object]] = {
        "one row alone, ms": lambda: writer.submit(_row(0)).result(),
        "a label, ms": lambda: feedback.give(1 + options.rows // 2, actual_digit=3),
        "newest page of 50, ms": lambda: history.page(limit=50),
        "figures of the system, ms": lambda: analytics.system(timezone="Europe/Berlin"),
        "figures of a user, ms": lambda: analytics.user(1, timezone="Europe/Berlin"),
        "predictions by day, ms": lambda: analytics.over_time(bucket=Bucket.DAY, timezone="Europe/Berlin"),
        "by model version, ms": lambda: analytics.breakdown(by=Dimension.MODEL_VERSION),
        "latency, ms": analytics.latency,
        "calibration, ms": analytics.reliability,
        "what has become worse, ms": analytics.changes,
    }
    try:
        rate, p99 = _throughput(writer, options.callers, options.seconds)
        found = {question: _milliseconds(ask) for question, ask in questions.items()}
        return {"durable rows a second": rate, "p99 of these, ms": p99, **found}
    finally:
        writer.close()


def _row(digit: int) -> NewPrediction:
    seen = np.random.default_rng(digit).integers(0, 256, (28, 28), dtype=np.uint8)
    probabilities = tuple(0.91 if place == digit else 0.01 for place in range(10))
    prediction = Prediction(Verdict.DIGIT, digit, 0.91, probabilities, seen, "v1", Timings(0.001, 0.001))
    return NewPrediction(1, Source.API, prediction)


def _fill(store: Store, uploads: Uploads, rows: int) -> None:
    """Store predictions of a year, the oldest first."""
    with store.writing() as cursor:
        record_predictions(cursor, [_row(digit) for digit in range(10)], uploads)
    for start in range(10, rows, FILL):
        with store.writing() as cursor:
            cursor.execute(_COPY, [start, min(start + FILL, rows) - 1, 365 * 86_400 / rows, rows])


def _count(store: Store) -> None:
    with store.session() as cursor:
        cursor.rollback()
        catch_up(cursor, cursor.begin)
        cursor.begin()  # the session commits at its end: nothing now


def _throughput(
    writer: "GroupCommit[NewPrediction, PredictionRecord]", callers: int, seconds: float
) -> tuple[float, float]:
    """Return the rows a second, and the milliseconds within which 99 % of them were durable."""
    until, times = time.monotonic() + seconds, [[0.0] for _ in range(callers)]

    def call(place: int) -> None:
        row = _row(place % 10)
        while time.monotonic() < until:
            sent = time.monotonic()
            writer.submit(row).result()
            times[place].append(1000 * (time.monotonic() - sent))

    threads = [Thread(target=call, args=(place,)) for place in range(callers)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    every = [each for some in times for each in some[1:]]
    return len(every) / took, float(np.percentile(every, 99))


def _milliseconds(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


if __name__ == "__main__":
    sys.exit(main())
