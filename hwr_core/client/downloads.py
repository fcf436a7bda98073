"""Answers that are files: written piece by piece, and under their name only once they are whole."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

ExportFormat = Literal["csv", "jsonl", "parquet"]
HISTORY = "/api/export/history"


@contextmanager
def written(file: Path) -> Iterator[BinaryIO]:
    """Yield a stream whose content replaces a file at the end of the block, unless the block raises. Raises OSError."""
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".unfinished-", delete=False) as aside:
        part = Path(aside.name)
        try:
            yield aside.file  # type: ignore[misc]  # a binary stream, typed as one of any kind
            aside.close()
            part.chmod(0o644)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
