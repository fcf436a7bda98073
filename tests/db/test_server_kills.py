"""Clients and servers of PostgreSQL that are killed at any moment: what was acknowledged is there.

`make kills-store ARGS="--count 20"` kills as many as you like.
"""

import pytest

from tests.abuse.store_kills import kill
from tests.postgresql import programs


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["client", "server"])
def test_no_acknowledged_row_is_lost_by_kills(victim):
    """Three times each, under load, on a server that waits for the disk."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql).")
    outcome = kill(folder, victim, count=3, seed=0)
    assert outcome.acknowledged > 0
    assert (outcome.lost, outcome.doubled) == (0, 0)
