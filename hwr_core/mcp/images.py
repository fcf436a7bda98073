"""The image that a tool is given: by its path on this machine, or its content in base64."""

import base64
import binascii
from pathlib import Path

from hwr_core.errors import ImageTooLarge, InvalidValue, UnreadableImage
from hwr_core.files import because


def content_of(path: str | None, image_base64: str | None, max_bytes: int) -> tuple[str | None, bytes]:
    """Return the file's name, if it has one, and its content.

    Raises:
        InvalidValue: neither or both are given, or it is no base64.
        UnreadableImage: the file cannot be opened.
        ImageTooLarge: it has more than `max_bytes` bytes.
    """
    if (path is None) == (image_base64 is None):
        raise InvalidValue("Give either path, a file on this machine, or image_base64, its content.")
    if path is not None:
        name, content = Path(path).name, _read(path, max_bytes)
    else:
        assert image_base64 is not None  # as was just confirmed
        name, content = None, _decoded(image_base64)
    if len(content) > max_bytes:
        raise ImageTooLarge(f"The file has more than {max_bytes:,} bytes, the most that is allowed.")
    return name, content


def _read(path: str, max_bytes: int) -> bytes:
    try:
        file = Path(path).expanduser()
        if file.is_file():  # a pipe would never end
            with file.open("rb") as stream:
                return stream.read(max_bytes + 1)
    except (OSError, RuntimeError, ValueError) as error:  # no permission, no such home, a name that no file can have
        raise UnreadableImage(f"The file cannot be opened{because(error)}.") from error
    raise UnreadableImage(f"There is no file {path}.")


def _decoded(text: str) -> bytes:
    head, comma, data = text.partition(",")
    try:
        return base64.b64decode("".join((data if comma and head.startswith("data:") else text).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidValue("image_base64 is not valid base64.") from error
