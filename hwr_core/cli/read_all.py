"""hwr read-all: a folder, a pattern or a Parquet file of images to Parquet files of predictions."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from hwr_core.cli.arguments.options import Flag
from hwr_core.cli.output.status import DONE, SOME_UNREAD
from hwr_core.errors import InvalidValue
from hwr_core.scripts.script import WESTERN

if TYPE_CHECKING:
    from hwr_core.app.bulk.read_all import Part, Progress


def read_all(  # noqa: PLR0913  one for each option
    source: Annotated[
        str, Parameter(name="SRC", help="Folder, pattern in quotes, or Parquet file with a column image.")
    ],
    folder: Annotated[Path, Parameter(name="DST", help="Folder of results.")],
    /,
    *,
    as_json: Annotated[bool, Parameter(name="--json", show_default=False, help="The summary as JSON.")] = False,
    numbers: Flag = False,
    script: str = WESTERN,
    enhancement_level: float = 1.0,
    shard_size: int = 5_000,
    shard: str = "0/1",
    processes: Annotated[int | None, Parameter(help="Processes that read; as many as cores when not given.")] = None,
    engine: Literal["local", "dask", "ray"] = "local",
    address: Annotated[
        str | None,
        Parameter(help="Where a cluster is: tcp://HOST:8786 (dask), HOST:6379 or ray://HOST:10001 (ray)."),
    ] = None,
) -> int:
    """Read very many images on all cores into Parquet files, shard by shard. Run again, it goes on where it stopped.

    Args:
        numbers: Read all digits of each image, TIFF or PDF.
        script: The script of the digits, such as kannada, or auto for whichever an image shows.
        enhancement_level: 0 to 3, how hard to clean the image.
        shard_size: Images in a file of results.
        shard: Which part of the work, I/N from 0/N on: several machines share it by the same folder.
        engine: What reads: processes of this machine, or dask or ray, on the cluster of --address or of
            DASK_SCHEDULER_ADDRESS or RAY_ADDRESS, else on this machine.
    """
    from hwr_core.app.bulk.engines.engine import Engine, EngineKind
    from hwr_core.app.bulk.read_all import read_all
    from hwr_core.app.bulk.worker import How
    from hwr_core.settings import load_settings

    done = read_all(
        load_settings(),
        source,
        folder,
        how=How(numbers, script, enhancement_level),
        shard_size=shard_size,
        part=_part(shard),
        engine=Engine(EngineKind(engine), address, processes),
        on_progress=_tell,
    )
    print(json.dumps(asdict(done)) if as_json else _in_words(done, folder))
    return SOME_UNREAD if done.errors else DONE


def _part(shard: str) -> "Part":
    from hwr_core.app.bulk.read_all import Part

    number, slash, of = shard.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal()):
        raise InvalidValue(f"--shard is {shard!r}; I/N is allowed, such as 0/4, 1/4, 2/4 and 3/4 on four machines.")
    return Part(int(number), int(of))


def _tell(now: "Progress") -> None:
    print(
        f"{now.images_done:,} of {now.images:,} images, shard {now.shards_done:,} of {now.shards:,}, "
        f"{now.errors:,} could not be read, {now.seconds:,.0f} s",
        file=sys.stderr,
        flush=True,
    )


def _in_words(done: "Progress", folder: Path) -> str:
    before = f", {done.skipped:,} of them before" if done.skipped else ""
    return (
        f"{folder}: {done.images:,} images in {done.shards:,} shards{before}, {done.errors:,} could not be read, "
        f"{done.seconds:,.1f} s"
    )
