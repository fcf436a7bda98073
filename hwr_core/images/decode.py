"""Bytes of any common image file -> one grey array. Limits are checked on the header, before a pixel is decoded."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from pi_heif import HeifImagePlugin  # type: ignore[import-untyped]  # noqa: F401  as those of Pillow below
from PIL import (
    AvifImagePlugin,  # noqa: F401
    BmpImagePlugin,  # noqa: F401  a format is known to Pillow once its module is loaded
    GifImagePlugin,  # noqa: F401
    Image,
    ImageOps,
    JpegImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from hwr_core.errors import ImageTooLarge, NotAnImage, UnreadableImage
from hwr_core.images.pdf import is_pdf, pages_of_pdf
from hwr_core.images.types import Grey

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "HEIF", "AVIF")
READABLE = "PNG, JPEG, BMP, GIF, WebP, TIFF, HEIC or AVIF"

JPEG_ENOUGH, PAGE_ENOUGH = 1024, 2048
"""A larger JPEG is decoded at 1/2, 1/4 or 1/8, and a larger page of any other format is reduced, never below this many
pixels a side: more adds nothing to 28x28, nor to the digits of a page."""

VISIBLE = 32
"""Alpha (0-255) from which a pixel counts as visible when the background of a transparent image is guessed."""

LEAST_SPREAD = 60
"""Grey levels between ink and background that a mostly opaque image needs for its own background to count as seen."""

BLACK, WHITE = 0, 255

ORIENTATION = 0x0112

HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})
"""By which files say that they hold HEIF images (ISO 23008-12, ISO 14496-12)."""

OTHERS = {
    b"<svg": "an SVG drawing",
    b"<?xml": "XML, perhaps an SVG drawing",
    b"8BPS": "a Photoshop file",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x00\x00\x00\x0cJXL ": "a JPEG XL image",
    b"\xff\x0a": "a JPEG XL image",
    b"\x00\x00\x00\x0cjP  ": "a JPEG 2000 image",
    b"%PDF": "a PDF",
}
"""What people send for an image, by how it begins."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest image to accept, in bytes of file and in pixels, and the longest document, in pages."""

    max_bytes: int = 20 * 1024 * 1024
    max_pixels: int = 50_000_000
    max_pages: int = 50


def decode(content: bytes, limits: Limits = Limits()) -> Grey:
    """Return an image file's first frame as grey, uint8 height x width, turned upright, transparency filled in.

    Raises:
        NotAnImage: the bytes are of no format that hwr reads.
        UnreadableImage: the file is damaged or cut short.
        ImageTooLarge: more bytes or pixels than `limits` allow.
    """
    confirm_size(content, limits)
    return _frame(_open(content), limits, JPEG_ENOUGH)


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as grey, uint8 height x width, and the `scale` from its pixels to those of the file.

    `of` is how many pages the document has.
    """

    grey: Grey
    scale: float
    of: int = 1


def decode_pages(document: bytes, limits: Limits = Limits()) -> Iterator[PageImage]:
    """Yield all pages of a PDF or a TIFF file, or the one image of any other, as `decode` returns one.

    Each page is decoded when it is asked for, so that a long document takes no more memory than a short one. A page
    keeps twice the pixels that `decode` leaves of a JPEG, since it holds many digits. A PDF's pixels are those of 200
    to an inch.

    Raises:
        NotAnImage: the bytes are neither PDF nor an image that hwr reads.
        UnreadableImage: the file is damaged, cut short or locked.
        ImageTooLarge: more bytes, pages or pixels of a page than `limits` allow.
    """
    confirm_size(document, limits)
    try:
        image = _open(document)
    except NotAnImage as error:
        if not is_pdf(document):
            raise NotAnImage(f"This is neither an image nor a PDF; {READABLE} or PDF is needed.") from error
        for grey, scale, count in pages_of_pdf(document, max_pages=limits.max_pages, max_pixels=limits.max_pixels):
            yield PageImage(grey, scale, count)
        return
    count = _frames(image)
    if count > limits.max_pages:
        raise ImageTooLarge(f"The document has {count} pages; at most {limits.max_pages} are allowed.")
    for number in range(count):
        page = replace(_page(image, number, limits), of=count)
        if number == count - 1:
            image.close()  # gives back its pixels, which may take four times the room of the page
        yield page


def _page(image: Image.Image, number: int, limits: Limits) -> PageImage:
    with _unreadable_if_damaged():
        image.seek(number)
    longer = max(image.size)
    grey = _reduced(_frame(image, limits, PAGE_ENOUGH))
    return PageImage(grey, longer / max(grey.shape))


def _reduced(grey: Grey) -> Grey:
    """A large page by a whole factor, as a JPEG is, so that no side falls below what is enough."""
    factor = min(grey.shape) // PAGE_ENOUGH
    if factor < 2:
        return grey
    height, width = (side // factor for side in grey.shape)
    return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def confirm_size(content: bytes, limits: Limits) -> None:
    """Raise ImageTooLarge for a file of more bytes than are allowed."""
    if len(content) > limits.max_bytes:
        raise ImageTooLarge(f"The image has {len(content):,} bytes; at most {limits.max_bytes:,} are allowed.")


def _frames(image: Image.Image) -> int:
    """How many pages a file has: only TIFF's frames are pages, others' are films and previews."""
    with _unreadable_if_damaged():
        return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def _frame(image: Image.Image, limits: Limits, enough: int) -> Grey:
    width, height = image.size
    if width * height > limits.max_pixels:
        raise ImageTooLarge(
            f"The image has {width} x {height} pixels; at most {limits.max_pixels:,} in all are allowed."
        )
    with _unreadable_if_damaged():
        return _grey(image, enough)


@contextmanager
def _unreadable_if_damaged() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # decoders raise nearly anything on damaged files; all of it means the same
        raise UnreadableImage("The image is damaged or cut short.") from error


def media_type(content: bytes) -> str:
    """Return what HTTP calls an image file, judged by its content. Raises ImageError."""
    return Image.MIME[_open(content).format or ""]


def document_type(content: bytes) -> str:
    """Return what HTTP calls an image or PDF file, judged by its content. Raises ImageError."""
    return "application/pdf" if is_pdf(content) else media_type(content)


def _open(content: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise NotAnImage(_what_it_is(content)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLarge("The image has far more pixels than are allowed.") from error
    except Exception as error:  # see _unreadable_if_damaged
        raise UnreadableImage("The image is damaged or cut short.") from error


def _what_it_is(content: bytes) -> str:
    """Say of a file that is no image which kind it seems to be, and what to do."""
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return (
            "This HEIC or AVIF image is damaged, or of a kind that cannot be read. Send it as a JPEG: export or share "
            "the photo as JPEG, or let the phone take JPEGs (iPhone: Settings, Camera, Formats, Most Compatible)."
        )
    name = next((name for start, name in OTHERS.items() if content.lstrip()[:16].startswith(start)), None)
    return f"This is {name}; {READABLE} is needed." if name else f"This is not an image; {READABLE} is needed."


def _grey(image: Image.Image, enough: int) -> Grey:
    if image.format in ("JPEG", "MPO"):  # a phone's JPEG with a second image behind the first calls itself MPO
        image.draft("L", (enough, enough))
    image.load()
    if image.getexif().get(ORIENTATION, 1) != 1:
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        return _from_deep(np.asarray(image))
    if image.has_transparency_data:
        image = image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
        alpha = image.getchannel("A")
        if alpha.getextrema() != (255, 255):
            return _on_background(_lightness(image), alpha)
    return np.array(_lightness(image))


def _lightness(image: Image.Image) -> Image.Image:
    if image.mode == "LAB":  # Pillow knows no way from it to grey; its first channel is the lightness
        return image.getchannel(0)
    return image.convert("L")


def _from_deep(pixels: NDArray[np.generic]) -> Grey:
    """Grey from 16-bit, 32-bit or float pixels: the smallest usual full scale that holds them becomes 255."""
    values = pixels.astype(np.float32)
    np.nan_to_num(values, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = min(float(values.min()), 0.0), float(values.max())
    unit = 1.0 if pixels.dtype.kind == "f" else 255.0
    full = next((scale for scale in (unit, 255.0, 4095.0, 65535.0) if high - low <= scale), high - low)
    # In place: fifty million pixels as floats are 200 MB once already.
    values -= low
    values *= 255.0 / full
    return np.asarray(np.rint(values, out=values).astype(np.uint8))


def _on_background(grey: Image.Image, alpha: Image.Image) -> Grey:
    # By Pillow, in bytes: as floats a large image would take twenty times its size.
    return np.array(Image.composite(grey, Image.new("L", grey.size, _background_of(grey, alpha)), alpha))


def _background_of(grey: Image.Image, alpha: Image.Image) -> int:
    """Guess the background: what is seen of it where the image shows it, else the opposite of the ink."""
    counts = np.cumsum(grey.histogram(alpha.point(lambda level: 255 * (level >= VISIBLE))))
    visible = int(counts[-1])
    if visible == 0:
        return WHITE
    low, middle, high = (int(np.searchsorted(counts, share * visible)) for share in (0.05, 0.5, 0.95))
    shows_background = visible > grey.width * grey.height / 2 and high - low > LEAST_SPREAD
    if shows_background:
        return middle
    return BLACK if middle > WHITE / 2 else WHITE
