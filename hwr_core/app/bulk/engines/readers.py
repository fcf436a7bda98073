"""What every engine offers: it starts to read some images, and hands out what became of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwr_core.app.bulk.images import Images
from hwr_core.errors import WorkerLost

if TYPE_CHECKING:
    import pyarrow as pa

KEPT = "Finished shards are kept: the same command goes on with the others."


@dataclass(frozen=True, slots=True)
class Readers:
    """Processes that read, for as long as the engine is open.

    Attributes:
        count: tells how many they are at present: on a cluster machines come and go.
        start: begins to read some images, and returns a function that waits for their rows and raises what went wrong.
    """

    count: Callable[[], int]
    start: Callable[[Images], Callable[[], "pa.Table"]]


def lost(why: str) -> WorkerLost:
    """Return the error for processes that ended, or cannot be reached."""
    return WorkerLost(f"{why} {KEPT}")
