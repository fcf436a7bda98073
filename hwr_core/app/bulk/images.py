"""Some images of a bulk reading, as they are handed to whoever reads them."""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hwr_core.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Images:
    """Names of image files with the folder that they are relative to, or with their contents where they have no file.

    Attributes:
        names: of the images.
        folder: where their files lie; whoever reads them needs it too.
        root: the file or folder with which the source begins: where it is gone, nothing of it can be read.
        contents: the image files, or the reason why there is none; None where they are to be read from the folder.
    """

    names: tuple[str, ...]
    folder: str
    root: str
    contents: tuple[bytes | str, ...] | None = None

    def files(self, max_bytes: int) -> Iterator[tuple[str, bytes | str]]:
        """Yield name and content of each image, one byte more than allowed at most; or why there is no content.

        Raises InvalidValue where the source is not there, and in the end where none of several files can be opened:
        then this machine lacks the images, and no row of theirs would be true.
        """
        if self.contents is not None:
            yield from zip(self.names, self.contents, strict=True)
            return
        if not os.path.exists(self.root):  # noqa: PTH110  names may be no text
            raise InvalidValue(f"There is no {self.root!r} here, with which this reading began.")
        opened = 0
        for name in self.names:
            try:
                with Path(self.folder, name).open("rb") as file:
                    content = file.read(max_bytes + 1)
            except OSError as error:
                yield name, f"The file cannot be opened: {error.strerror}."
            else:
                opened += 1
                yield name, content
        if not opened and len(self.names) > 1:
            raise InvalidValue(
                f"None of {len(self.names)} images can be opened in {self.folder!r} on {socket.gethostname()}. "
                "Whatever reads needs them under the same path."
            )
