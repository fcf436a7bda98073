"""How long each question about a large history takes, and how that grows with the history.

Run it: python -m tests.benchmarks.history [--predictions 100000 1000000 10000000] [--users 1000] [--keep FOLDER].
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.periods import Bucket
from hwr_core.app.workspace import Workspace
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.predictions import Source
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, png

REPEATS = 12
IMAGES = 300
LABELLED_EVERY = 19


def main() -> None:
    """Make a history of each size, ask everything several times, and print p50 and p95."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--users", type=int, default=1_000)
    parser.add_argument("--keep", type=Path, help="folder to leave the histories in, and to find them in again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tables = [
            _measured(options.keep or Path(folder), predictions, options.users) for predictions in options.predictions
        ]
    print("question".ljust(28), *(f"{predictions:>12,}".rjust(20) for predictions in options.predictions))
    for question in tables[0]:
        print(
            question.ljust(28), *(f"{p50:8.1f} {p95:8.1f} ms".rjust(20) for p50, p95 in (t[question] for t in tables))
        )


def _measured(folder: Path, predictions: int, users: int) -> dict[str, tuple[float, float]]:
    settings = Settings(data_dir=folder / str(predictions), models_dir=PROJECT / "models", store_idle_release=3600)
    with Workspace(settings) as workspace:
        if workspace.history.count() == 0:
            fill(workspace, predictions, users)
        print(f"{predictions:,} predictions: {settings.database.stat().st_size / 1e9:.2f} GB", flush=True)
        return {name: milliseconds(ask) for name, ask in _questions(workspace, predictions).items()}


def _questions(workspace: Workspace, predictions: int) -> dict[str, Callable[[], object]]:
    history, analytics = workspace.history, workspace.analytics
    middle = predictions // 2
    return {
        "system": lambda: analytics.system(timezone="Europe/Berlin"),
        "user": lambda: analytics.user(500),
        "accuracy": analytics.accuracy,
        "over time, by day": lambda: analytics.over_time(bucket=Bucket.DAY, timezone="Europe/Berlin"),
        "over time, by week": lambda: analytics.over_time(bucket=Bucket.WEEK, timezone="Europe/Berlin"),
        "confidence distribution": analytics.confidence_distribution,
        "reliability": analytics.reliability,
        "confusion": analytics.confusion,
        **{f"by {by.value}": partial(analytics.breakdown, by=by) for by in Dimension},
        "latency": analytics.latency,
        "history, first page": lambda: history.page(limit=50),
        "history, deep page": lambda: history.page(limit=50, before=middle),
        "history, one user": lambda: history.page(HistoryFilter(user_id=500), limit=50),
        "history, wrong ones": lambda: history.page(HistoryFilter(labelled=Labelled.WRONG), limit=50),
        "history, rare filter": lambda: history.page(
            HistoryFilter(user_id=500, digit=3, source=Source.BATCH, confidence_to=0.5), limit=50
        ),
        "history, count": lambda: history.count(HistoryFilter(digit=3, labelled=Labelled.ANY)),
        "history, model versions": history.model_versions,
        "one prediction": lambda: history.get(middle),
        "confused images": lambda: history.page(HistoryFilter(digit=1, actual_digit=7), limit=20),
    }


def milliseconds(ask: Callable[[], object]) -> tuple[float, float]:
    """Return the p50 and p95 of some repeats, in milliseconds."""
    took = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1000)
    return float(np.percentile(took, 50)), float(np.percentile(took, 95))


def fill(workspace: Workspace, predictions: int, users: int) -> None:
    """Write users, predictions over the last year and, for one in twenty, feedback, in plain SQL."""
    kept = [workspace.read_and_keep(png(drawing(n % 10, pen=8 + n % 20)), source=Source.API) for n in range(IMAGES)]
    assert len(kept) == IMAGES
    with workspace.store.writing() as cursor:
        cursor.execute("create temp table images as select row_number() over () - 1 as place, seen from predictions")
        cursor.execute("delete from predictions")
        cursor.execute("insert into users (username) select 'user ' || i from generate_series(2, $1) g(i)", [users])
        cursor.execute(
            """
            insert into predictions (
                id, created_at, user_id, source, file_name, verdict, digit, confidence, probabilities, seen,
                model_version, preprocessing_seconds, inference_seconds, enhancement_level, upload, script
            )
            select nextval('prediction_ids'),
                current_timestamp - to_seconds(31536000.0 * ($1 - i) / $1),
                1 + floor(random() * $2)::bigint,
                (array['drawing', 'upload', 'batch', 'cli', 'api'])[1 + i % 5],
                case when i % 5 = 1 then 'scan ' || i || '.png' end,
                case when i % 20 = 0 then 'not_a_digit' when i % 20 = 1 then 'unsure' else 'digit' end,
                case when i % 20 = 0 then null else floor(random() * 10) end,
                1 - random() * random(),
                array[random(), random(), random(), random(), 0.1, 0.1, random(), random(), random(), random()],
                p.seen,
                'v' || (1 + i * 4 // $1),
                exp(-6.5 + random()),
                exp(-7.5 + random()),
                1.0,
                null,
                'western'
            from generate_series(1, $1) g(i)
            join images p on p.place = i % $3
            order by i
            """,
            [predictions, users, IMAGES],
        )
        cursor.execute(
            """
            insert into feedback (id, created_at, prediction_id, user_id, actual_digit, confidence_rating, comments)
            select nextval('feedback_ids'), created_at, id, user_id,
                case when random() < 0.95 then digit else floor(random() * 10) end, 4, ''
            from predictions
            where id % $1 = 0
            """,
            [LABELLED_EVERY],
        )
        cursor.execute(
            "insert into labels select prediction_id, created_at, actual_digit, random() < 0.1 from feedback"
        )


if __name__ == "__main__":
    main()
