"""The use case of very many images: predictions in Parquet, a file a shard, on all cores of this machine.

A shard's file appears when it is complete. What is killed goes on where it stopped; machines may share the work.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from hwr_core.app.bulk import worker
from hwr_core.app.bulk.manifest import Manifest, agree, confirm_same, read_manifest
from hwr_core.app.bulk.sources import images_of, names_of
from hwr_core.app.limits import cores
from hwr_core.errors import InvalidValue, WorkerLost
from hwr_core.evaluation.stored_pointers import open_registry
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK, WAITING = 16, 2
"""Images that a process is given at once, and how many such chunks wait for each process."""


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
    how: worker.How,
    shard_size: int,
    part: Part,
    processes: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Read all images of a source that belong to a part, and write a Parquet file for each shard into a folder.

    Raises:
        InvalidValue: there are no images, the folder cannot be written or holds results of another reading, or an
            option is outside what is allowed.
        ModelUnavailable: there is no usable model.
        WorkerLost: a process was ended, by the system for want of memory maybe; finished shards are kept.
    """
    if shard_size < 1:
        raise InvalidValue(f"The shard size is {shard_size}; 1 or more is allowed.")
    manifest = _manifest(settings, source, folder, how, shard_size)
    shards = manifest.shards_of(part.number, part.of)
    started, done, skipped, images, errors = time.monotonic(), 0, 0, 0, 0

    def progress() -> Progress:
        total = sum(len(manifest.names_in(shard)) for shard in shards)
        return Progress(len(shards), done, skipped, total, images, errors, time.monotonic() - started)

    # A damaged model ends each process as it begins, and nobody could tell why.
    Recogniser.load(open_registry(settings).get(manifest.model_version), 1).close()
    count = processes or cores()
    with _pool(settings, manifest, count) as pool:
        readers = _Readers(pool, count)
        for shard in shards:
            file = folder / f"part-{shard:05}.parquet"
            if file.exists():
                skipped += 1
                errors += _errors_in(file)
            else:
                errors += _read_shard(readers, settings, manifest, shard, file)
            done += 1
            images += len(manifest.names_in(shard))
            on_progress(progress())
    return progress()


def _manifest(settings: Settings, source: str, folder: Path, how: worker.How, shard_size: int) -> Manifest:
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


@dataclass(frozen=True, slots=True)
class _Readers:
    """The processes that read, and how many they are."""

    pool: ProcessPoolExecutor
    count: int


def _pool(settings: Settings, manifest: Manifest, processes: int) -> ProcessPoolExecutor:
    # Spawned, not forked: this process has threads of its own, and nothing of them may be copied.
    return ProcessPoolExecutor(
        processes,
        mp_context=get_context("spawn"),
        initializer=worker.begin,
        initargs=(settings, manifest.model_version),
    )


def _read_shard(readers: _Readers, settings: Settings, manifest: Manifest, shard: int, file: Path) -> int:
    """Read a shard and publish its file; return how many of its images could not be read."""
    how = worker.How(manifest.numbers, manifest.script, manifest.enhancement_level)
    try:
        rows = [row for chunk in _in_turn(readers, _chunks(settings, manifest, shard), how) for row in chunk]
    except BrokenProcessPool as error:
        raise WorkerLost(
            "A process that reads images was ended, maybe because the machine has too little memory. Finished shards "
            "are kept: the same command goes on with the others. --processes sets how many read at once."
        ) from error
    _publish(rows, file, numbers=manifest.numbers)
    return sum("error" in row for row in rows)


def _in_turn(readers: _Readers, chunks: Iterator[list[worker.Given]], how: worker.How) -> Iterator[list[worker.Row]]:
    """What becomes of each chunk, in order. Few wait at once: the images of a whole shard may not fit into memory."""
    waiting: deque[Future[list[worker.Row]]] = deque()
    for chunk in chunks:
        waiting.append(readers.pool.submit(worker.read, chunk, how))
        if len(waiting) > WAITING * readers.count:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _chunks(settings: Settings, manifest: Manifest, shard: int) -> Iterator[list[worker.Given]]:
    names = manifest.names_in(shard)
    images = images_of(manifest.source, names, manifest.start(shard), settings.max_image_bytes)
    named = (
        (os.fsencode(name).decode(errors="backslashreplace"), image[1] if isinstance(image, tuple) else str(image))
        for name, image in zip(names, images, strict=True)
    )
    while chunk := list(islice(named, CHUNK)):
        yield chunk


def _publish(rows: list[worker.Row], file: Path, *, numbers: bool) -> None:
    import pyarrow as pa  # noqa: PLC0415  most of a second, which `--help` should not cost
    import pyarrow.parquet as pq  # noqa: PLC0415

    # One name for each shard: what a killed process leaves there is written over by the next.
    aside = file.with_name(f".{file.name}.unfinished")
    try:
        with aside.open("wb") as stream:
            pq.write_table(pa.Table.from_pylist(rows, _schema(numbers=numbers)), stream)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(file)
    except OSError as error:
        raise InvalidValue(
            f"The file {file.name} cannot be written: {error.strerror}. Finished ones are kept."
        ) from error


def _schema(*, numbers: bool) -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415  see above

    text, number = pa.string(), pa.float64()
    of_number = [("text", text), ("confidence", number), ("accept", pa.bool_()), ("pages", pa.int32())]
    of_digit = [
        ("verdict", text),
        ("digit", pa.int32()),
        ("confidence", number),
        ("probabilities", pa.list_(number)),
        ("symbol", text),
    ]
    both = [("script", text), ("model_version", text), ("seconds", number), ("error", text)]
    return pa.schema([("file", text), *(of_number if numbers else of_digit), *both])


def _errors_in(file: Path) -> int:
    import pyarrow.parquet as pq  # noqa: PLC0415  see above

    column = pq.read_table(file, columns=["error"]).column("error")
    return int(len(column) - column.null_count)
