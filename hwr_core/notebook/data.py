"""Labelled images in a notebook, and where they lie."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hwr_core.app.workspace import open_workspace
from hwr_core.datasets.dataset import Dataset, load, load_folder, part_named
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.sources import CORRECTIONS, SOURCES
from hwr_core.errors import InvalidValue


def load_dataset(name: str | Path, *, part: str = "test", limit: int | None = None, seed: int = 0) -> Dataset:
    """Return labelled images as they came in; `.samples()` are what the model sees of them.

    Args:
        name: a data set, such as "mnist" (`hwr_core.datasets.sources` has them all), or a folder that has a folder for
            each label, 0 to 9 and none.
        part: "training", "validation" or "test": no writer is in two of them. A folder is taken as a whole.
        limit: the most images, taken by chance; all when not given.
        seed: of that chance.

    Raises:
        DatasetMissing: it is not there.
        InvalidValue: there is no data set or part of this name.
    """
    if str(name) not in SOURCES:
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise InvalidValue(f"{str(name)!r} is neither a folder nor a data set; there are {', '.join(SOURCES)}.")
        return load_folder(folder, limit, seed)
    with data_places(with_corrections=name == CORRECTIONS) as places:
        return load(str(name), places, Request(part_named(part), seed=seed, limit=limit))


@contextmanager
def data_places(custom: str | Path | None = None, *, with_corrections: bool) -> Iterator[Places]:
    """Where data lies, with the corrected predictions written out for as long as they are needed."""
    modelling = open_workspace().modelling
    with tempfile.TemporaryDirectory() as folder:
        places = replace(modelling.places, corrections=Path(folder) / "corrections.npz")
        if with_corrections and modelling.sources()[CORRECTIONS]:
            modelling.write_corrections(places.corrections)
        yield replace(places, custom=Path(custom).expanduser()) if custom else places
