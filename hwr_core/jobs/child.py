"""The child process of one job, as its parent sees it: starting it, asking it to stop, and how it ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Self

from hwr_core.jobs.folder import JobFolder


class ChildProcess:
    """A running program that works on one job. Its standard input tells it whether its parent still lives."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @classmethod
    def start(cls, program: str, folder: JobFolder, *, lock: int, environment: Mapping[str, str]) -> Self:
        """Run a module with the job's folder as its argument; its output goes to the job's log.

        Args:
            program: name of the module.
            folder: of the job, with its spec in it.
            lock: a descriptor that holds the folder's lock; the child keeps a copy of it for as long as it lives.
            environment: variables that it has beside ours.
        """
        with folder.log_file.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603  our own program
                # -P: the folder in which the server was started may hold a json.py, which is not to be ours
                [sys.executable, "-P", "-m", program, str(folder.path)],
                stdin=subprocess.PIPE,  # never written to: it closes with the parent
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | environment,
                pass_fds=(lock,),
                start_new_session=True,  # Ctrl-C is for the parent; and the child's own helpers can be killed with it
            )
        return cls(process)

    def exit_status(self) -> int | None:
        """Return the status with which the process ended, None while it runs."""
        return self._process.poll()

    def close_input(self) -> None:
        """Let the child see what it would see of its parent's death: it stops as soon as it can."""
        assert self._process.stdin is not None  # we asked for the pipe
        self._process.stdin.close()

    def wait_or_kill(self, timeout: float) -> int:
        """Return the exit status; a process that still runs after so many seconds is killed with its helpers."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            return self._process.wait()


def describe_exit(status: int) -> str:
    """Return a sentence about a process that ended without reporting why."""
    if status < 0:
        return (
            f"The job's process was ended by signal {-status}. If memory runs out, the system kills the process that "
            "uses most of it. The job can be resumed from its last checkpoint."
        )
    return f"The job's process ended with status {status} without saying why; see its log."


def environment_of(cores: int) -> dict[str, str]:
    """Return the variables by which TensorFlow and NumPy use so many cores."""
    return {
        "OMP_NUM_THREADS": str(cores),
        "TF_NUM_INTRAOP_THREADS": str(cores),
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "PYTHONUNBUFFERED": "1",
    }
