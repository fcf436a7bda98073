"""How many processes read."""

import os

import pytest

from hwr_core.app.limits import cores


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("max 100000", None), ("100000 100000", 1), ("50000 100000", 1), ("nonsense", None), (None, None)],
)
def test_a_container_has_the_cores_of_its_quota(quota, expected, tmp_path):
    """Half a core is one; without a quota it is what the system says."""
    file = tmp_path / "cpu.max"
    if quota is not None:
        file.write_text(quota)
    assert cores(file) == (expected or len(os.sched_getaffinity(0)))
