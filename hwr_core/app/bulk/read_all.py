"""The use case of very many images: predictions in Parquet, a file a shard, on all cores of this machine or a cluster.

A shard's file appears when it is complete. What is killed goes on where it stopped; machines may share the work.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Never

from hwr_core.app.bulk.engines.engine import THIS_MACHINE, Engine
from hwr_core.app.bulk.engines.readers import Readers
from hwr_core.app.bulk.images import Images
from hwr_core.app.bulk.manifest import Manifest, agree, confirm_same, read_manifest
from hwr_core.app.bulk.results import errors_in, publish
from hwr_core.app.bulk.sources import images_of, names_of
from hwr_core.app.bulk.worker import How, Reading
from hwr_core.errors import HwrError, InvalidValue
from hwr_core.evaluation.stored_pointers import open_registry
from hwr_core.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE, NUMBERS_AT_ONCE = 64, 8
"""Images that a process is given at once: single digits take milliseconds each, a page of numbers may take a second."""

WAITING = 2
"""How many such pieces wait for each process: few, since the images of a whole shard may not fit into memory."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a bulk reading stands: shards and images of this part that are done, and images that could not be read.

    `skipped` are shards that were there already; their images count as done, and those that failed as errors.
    """

    shards: int
    shards_done: int
    skipped: int
    images: int
    images_done: int
    errors: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Part:
    """One of several equal parts of the work, from 0 on."""

    number: int = 0
    of: int = 1

    def __post_init__(self) -> None:
        if self.of < 1:
            raise InvalidValue(f"The part is {self.number}/{self.of}; there is 1 part or more.")
        if not 0 <= self.number < self.of:
            raise InvalidValue(
                f"The part is {self.number}/{self.of}; allowed are 0/{self.of} to {self.of - 1}/{self.of}."
            )


def read_all(  # noqa: PLR0913  how images are read, and how the work is divided
    settings: Settings,
    source: str,
    folder: Path,
    *,
    how: How,
    shard_size: int,
    part: Part,
    engine: Engine = THIS_MACHINE,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Read all images of a source that belong to a part, and write a Parquet file for each shard into a folder.

    Raises:
        InvalidValue: there are no images, the folder cannot be written or holds results of another reading, or an
            option is outside what is allowed.
        ModelUnavailable: there is no usable model.
        NotInstalled: the engine is not there.
        WorkerLost: a process was ended, by the system for want of memory maybe, or a cluster cannot be reached;
            finished shards are kept.
    """
    if shard_size < 1:
        raise InvalidValue(f"The shard size is {shard_size}; 1 or more is allowed.")
    manifest = _manifest(settings, source, folder, how, shard_size)
    started = time.monotonic()
    now, due = _stand(manifest, manifest.shards_of(part.number, part.of), folder)
    if now.skipped or not due:
        on_progress(now)
    if not due:
        return now
    with engine.opened(Reading.of(settings, how, manifest.model_version)) as readers:
        for shard, tables in _read(readers, manifest, due):
            errors = now.errors + publish(tables, _file(folder, shard))
            done = now.images_done + len(manifest.names_in(shard))
            seconds = time.monotonic() - started
            now = replace(now, shards_done=now.shards_done + 1, images_done=done, errors=errors, seconds=seconds)
            on_progress(now)
    return replace(now, seconds=time.monotonic() - started)


def _stand(manifest: Manifest, shards: Sequence[int], folder: Path) -> tuple[Progress, list[int]]:
    """Where the reading of these shards stands, and which of them are still to be read."""
    done = [shard for shard in shards if _file(folder, shard).exists()]
    images = {shard: len(manifest.names_in(shard)) for shard in shards}
    now = Progress(
        shards=len(shards),
        shards_done=len(done),
        skipped=len(done),
        images=sum(images.values()),
        images_done=sum(images[shard] for shard in done),
        errors=sum(errors_in(_file(folder, shard)) for shard in done),
        seconds=0.0,
    )
    return now, sorted(images.keys() - set(done))


def _file(folder: Path, shard: int) -> Path:
    return folder / f"part-{shard:05}.parquet"


def _manifest(settings: Settings, source: str, folder: Path, how: How, shard_size: int) -> Manifest:
    version = open_registry(settings).champion().name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = read_manifest(folder)
        names = names_of(source) if found is None else found.names
        asked = Manifest(source, how.numbers, how.script, how.enhancement_level, version, shard_size, names)
        found = found or agree(folder, asked)
    except OSError as error:
        raise InvalidValue(f"The folder of results cannot be written: {error.strerror}.") from error
    confirm_same(found, asked)
    return found


def _read(readers: Readers, manifest: Manifest, shards: Sequence[int]) -> Iterator[tuple[int, list["pa.Table"]]]:
    """Yield each shard with its rows, in order; the next one is begun while the last images of one are waited for.

    A shard is handed out with its last row: what goes wrong in the next one does not touch it.
    """
    tables: list[pa.Table] = []
    for shard, rows in _in_turn(readers, _pieces(manifest, shards)):
        tables.append(rows)
        if sum(len(table) for table in tables) == len(manifest.names_in(shard)):
            yield shard, tables
            tables = []


def _pieces(manifest: Manifest, shards: Sequence[int]) -> Iterator[tuple[int, Images]]:
    most = NUMBERS_AT_ONCE if manifest.numbers else AT_ONCE
    for shard in shards:
        for images in images_of(manifest.source, manifest.names_in(shard), manifest.start(shard), most):
            yield shard, images


def _in_turn(readers: Readers, pieces: Iterator[tuple[int, Images]]) -> Iterator[tuple[int, "pa.Table"]]:
    """What becomes of each piece, in order, with the shard that it belongs to."""
    waiting: deque[tuple[int, Callable[[], pa.Table]]] = deque()
    for started in _started(readers, pieces):
        waiting.append(started)
        if len(waiting) > WAITING * readers.count():
            first, rows = waiting.popleft()
            yield first, rows()
    for shard, rows in waiting:
        yield shard, rows()


def _started(readers: Readers, pieces: Iterator[tuple[int, Images]]) -> Iterator[tuple[int, Callable[[], "pa.Table"]]]:
    """Begin to read each piece. Images that cannot be had are an error in their turn, after those that wait."""
    try:
        for shard, images in pieces:
            yield shard, readers.start(images)
    except (HwrError, OSError, ValueError) as error:  # pyarrow's are ValueErrors
        yield -1, partial(_fail, error)


def _fail(error: Exception) -> Never:
    raise error
