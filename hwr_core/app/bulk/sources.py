"""Where the images of a bulk reading come from: a folder, a pattern of names, or a Parquet file of images."""

import glob
import os
from collections.abc import Iterator
from itertools import islice, takewhile
from pathlib import Path

from hwr_core.app.bulk.images import Images
from hwr_core.errors import InvalidValue

ENDINGS = frozenset(
    (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".pdf")
)
"""The files of a folder that count as images; a pattern takes whatever it names."""
IMAGE, NAME = "image", "file"
"""The columns of a Parquet file: the image files as bytes, and, where there is one, their names."""


def is_table(source: str) -> bool:
    """Whether a source is a Parquet file of images."""
    return source.lower().endswith(".parquet") and Path(source).is_file()


def names_of(source: str) -> list[str]:
    """Return the names of all images of a source, in a fixed order. Raises InvalidValue where there are none."""
    if is_table(source):
        return _names_in_table(source)
    folder = Path(source)
    if folder.is_dir():
        found = (file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file())
        names = sorted(file.relative_to(folder).as_posix() for file in found)
    else:
        found_names = glob.glob(source, recursive=True)  # noqa: PTH207  patterns may be absolute
        names = sorted(name for name in found_names if Path(name).is_file())
    if not names:
        raise InvalidValue(
            f"There are no images in {source!r}. Allowed are a folder, a pattern such as 'scans/**/*.png', and a "
            f"Parquet file with a column {IMAGE!r}."
        )
    return names


def images_of(source: str, names: list[str], start: int, most: int) -> Iterator[Images]:
    """Yield some images of a source, so many at once: `names`, from the place `start` on.

    Files are read by whoever gets them; rows of a table are read here, by row groups.
    """
    if is_table(source):
        rows = zip(names, _contents_in_table(source, names, start), strict=True)
        while some := list(islice(rows, most)):
            found, contents = zip(*some, strict=True)
            yield Images(found, "", "", contents)
        return
    folder = os.path.abspath(source if os.path.isdir(source) else "")  # noqa: PTH100, PTH112  names may be no text
    for begin in range(0, len(names), most):
        yield Images(tuple(names[begin : begin + most]), folder, _root(source))


def _root(source: str) -> str:
    """The file or folder with which a source begins, however the rest of a pattern goes on."""
    place = Path(source).absolute()
    if place.exists():  # its name may have brackets
        return str(place)
    return str(Path(*takewhile(lambda part: not glob.has_magic(part), place.parts)))


def _names_in_table(source: str) -> list[str]:
    import pyarrow as pa  # noqa: PLC0415  most of a second, which only tables should cost
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(source) as table:
            columns = table.schema_arrow.names
            if IMAGE not in columns:
                raise InvalidValue(f"The Parquet file has no column {IMAGE!r} with image files; it has {columns}.")
            kind = table.schema_arrow.field(IMAGE).type
            if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
                raise InvalidValue(f"The column {IMAGE!r} holds {kind}; the bytes of image files are allowed.")
            count = table.metadata.num_rows
            named = table.read([NAME]).column(NAME).to_pylist() if NAME in columns else range(count)
    except (pa.ArrowException, OSError) as error:
        raise InvalidValue("The Parquet file cannot be read: it is damaged or not a Parquet file.") from error
    if not count:
        raise InvalidValue("The Parquet file has no rows.")
    return [str(name) for name in named]


def _contents_in_table(source: str, names: list[str], start: int) -> Iterator[bytes | str]:
    """The images of the rows from a place on; row groups before it are passed over, the others read one at a time."""
    import pyarrow.parquet as pq  # noqa: PLC0415  see above

    end, begins = start + len(names), 0
    with pq.ParquetFile(source) as table:
        if table.metadata.num_rows < end:
            raise InvalidValue("The Parquet file has fewer rows than when this reading began. Choose another folder.")
        for group in range(table.num_row_groups):
            ends = begins + table.metadata.row_group(group).num_rows
            if begins < end and ends > start:
                column = table.read_row_group(group, [IMAGE]).column(IMAGE)
                for place in range(max(start, begins), min(end, ends)):
                    content = column[place - begins].as_py()
                    yield "The row holds no image." if content is None else content
            begins = ends
