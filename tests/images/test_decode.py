"""Any image file becomes the same grey image, or a ImageError that says why not."""

import io
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from hwr_core.errors import ImageError, ImageTooLarge, NotAnImage, UnreadableImage
from hwr_core.images.decode import FORMATS, JPEG_ENOUGH, ORIENTATION, Limits, decode
from hwr_core.images.normalise import normalise
from hwr_core.images.types import Grey
from tests.handwriting import drawing, png
from tests.images.likeness import likeness

DIGIT = drawing(3, side=120, pen=9)[:, 10:]
"""Black on white, 120 high and 110 wide."""

IMAGE = Image.fromarray(DIGIT)
SMALL = Limits(max_bytes=200_000, max_pixels=1_000_000)

METHODS = Image.Transpose
STORED_AS = {
    1: None,
    2: METHODS.FLIP_LEFT_RIGHT,
    3: METHODS.ROTATE_180,
    4: METHODS.FLIP_TOP_BOTTOM,
    5: METHODS.TRANSPOSE,
    6: METHODS.ROTATE_90,
    7: METHODS.TRANSVERSE,
    8: METHODS.ROTATE_270,
}
"""How an upright image is stored under each EXIF orientation."""


def encode(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return an image as the bytes of a file."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def as_tiff(pixels: np.ndarray) -> bytes:
    """Return pixels of any kind as a TIFF file of the mode that Pillow gives them."""
    return encode(Image.fromarray(pixels), "TIFF")


def ink_alone(level: int, mode: str = "RGBA") -> Image.Image:
    """Return the digit in ink of one grey level on nothing: what is not ink is transparent."""
    bare = Image.new(mode.removesuffix("A"), IMAGE.size, (level,) * 3 if mode == "RGBA" else level)
    bare.putalpha(Image.fromarray(255 - DIGIT))
    return bare


def see_through(kind: str) -> bytes:
    """Return the digit in a palette image whose paper is the transparent entry."""
    indexed = Image.fromarray(np.where(DIGIT < 128, 1, 0).astype(np.uint8), "P")
    indexed.putpalette([90, 200, 30, 0, 0, 0])
    return encode(indexed, kind, transparency=0)


SPELLINGS: dict[str, Callable[[], bytes]] = {
    "1-bit PNG": lambda: encode(IMAGE.convert("1", dither=Image.Dither.NONE)),
    "1-bit TIFF": lambda: encode(IMAGE.convert("1", dither=Image.Dither.NONE), "TIFF", compression="group4"),
    "grey PNG": lambda: encode(IMAGE),
    "grey and alpha PNG": lambda: encode(IMAGE.convert("LA")),
    "palette PNG": lambda: encode(IMAGE.convert("RGB").quantize(16)),
    "palette PNG, paper transparent": lambda: see_through("PNG"),
    "palette GIF": lambda: encode(IMAGE, "GIF"),
    "palette GIF, paper transparent": lambda: see_through("GIF"),
    "colour PNG": lambda: encode(IMAGE.convert("RGB")),
    "opaque RGBA PNG": lambda: encode(IMAGE.convert("RGBA")),
    "dark ink on transparent": lambda: encode(ink_alone(0)),
    "white ink on transparent": lambda: encode(ink_alone(255)),
    "dark ink on transparent, grey": lambda: encode(ink_alone(0, "LA")),
    "white ink on transparent, WebP": lambda: encode(ink_alone(255), "WEBP", lossless=True),
    "grey JPEG": lambda: encode(IMAGE, "JPEG"),
    "colour JPEG": lambda: encode(IMAGE.convert("RGB"), "JPEG"),
    "progressive JPEG": lambda: encode(IMAGE.convert("RGB"), "JPEG", progressive=True),
    "CMYK JPEG": lambda: encode(IMAGE.convert("CMYK"), "JPEG"),
    "CMYK TIFF": lambda: encode(IMAGE.convert("CMYK"), "TIFF"),
    "YCbCr TIFF": lambda: encode(IMAGE.convert("YCbCr"), "TIFF"),
    "16-bit PNG": lambda: encode(Image.fromarray(DIGIT.astype(np.uint16) * 257)),
    "12 of 16 bits PNG": lambda: encode(Image.fromarray(DIGIT.astype(np.uint16) * 16)),
    "8 of 16 bits PNG": lambda: encode(Image.fromarray(DIGIT.astype(np.uint16))),
    "16-bit TIFF, low byte first": lambda: as_tiff(DIGIT.astype("<u2") * 257),
    "16-bit TIFF, high byte first": lambda: as_tiff((DIGIT.astype(np.uint16) * 257).astype(">u2")),
    "32-bit TIFF": lambda: as_tiff(DIGIT.astype(np.int32)),
    "32-bit TIFF, below and above 0": lambda: as_tiff(DIGIT.astype(np.int32) * 1000 - 128_000),
    "float TIFF, 0 to 1": lambda: as_tiff(DIGIT.astype(np.float32) / 255),
    "float TIFF, 0 to 255": lambda: as_tiff(DIGIT.astype(np.float32)),
    "BMP": lambda: encode(IMAGE.convert("RGB"), "BMP"),
    "WebP": lambda: encode(IMAGE.convert("RGB"), "WEBP"),
    "LZW TIFF": lambda: encode(IMAGE.convert("RGB"), "TIFF", compression="tiff_lzw"),
}
WRITTEN = sorted({*FORMATS} - {"HEIF"})
"""Formats that Pillow writes, too."""

FILES = {kind: encode(IMAGE.convert("RGB"), kind) for kind in WRITTEN}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_digit_comes_out_of_every_format_and_colour_mode(spelling):
    """However a file spells the digit, upright and in full size, the model sees the same image."""
    grey = decode(SPELLINGS[spelling]())
    assert grey.dtype == np.uint8
    assert grey.shape == DIGIT.shape
    assert likeness(normalise(grey), normalise(DIGIT)) > 0.98


@pytest.mark.parametrize("spelling", ["grey PNG", "colour PNG", "16-bit PNG", "float TIFF, 0 to 1", "BMP", "LZW TIFF"])
def test_what_a_file_holds_without_loss_is_not_changed(spelling):
    """Files that lose nothing give back the very grey levels."""
    assert np.abs(decode(SPELLINGS[spelling]()).astype(int) - DIGIT).max() <= 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", STORED_AS)
def test_a_turned_camera_gives_an_upright_image(kind, orientation):
    """All eight EXIF orientations of one image come out alike."""
    method = STORED_AS[orientation]
    stored = IMAGE if method is None else IMAGE.transpose(method)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    grey = decode(encode(stored.convert("RGB"), kind, exif=exif))
    assert grey.shape == DIGIT.shape
    assert likeness(grey, DIGIT) > 0.98


def test_a_large_photo_is_decoded_reduced_and_upright():
    """A JPEG far larger than needed comes out smaller, never below what is enough, and turned as the camera says."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    photo = Image.fromarray(drawing(4, side=4000, pen=260)).transpose(METHODS.ROTATE_90)
    grey = decode(encode(photo, "JPEG", exif=exif))
    assert JPEG_ENOUGH <= min(grey.shape) < 4000
    assert likeness(normalise(grey), normalise(drawing(4, side=280, pen=18.2))) > 0.97


def test_the_paper_of_a_transparent_canvas_is_seen_where_it_is_drawn():
    """White ink on black paper inside a transparent frame stays white on black."""
    framed = Image.new("RGBA", (160, 160))
    framed.paste(Image.fromarray(255 - DIGIT), (20, 20))
    assert likeness(normalise(decode(encode(framed))), normalise(DIGIT)) > 0.98


def test_an_image_of_nothing_but_transparency_is_white_paper():
    """An empty canvas is blank, whatever colour lies hidden under its transparency."""
    assert (decode(encode(Image.new("RGBA", (30, 20), (200, 10, 10, 0)))) == 255).all()


def test_floats_that_are_no_numbers_are_black():
    """NaN and infinity in a float image are taken for 0."""
    pixels = np.array([[np.nan, np.inf, -np.inf, 0.0, 1.0]], np.float32)
    assert decode(as_tiff(pixels)).tolist() == [[0, 0, 0, 0, 255]]


def test_an_animation_shows_its_first_frame():
    """Of several frames only the first is read."""
    other = Image.fromarray(drawing(8, side=120)[:, 10:])
    grey = decode(encode(IMAGE, "GIF", save_all=True, append_images=[other]))
    assert likeness(grey, DIGIT) > 0.98


@pytest.mark.parametrize("content", [b"", b"\0", b"hello", b"%PDF-1.7\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_image_is_called_so(content):
    """Bytes of no known format are answered with the formats that are known."""
    with pytest.raises(NotAnImage, match="PNG, JPEG, BMP, GIF, WebP, TIFF, HEIC or AVIF"):
        decode(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_file_cut_short_is_refused(kind, share):
    """Half a digit is not guessed at."""
    content = encode(IMAGE.convert("RGB"), kind)
    with pytest.raises(UnreadableImage, match="damaged or cut short"):
        decode(content[: int(len(content) * share)])


def test_too_many_bytes_are_refused_unopened():
    """The limit on bytes comes before everything else and names both numbers."""
    with pytest.raises(ImageTooLarge, match=r"1,001 bytes; at most 1,000"):
        decode(bytes(1001), Limits(max_bytes=1000))


def test_limits_are_inclusive():
    """An image of exactly the bytes and pixels allowed is read."""
    content = png(DIGIT)
    assert decode(content, Limits(len(content), DIGIT.size)).shape == DIGIT.shape
    with pytest.raises(ImageTooLarge, match="110 x 120 pixels"):
        decode(content, Limits(len(content), DIGIT.size - 1))


@pytest.mark.parametrize("kind", WRITTEN)
def test_pixels_are_limited_in_every_format(kind):
    """No format gets around the limit on pixels."""
    with pytest.raises(ImageTooLarge):
        decode(FILES[kind], Limits(max_pixels=DIGIT.size - 1))


def chunk(name: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG file."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def white_png(side: int, bits: int, rows: int) -> bytes:
    """Return a PNG whose header promises a square image and which holds so many rows of it."""
    packed = zlib.compress(bytes(rows * (1 + side * bits // 8)), 1)
    header = struct.pack(">IIBBBBB", side, side, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 13_000, 20_000, 65_000])
@pytest.mark.filterwarnings("ignore")  # Pillow warns of large images too; outside tests it goes on
def test_a_huge_image_is_refused_by_its_header(side):
    """An image of too many pixels is called too large even where its pixels are missing: nobody looked for them."""
    with pytest.raises(ImageTooLarge):
        decode(white_png(side, bits=8, rows=1))


PEAK = """
import resource, sys
from hwr_core.errors import ImageTooLarge
from hwr_core.images.decode import decode
content = open(sys.argv[1], "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode(content)
except ImageTooLarge:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_bomb_costs_no_memory(tmp_path):
    """169 megapixels in a small file are refused without room being made for them."""
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(white_png(13_000, bits=1, rows=13_000))
    child = subprocess.run([sys.executable, "-c", PEAK, bomb], capture_output=True, text=True, check=True)
    kibibytes = int(child.stdout)
    assert kibibytes < 20_000


def numpy_bytes_a_pixel(content: bytes, pixels: int) -> float:
    """Return the most memory that NumPy held at once while an image was decoded; Pillow's own comes on top."""
    tracemalloc.start()
    try:
        decode(content)
        return tracemalloc.get_traced_memory()[1] / pixels
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("depth", "most"), [("RGBA", 4), ("LA", 4), ("I;16", 12), ("F", 14)])
def test_a_large_image_is_decoded_in_little_memory(depth, most):
    """The largest image allowed, sent by several clients at once, must not fill the machine."""
    side = 1500
    image = Image.new("RGBA", (side, side), (0, 0, 0, 9)).convert(depth) if "A" in depth else None
    kind = np.uint16 if depth == "I;16" else np.float32
    content = encode(image) if image else as_tiff(np.full((side, side), 0.5 if depth == "F" else 999, kind))
    assert numpy_bytes_a_pixel(content, side * side) < most


def is_grey_or_refused(content: bytes) -> None:
    """Check that bytes give a grey image or a ImageError, nothing else."""
    try:
        grey: Grey = decode(content, SMALL)
    except ImageError as error:
        assert "/" not in str(error)
    else:
        assert grey.dtype == np.uint8
        assert grey.ndim == 2
        assert 0 < grey.size <= SMALL.max_pixels


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it finds odd in a file; outside tests it goes on
@settings(max_examples=150, deadline=None)
@given(st.sampled_from([b"", *(content[:32] for content in FILES.values())]), st.binary(max_size=300))
def test_random_bytes_never_break_the_decoder(beginning, rest):
    """Whatever follows the beginning of an image file, or of nothing, gives an image or a ImageError."""
    is_grey_or_refused(beginning + rest)


@pytest.mark.filterwarnings("ignore")  # see above
@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([*FILES.values(), SPELLINGS["1-bit TIFF"](), see_through("PNG"), see_through("GIF")]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
    st.floats(0.1, 1),
)
def test_damaged_files_never_break_the_decoder(file, changes, share):
    """Real files with changed bytes, most of them in the header, cut anywhere, give an image or a ImageError."""
    content = bytearray(file)
    for place, value in changes:
        content[int(place**2 * len(content))] = value
    is_grey_or_refused(bytes(content[: int(share * len(content))]))


HEIC = Path(__file__).with_name("files") / "three.heic"
"""A drawing as a phone stores photos; Pillow cannot write one."""


def test_a_phones_photo_is_read():
    """HEIC has the pixels of the drawing, but for what its compression costs."""
    difference = decode(HEIC.read_bytes()).astype(int) - drawing(3)
    assert abs(difference).mean() < 2


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (HEIC.read_bytes()[:1500], UnreadableImage, "damaged or cut short"),
        (HEIC.read_bytes()[:24] + b"mif1heic", NotAnImage, "HEIC .* as a JPEG"),
        (b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a", NotAnImage, "a JPEG XL image; PNG, JPEG,"),
        (b"  <svg xmlns='http://www.w3.org/2000/svg'/>", NotAnImage, "an SVG drawing"),
        (b"PK\x03\x04" + bytes(30), NotAnImage, "a ZIP archive or an office document"),
        (b"%PDF-1.7", NotAnImage, "a PDF"),
    ],
    ids=["cut short", "no image in it", "JPEG XL", "SVG", "ZIP", "PDF"],
)
def test_what_cannot_be_read_is_called_by_its_name(content, error, words):
    """The sender is told what the file is, and what to send instead."""
    with pytest.raises(error, match=words):
        decode(content)


def test_the_pixels_of_a_phones_photo_are_limited():
    """By its header, before any is decoded."""
    with pytest.raises(ImageTooLarge, match="280 x 280"):
        decode(HEIC.read_bytes(), Limits(max_pixels=1000))


def _as_lab(colour):
    return ImageCms.profileToProfile(
        colour, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )


@pytest.mark.parametrize(
    ("kind", "convert"),
    [
        ("TIFF", _as_lab),
        ("TIFF", lambda colour: colour.convert("YCbCr")),
        ("TIFF", lambda colour: colour.convert("P").convert("PA")),
        ("AVIF", lambda colour: colour),
        ("AVIF", lambda colour: colour.convert("RGBA")),
    ],
    ids=["Lab", "YCbCr", "palette with alpha", "AVIF", "AVIF with alpha"],
)
def test_colours_of_print_and_phones_are_grey(kind, convert):
    """Whatever space a file keeps its colours in, dark is dark."""
    stream = io.BytesIO()
    convert(Image.fromarray(drawing(3)).convert("RGB")).save(stream, kind)
    difference = decode(stream.getvalue()).astype(int) - drawing(3)
    assert abs(difference).mean() < 2
