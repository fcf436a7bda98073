"""Who is served by which arm: the same unit by the same one, as long as shares stay."""

from collections.abc import Sequence
from hashlib import blake2b
from math import log

from hwr_core.experiments.types import Arm

OUTSIDE = ""
"""In place of a version: the units that an experiment leaves alone."""


def name_of(experiment_id: int, unit: str) -> str:
    """Return the name by which a unit is stored: a hash, which says nothing of whom it is."""
    return blake2b(f"{experiment_id}:{unit}".encode(), digest_size=8).hexdigest()


def arm_of(arms: Sequence[Arm], name: str) -> Arm | None:
    """Return the arm of a unit; None for one that the experiment leaves alone, where shares do not add up to 1.

    By weighted rendezvous hashing (Thaler and Ravishankar, 1998): when shares change, only as many units move as they
    changed.
    """
    rest = 1.0 - sum(arm.share for arm in arms)
    everybody = [*arms, Arm(OUTSIDE, rest)] if rest > 1e-9 else arms
    chosen = min((arm for arm in everybody if arm.share > 0), key=lambda arm: _draw(name, arm))
    return None if chosen.version == OUTSIDE else chosen


def _draw(name: str, arm: Arm) -> float:
    """An exponential waiting time whose rate is the share, always the same for a unit and a version."""
    digest = blake2b(f"{name}:{arm.version}".encode(), digest_size=8).digest()
    return -log((int.from_bytes(digest) + 1) / (2**64 + 1)) / arm.share
