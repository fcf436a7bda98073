"""What front ends import."""

import subprocess
import sys

import hwr_core.app


def test_front_ends_load_nothing_heavy() -> None:
    """Neither training nor what only an export needs comes along with the use cases."""
    source = (
        "import sys, hwr_core.app; print(*{'tensorflow', 'keras', 'optuna', 'pandas', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, check=True, text=True)
    assert done.stdout.split() == []


def test_every_exported_name_is_there() -> None:
    """What the package promises it has."""
    assert [name for name in hwr_core.app.__all__ if not hasattr(hwr_core.app, name)] == []
