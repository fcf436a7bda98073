"""Where the images of a bulk reading come from: a folder, a pattern of names, or a Parquet file of images."""

import glob
from collections.abc import Iterator
from pathlib import Path

from hwr_core.app.batch import NamedFile
from hwr_core.errors import InvalidValue, UnreadableImage

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


def images_of(source: str, names: list[str], start: int, max_bytes: int) -> Iterator[NamedFile | UnreadableImage]:
    """Yield some images of a source: `names`, from the place `start` on; an error for what cannot be read."""
    if is_table(source):
        yield from _images_in_table(source, names, start)
        return
    if not (Path(source).exists() or glob.has_magic(source)):
        raise InvalidValue(f"There is no {source!r} here, with which this reading began.")
    folder = Path(source) if Path(source).is_dir() else Path()
    for name in names:
        try:
            with (folder / name).open("rb") as file:
                yield name, file.read(max_bytes + 1)
        except OSError as error:
            yield UnreadableImage(f"The file cannot be opened: {error.strerror}.")


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


def _images_in_table(source: str, names: list[str], start: int) -> Iterator[NamedFile | UnreadableImage]:
    """The rows from a place on; row groups before it are passed over, the others read one at a time."""
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
                    no_image = UnreadableImage("The row holds no image.")
                    yield no_image if content is None else (names[place - start], content)
            begins = ends
