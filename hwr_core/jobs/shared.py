"""What other servers show of jobs that have ended here: their log and their events. All else stays on the machine."""

import logging
from pathlib import Path

from hwr_core.errors import StorageUnavailable
from hwr_core.files import write_whole
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.table import Job
from hwr_core.storage.storage import Storage

log = logging.getLogger(__name__)


class SharedJobs:
    """The logs and events of jobs in a storage. Safe to use from many threads."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def send(self, job: Job, folder: JobFolder) -> None:
        """Store what there is of a job that has ended here; where that fails, the log says so."""
        if not folder.is_of_this_machine:
            return  # a copy, which may be older than what is there
        try:
            found = {f"{job.key}/{file.name}": file.read_bytes() for file in _files(folder) if file.exists()}
            if found:
                self._storage.write(found)
        except (StorageUnavailable, OSError) as error:
            log.warning("What job %s has printed is on this machine alone: %s", job.id, error)

    def fetch(self, job: Job, folder: JobFolder) -> None:
        """Bring what another machine has stored of an attempt that has ended, once; also nothing counts as brought."""
        if folder.copied_attempt >= job.attempt:
            return
        for file in _files(folder):
            try:
                content = self._storage.read(f"{job.key}/{file.name}")
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, content)
            except FileNotFoundError:  # a job that was cancelled before it began has nothing
                continue
            except (StorageUnavailable, OSError) as error:
                log.warning("What job %s has printed cannot be fetched: %s", job.id, error)
                return
        folder.note_copy(job.attempt)


def _files(folder: JobFolder) -> tuple[Path, ...]:
    return folder.log_file, folder.events_file
