"""How long the questions about a large history of numbers take.

Run it: python -m tests.benchmarks.numbers [--numbers 1000000].
"""

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hwr_core.analytics.numbers import NumberDimension
from hwr_core.app.workspace import Workspace
from hwr_core.records.filters import Labelled
from hwr_core.records.number_filter import NumberFilter
from hwr_core.review.number_queue import NumberOrder
from hwr_core.settings import PROJECT, Settings
from tests.benchmarks.history import milliseconds

USERS = 1_000


def main() -> None:
    """Make a history of numbers, ask everything several times, and print p50 and p95."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=1_000_000)
    numbers = parser.parse_args().numbers
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), models_dir=PROJECT / "models", store_idle_release=3600)
        with Workspace(settings) as workspace:
            _fill(workspace, numbers)
            print(f"{numbers:,} numbers: {settings.database.stat().st_size / 1e9:.2f} GB")
            for name, ask in _questions(workspace, numbers).items():
                p50, p95 = milliseconds(ask)
                print(name.ljust(28), f"{p50:8.1f} {p95:8.1f} ms", flush=True)


def _fill(workspace: Workspace, numbers: int) -> None:
    """Write numbers of some thousand users over a year, most of them from forms, every twelfth one judged."""
    found = (
        '{"lines": [{"text": "4711", "confidence": 0.9, "box": [0, 0, 120, 40], "page": 0, "accept": false, '
        '"evidence": [1.0, 2.0, 3.0, 4.0, 5.0], "fits": null}], "digits": [], "warnings": []}'
    )
    with workspace.store.writing() as cursor:
        cursor.execute("insert into users (id, username) select i, 'user ' || i from range(2, $1) as t(i)", [USERS + 1])
        cursor.execute(
            """
            insert into numbers
            select i, now() - interval 1 second * (31000000 - i * 31), 1 + i % $2, ['form', 'upload', 'api'][1 + i % 3],
                'scan ' || i || '.png: Meter', ((i * 7919) % 1000000)::text, (i * 104729 % 10000) / 10000.0,
                i * 104729 % 10000 > 6000, 0.01, ['digits 6', 'luhn', null][1 + i % 3],
                case when i % 3 < 2 then i % 10 < 9 end, 1, 'version ' || i % 3, 0.05, 1.0, null, $3,
                case when i % 12 = 0 then ((i * 7919) % 1000000 + (i % 120 = 0)::int)::text end,
                case when i % 12 = 0 then now() end
            from range(1, $1 + 1) as t(i)
            """,
            [numbers, USERS, found],
        )


def _questions(workspace: Workspace, numbers: int) -> dict[str, Callable[[], object]]:
    stored, analytics, review = workspace.numbers, workspace.analytics, workspace.number_review
    return {
        "first page": lambda: stored.page(limit=50),
        "deep page": lambda: stored.page(limit=50, before=numbers // 2),
        "one user": lambda: stored.page(NumberFilter(user_id=500), limit=50),
        "digits in it": lambda: stored.page(NumberFilter(text="4711"), limit=50),
        "wrong ones": lambda: stored.page(NumberFilter(labelled=Labelled.WRONG), limit=50),
        "one number": lambda: stored.get(numbers // 2),
        "count": stored.count,
        "figures": analytics.numbers,
        "figures of a user": lambda: analytics.numbers(NumberFilter(user_id=500)),
        **{f"by {by.value}": partial(analytics.numbers_by, by=by) for by in NumberDimension},
        **{f"queue: {order.value}": partial(review.page, order, limit=50) for order in NumberOrder},
        **{f"waiting: {order.value}": partial(review.count, order) for order in NumberOrder},
    }


if __name__ == "__main__":
    main()
