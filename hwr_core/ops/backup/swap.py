"""Exchanges files of the data and models folders for others, all or none, also when it is killed on the way.

What is to be done is written down first. Each step then is a rename that is left out when it was done before, so that
whoever finds the note finishes the work; until then nobody opens the history (`hwr_core.db.store`).
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
    """The names in one folder: those that new files are put in place of, and those that only go."""

    put: Collection[str]
    take: Collection[str]


@dataclass(frozen=True, slots=True)
class Swap:
    """An exchange in the data folder and one in the models folder, and the moment that names what was there before."""

    stamp: str
    data: Exchange
    models: Exchange

    def staging(self, folder: Path) -> Path:
        """Where the new files wait."""
        return folder / f".restoring-{self.stamp}"

    def replaced(self, folder: Path) -> Path:
        """Where the old files go."""
        return folder / f".replaced-{self.stamp}"


def begin(settings: Settings, swap: Swap) -> None:
    """Write down what is to be done: from here on there is no way but forward."""
    write_whole(unfinished_restore(settings.data_dir), json.dumps(asdict(swap), indent=1).encode())


def unfinished(settings: Settings) -> Swap | None:
    """Return what was begun and not finished."""
    try:
        noted = json.loads(unfinished_restore(settings.data_dir).read_bytes())
    except FileNotFoundError:
        return None
    return Swap(noted["stamp"], _exchange(noted["data"]), _exchange(noted["models"]))


def finish(settings: Settings, swap: Swap) -> None:
    """Do what was begun, from wherever it stopped."""
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


def _exchange(noted: Mapping[str, list[str]]) -> Exchange:
    return Exchange(tuple(noted["put"]), tuple(noted["take"]))
