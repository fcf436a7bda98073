"""A server for tests to kill: `python -m tests.jobs.server FOLDER` runs one long toy job until it is ended."""

import sys
import time
from pathlib import Path

from hwr_core.db.engines import open_store
from hwr_core.events import Events
from hwr_core.jobs.queue import JobQueue
from hwr_core.jobs.table import JobKind, Jobs
from hwr_core.settings import Settings
from tests.jobs.specs import spec_of


def main(folder: Path) -> None:
    """Start the job and wait."""
    queue = JobQueue(
        Jobs(open_store(Settings(data_dir=folder, store_idle_release=0.2))),
        folder / "jobs",
        program="tests.jobs.toy",
        width=1,
        spec=lambda job: spec_of(folder, job=job.id, kind=job.kind, config=job.config),
        events=Events(),
    )
    queue.start()
    queue.submit(JobKind.TRAIN, {"do": "count", "to": 100_000, "pause": 0.02, "urgent": True})
    time.sleep(600)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
