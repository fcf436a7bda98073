"""How many connections the process may hold, by what the system allows it."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="There is no such limit on this system.")

ASK = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from hwr_core.server.open_files import most_connections
print(most_connections(1500), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "allowed"),
    [(1024, 4096, 1500, 2012), (4000, 4096, 1500, 4000), (1024, 1024, 512, 1024), (64, 100, 50, 100)],
)
def test_what_the_system_allows_is_taken(soft: int, hard: int, connections: int, allowed: int):
    """The limit is raised as far as it may be; where that is too little, there are fewer connections."""
    command = [sys.executable, "-c", ASK.format(soft=soft, hard=hard)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.split() == [str(connections), str(allowed)]


WITHOUT = """
import os, resource, sys
from pathlib import Path
from hwr_core.auth.secrets import signing_secret
from hwr_core.errors import HwrError
from hwr_core.settings import Settings
settings = Settings(data_dir=Path(sys.argv[1]))
signing_secret(settings)
resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/dev/fd")) - 1,) * 2)
try:
    signing_secret(settings)
except HwrError as error:
    print(error)
"""


def test_a_process_without_a_file_left_says_so(tmp_path: Path):
    """What cannot be read for want of file numbers is not called unreadable without the reason."""
    done = subprocess.run([sys.executable, "-c", WITHOUT, tmp_path], capture_output=True, text=True, check=True)

    assert done.stdout == "The secret in the data folder cannot be read or created: Too many open files.\n"
