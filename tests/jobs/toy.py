"""A child process's program for tests: it counts, dies, fails or hangs as its spec says, without TensorFlow."""

import os
import sys
import time
from pathlib import Path
from typing import Any

from hwr_core.errors import HwrError, Stopped
from hwr_core.jobs.events import EventKind
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report, lower_priority


def main(folder: JobFolder) -> None:
    """Do what the config says: {"do": "count", "to": 5, "pause": 0.01}, or "fail", "die", "deaf".

    With "urgent": true it gives way to nobody: on a busy machine a job of the lowest priority may take for ever.
    """
    if not folder.spec().config.get("urgent"):
        lower_priority()
    report = Report(folder)
    report.watch_folder_and_parent()
    report.emit(EventKind.STARTED)
    config: dict[str, Any] = {**folder.spec().config}
    counted = folder.path / "counted"
    try:
        if config["do"] == "fail":
            raise HwrError("It cannot be done.")  # noqa: TRY301
        if config["do"] == "die":
            os.kill(os.getpid(), 9)
        if config["do"] == "deaf":
            time.sleep(600)
        for number in range(int(counted.read_text() if counted.exists() else 0), config["to"]):
            report.progress(number / config["to"], f"Counting {number}")
            counted.write_text(str(number + 1))
            time.sleep(config.get("pause", 0.0))
    except Stopped:
        report.emit(EventKind.STOPPED)
    except HwrError as error:
        report.emit(EventKind.FAILED, error=str(error))
    else:
        report.log("counted")
        report.emit(EventKind.DONE, result={"counted": config["to"], "nice": os.nice(0)})


if __name__ == "__main__":
    main(JobFolder(Path(sys.argv[1])))
    sys.stdout.flush()
    os._exit(0)
