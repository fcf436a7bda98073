"""Reading images in a notebook: one digit, all digits, and why."""

from collections.abc import Sequence

from hwr_core.images.types import Box
from hwr_core.notebook.inputs import ImageLike
from hwr_core.notebook.versions import VersionLike, load_recogniser
from hwr_core.recognition.pipeline import Explanation
from hwr_core.recognition.types import NumberPrediction, Prediction
from hwr_core.scripts.script import WESTERN


def read(
    image: ImageLike, *, version: VersionLike = None, enhancement_level: float = 1.0, script: str = WESTERN
) -> Prediction:
    """Read the one digit on an image; nothing is kept.

    Args:
        image: the bytes or the path of a PNG, JPEG, BMP, GIF, WebP, TIFF, HEIC or AVIF file; an array, grey [height,
            width] or with 3 (RGB) or 4 (RGBA) channels behind, of uint8, bool or floats in 0 to 1; or a PIL image.
            Ink may be dark or light, of any size and in any place.
        version: which model version reads; the champion when not given.
        enhancement_level: 0 to 3, how hard to clean the image.
        script: the script of the digit, such as "kannada", or "auto" for whichever the image shows.

    Returns:
        Ten probabilities that sum to 1, a calibrated confidence (Guo et al., 2017), a verdict, and `seen`: the uint8
        28x28 that the model saw, ink bright on black, as MNIST was made (LeCun et al., 1998). A blank image gives the
        verdict "no ink".

    Raises:
        ImageError: it cannot be read as an image within the limits.
        InvalidValue: the array's shape, type or range, or `enhancement_level`, is not allowed.
        NotFound, ModelUnavailable: there is no such version, or it is damaged.
    """
    return load_recogniser(version).read(image, enhancement_level=enhancement_level, script=script)


def read_number(  # noqa: PLR0913  all but one by name
    document: ImageLike,
    *,
    version: VersionLike = None,
    enhancement_level: float = 1.0,
    boxes: Sequence[Box] | None = None,
    max_error: float | None = None,
    script: str = WESTERN,
) -> NumberPrediction:
    """Read all digits of an image, or of each page of a TIFF or PDF, in reading order; nothing is kept.

    Lines are read as a whole by connectionist temporal classification (Graves et al., 2006).

    Args:
        document: as `read` takes images, or a PDF file.
        version: which model version reads; the champion when not given.
        enhancement_level: 0 to 3.
        boxes: left, top, width and height in pixels of each digit of the only page, where that is known.
        max_error: the share of accepted lines that may be wrong, above 0 and at most 0.5; HWR_MAX_ERROR when not given.
        script: the script of the digits, or "auto" for the one that most of a page speaks for.

    Returns:
        `text`, `lines`, `digits`. `accept`, of each line and of all together, says that nobody has to check. Its
        threshold is such that no more than `max_error` of what is accepted is wrong, at 95 % on digits of writers that
        the line reader does not know (Clopper and Pearson, 1934).

    Raises: what `read` raises; ModelUnavailable too for a version that reads single digits only.
    """
    return load_recogniser(version).read_number(
        document, enhancement_level=enhancement_level, boxes=boxes, max_error=max_error, script=script
    )


def explain(
    image: ImageLike, *, version: VersionLike = None, enhancement_level: float = 1.0, script: str = WESTERN
) -> Explanation:
    """Read an image and say why it was read so, in some 400 predictions.

    Returns:
        `stages`, its way to the 28x28; `prediction`; and `saliency`, float32 [28, 28] in -1 to 1 by occlusion (Zeiler
        and Fergus, 2014): above 0 supports the digit, below 0 counts against it. None without ink.

    Raises: what `read` raises.
    """
    return load_recogniser(version).explain(image, enhancement_level=enhancement_level, script=script)
