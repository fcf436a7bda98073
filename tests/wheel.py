"""The wheel, built from this checkout and installed in an environment of its own."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from hwr_core.settings import PROJECT


def build(folder: Path, kind: str = "wheel") -> Path:
    """Build the wheel, or the archive of sources ("sdist"), and return the file."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    [file] = folder.iterdir()
    return file


def install(wheel: Path, environment: Path) -> Path:
    """Install a wheel, and return the environment's `hwr`.

    What hwr needs is not fetched: it is taken from the packages that are here. The checkout is not among these, since
    a .pth file in a folder that a .pth file names is not read.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True)
    packages = environment / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    (packages / "needs.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return environment / "bin" / "hwr"


def home(folder: Path) -> dict[str, str]:
    """Return the variables of a user whose home is this folder, and who has set nothing."""
    given = {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "share"), "PATH": "/usr/bin:/bin"}
    return given | {"PYTHONPATH": "", "HWR_DATA_DIR": "", "HWR_MODELS_DIR": "", "HWR_DATASETS_DIR": ""}
