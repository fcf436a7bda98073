"""An image in whatever form a program has it -> the bytes of a file, which go the way of everybody's images."""

import io
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from hwr_core.errors import InvalidValue, UnreadableImage

ImageLike: TypeAlias = "bytes | str | Path | NDArray[Any] | Image.Image"
"""A file's bytes or path; an array, grey [height, width] or with 3 (RGB) or 4 (RGBA) channels behind, of uint8 in 0 to
255, bool or floats in 0 to 1; a PIL image of any mode."""

CHANNELS = (3, 4)


def as_file(image: ImageLike) -> bytes:
    """Return an image as the bytes of a file, without loss; those of a file as they are.

    Raises:
        InvalidValue: it is of no form that is taken, or an array's shape, type or range does not fit.
        UnreadableImage: the file cannot be opened.
    """
    if isinstance(image, bytes):
        return image
    if isinstance(image, str | Path):
        return _content(Path(image).expanduser())
    if isinstance(image, np.ndarray):
        return _saved(Image.fromarray(_as_bytes(image)))
    if isinstance(image, Image.Image):
        return _saved(ImageOps.exif_transpose(image))
    raise InvalidValue(f"An image is given as {type(image).__name__}; bytes, a path, an array or a PIL image is taken.")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableImage(f"The image {file.name!r} cannot be opened: {error.strerror}.") from error


def _as_bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    fits = array.size and (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in CHANNELS))
    if not fits:
        raise InvalidValue(
            f"The array's shape is {array.shape}; [height, width], or that with 3 or 4 channels, is taken."
        )
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind != "f":
        raise InvalidValue(f"The array is {array.dtype}; uint8, bool or floats in 0 to 1 are taken.")
    if not (np.isfinite(array).all() and array.min() >= 0.0 and array.max() <= 1.0):
        raise InvalidValue(f"The array's floats run from {array.min():g} to {array.max():g}; 0 to 1 is taken.")
    return np.rint(array * 255.0).astype(np.uint8)


def _saved(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    try:
        image.save(stream, "PNG", compress_level=1)
    except OSError:  # PNG knows neither floats nor inks; TIFF does
        stream = io.BytesIO()
        image.save(stream, "TIFF")
    return stream.getvalue()
