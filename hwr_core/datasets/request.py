"""What is asked of a data set: which part, how much of it, and the folders where data lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from hwr_core.datasets.samples import Part

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Places:
    """Where data lies: the folder of open data sets, the user's own images, and exports of what users have corrected.

    `numbers` names the files of corrected numbers, as `hwr_core.datasets.lines.corrected` writes it; None for none.
    """

    datasets: Path
    custom: Path
    corrections: Path
    numbers: Path | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What to take from a source.

    `drawings`: how often each recording is drawn. `limit`: the most images, taken by chance; None for all.
    """

    part: Part
    drawings: int = 1
    seed: int = 0
    processes: int = 2
    limit: int | None = None

    def choose(self, items: Sequence[Item]) -> list[Item]:
        """Return the items, or as many of them as the limit allows, in their order."""
        if self.limit is None or len(items) <= self.limit:
            return list(items)
        selected = np.random.default_rng(self.seed).permutation(len(items))[: self.limit]
        return [items[place] for place in sorted(selected)]
