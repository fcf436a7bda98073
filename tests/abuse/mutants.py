"""Images, documents and archives spoilt in all ways that break readers: each number always gives the same one."""

import io
from collections.abc import Callable, Mapping
from functools import cache
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from PIL import Image

from tests.handwriting import drawing, number, png

SEED = 20_260_131
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
HEADER = 64
"""Bytes in which most formats say how large they are."""
MOST_CHANGES = 8
BOMB = 30 * 2**20
"""Bytes that the bomb's one entry unpacks to: more than an image may have."""

NAMES = ("5/a.png", "5/QQ.png", "../a.png", "/a.png", ".", "C:\\a.png", "5/" + "a" * 3000, "\N{SNOWMAN}/QQ")
"""Of an archive's entry; some lead out of it, and QQ becomes any two bytes."""

Mutation = Callable[[bytes, np.random.Generator], bytes]


def mutant(index: int) -> tuple[str, bytes]:
    """Return the input of this number, and what it was made from and how."""
    rng = np.random.default_rng((SEED, index))
    names = sorted(uploads())
    name = names[index % len(names)]
    content, how = uploads()[name], []
    for _ in range(int(rng.integers(1, 4))):
        mutate = MUTATIONS[int(rng.integers(len(MUTATIONS)))]
        how.append(mutate.__name__)
        content = mutate(content, rng)
    return f"{name}: {', '.join(how)}", content


@cache
def uploads() -> Mapping[str, bytes]:
    """Return files of each format that hwr reads, all of them sound, by name."""
    grey = Image.fromarray(drawing(7, side=64))
    colour = grey.convert("RGB")
    images = {
        "png": _saved(grey, "PNG"),
        "png-16": _saved(grey.convert("I;16"), "PNG"),
        "png-alpha": _saved(grey.convert("RGBA"), "PNG"),
        "png-palette": _saved(grey.convert("P"), "PNG"),
        "jpeg": _saved(grey, "JPEG"),
        "jpeg-exif": _saved(colour, "JPEG", exif=_turned()),
        "jpeg-progressive": _saved(colour, "JPEG", progressive=True),
        "jpeg-cmyk": _saved(colour.convert("CMYK"), "JPEG"),
        "bmp": _saved(colour, "BMP"),
        "bmp-1": _saved(grey.convert("1"), "BMP"),
        "gif": _saved(grey, "GIF"),
        "gif-film": _saved(grey, "GIF", save_all=True, append_images=[grey.rotate(90), grey.rotate(180)]),
        "webp": _saved(colour, "WEBP"),
        "webp-lossless": _saved(grey.convert("RGBA"), "WEBP", lossless=True),
        "tiff": _saved(grey, "TIFF"),
        "tiff-float": _saved(grey.convert("F"), "TIFF"),
        "tiff-deflate": _saved(colour, "TIFF", compression="tiff_deflate"),
        "tiff-lzw": _saved(colour, "TIFF", compression="tiff_lzw"),
        "tiff-jpeg": _saved(colour, "TIFF", compression="jpeg"),
        "tiff-fax": _saved(grey.convert("1"), "TIFF", compression="group4"),
        "tiff-pages": _saved(grey, "TIFF", save_all=True, append_images=[grey.rotate(90), grey.rotate(180)]),
        "pdf": _saved(Image.fromarray(number("42", side=64)), "PDF"),
        "pdf-pages": _saved(grey, "PDF", save_all=True, append_images=[colour, grey.convert("1")]),
    }
    digits = zipped({f"{digit}/{digit}.png": png(drawing(digit, side=40)) for digit in range(10)})
    archives = {
        "zip": digits,
        "zip-of-all": zipped({f"7/{name}": content for name, content in images.items()}),
        "zip-of-zips": zipped({"1/inner.zip": zipped({"inmost.zip": digits}), "2/2.png": images["png"]}),
        "zip-bomb": zipped({"3/bomb.png": bytes(BOMB)}),
        "zip-of-much": zipped({f"{count % 10}/{count}.png": b"" for count in range(500)}),
    }
    return images | archives


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive of these files."""
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def cut_short(content: bytes, rng: np.random.Generator) -> bytes:
    """Leave out the end."""
    return content[: _place(content, rng)]


def flip_bits(content: bytes, rng: np.random.Generator) -> bytes:
    """Turn over some bits anywhere."""
    spoilt = bytearray(content)
    for _ in range(int(rng.integers(1, MOST_CHANGES + 1)) if spoilt else 0):
        spoilt[_place(content, rng)] ^= 1 << int(rng.integers(8))
    return bytes(spoilt)


def swap_chunks(content: bytes, rng: np.random.Generator) -> bytes:
    """Let two neighbouring parts change places."""
    one, two, three = sorted(_place(content, rng) for _ in range(3))
    return content[:one] + content[two:three] + content[one:two] + content[three:]


def repeat_chunk(content: bytes, rng: np.random.Generator) -> bytes:
    """Say a part several times."""
    start, end = sorted(_place(content, rng) for _ in range(2))
    return content[:end] + content[start:end] * int(rng.integers(1, 5)) + content[end:]


def extreme_field(content: bytes, rng: np.random.Generator) -> bytes:
    """Put an extreme number where the header, or the table at the end, may have one."""
    width = int(rng.choice((1, 2, 4)))
    value = EXTREMES[int(rng.integers(len(EXTREMES)))] % 256**width
    start = int(rng.integers(HEADER)) if rng.random() < 0.5 else max(0, len(content) - 1 - int(rng.integers(HEADER)))
    order = "big" if rng.random() < 0.5 else "little"
    return content[:start] + value.to_bytes(width, order) + content[start + width :]


def noise(content: bytes, rng: np.random.Generator) -> bytes:
    """Write noise over a part."""
    start = _place(content, rng)
    return content[:start] + rng.bytes(int(rng.integers(1, 200))) + content[start + 200 :]


def join_another(content: bytes, rng: np.random.Generator) -> bytes:
    """Put another file behind it, or before."""
    others = sorted(uploads())
    other = uploads()[others[int(rng.integers(len(others)))]]
    return content + other if rng.random() < 0.5 else other + content


def wrap(content: bytes, rng: np.random.Generator) -> bytes:
    """Put it into an archive, under a name of which no good comes."""
    name = NAMES[int(rng.integers(len(NAMES)))]
    return zipped({name: content}).replace(b"QQ", rng.bytes(2))


MUTATIONS: tuple[Mutation, ...] = (
    cut_short,
    flip_bits,
    swap_chunks,
    repeat_chunk,
    extreme_field,
    extreme_field,  # twice as often: sizes and counts do the most harm
    noise,
    join_another,
    wrap,
)


def _place(content: bytes, rng: np.random.Generator) -> int:
    return int(rng.integers(max(1, len(content))))
