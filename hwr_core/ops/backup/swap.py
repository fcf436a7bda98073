"""Swaps files of the data and models folders for others, all or none, even when it is killed in between.

The plan is written to a file first. Each step is a rename that is skipped if it was done before, so that whoever finds
the plan can finish the swap; until then the history cannot be opened (`hwr_core.db.connection`).
"""

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from hwr_core.db.file_lock import unfinished_restore
from hwr_core.files import write_whole
from hwr_core.settings import Settings


@dataclass(frozen=True, slots=True)
class Exchange:
    """Names in one folder: those that new files replace, and those that are only moved away."""

    put: Collection[str]
    take: Collection[str]


@dataclass(frozen=True, slots=True)
class Swap:
    """The exchanges in the data and the models folder, and the time stamp in the name of the old files' folder."""

    stamp: str
    data: Exchange
    models: Exchange

    def staging(self, folder: Path) -> Path:
        """The folder of the new files."""
        return folder / f".restoring-{self.stamp}"

    def replaced(self, folder: Path) -> Path:
        """The folder that the old files are moved to."""
        return folder / f".replaced-{self.stamp}"


def begin(settings: Settings, swap: Swap) -> None:
    """Write the plan: from here on the swap has to be finished."""
    write_whole(unfinished_restore(settings.data_dir), json.dumps(asdict(swap), indent=1).encode())


def unfinished(settings: Settings) -> Swap | None:
    """Return the swap that was begun and not finished, if any."""
    try:
        plan = json.loads(unfinished_restore(settings.data_dir).read_bytes())
    except FileNotFoundError:
        return None
    return Swap(plan["stamp"], _exchange(plan["data"]), _exchange(plan["models"]))


def finish(settings: Settings, swap: Swap) -> None:
    """Finish a swap from wherever it stopped."""
    for folder, exchange in ((settings.data_dir, swap.data), (settings.models_dir, swap.models)):
        for name in exchange.take:
            _move_away(folder / name, swap.replaced(folder) / name)
        for name in exchange.put:
            new = swap.staging(folder) / name
            if new.exists():
                _move_away(folder / name, swap.replaced(folder) / name)
                new.replace(folder / name)
        shutil.rmtree(swap.staging(folder), ignore_errors=True)
    unfinished_restore(settings.data_dir).unlink()


def _move_away(old: Path, target: Path) -> None:
    if old.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        old.replace(target)


def _exchange(plan: Mapping[str, list[str]]) -> Exchange:
    return Exchange(tuple(plan["put"]), tuple(plan["take"]))
