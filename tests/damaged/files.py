"""Small whole files of every kind that hwr takes, for damage to be done to them."""

import io
from collections.abc import Iterable
from functools import cache
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from PIL import Image, PdfImagePlugin

from tests.handwriting import drawing

_PDF = PdfImagePlugin.__name__  # known to Pillow once it is imported


@cache
def whole_files() -> dict[str, bytes]:
    """Return files by a name that ends as theirs does: each format in its common forms, documents and archives."""
    grey = Image.fromarray(drawing(7, side=48, pen=5))
    colour = grey.convert("RGB")
    deep = Image.fromarray(drawing(3, side=40, pen=4).astype(np.uint16) * 257)
    clear = Image.merge("RGBA", (grey, grey, grey, Image.eval(grey, lambda level: 255 - level)))
    turned = Image.Exif()
    turned[0x0112] = 6
    pictures = {
        "grey.png": _saved(grey, "PNG"),
        "clear.png": _saved(clear, "PNG"),
        "deep.png": _saved(deep, "PNG"),
        "palette.png": _saved(colour.quantize(16), "PNG"),
        "bits.png": _saved(grey.convert("1"), "PNG"),
        "plain.jpg": _saved(colour, "JPEG"),
        "progressive.jpg": _saved(colour, "JPEG", progressive=True, exif=turned),
        "cmyk.jpg": _saved(colour.convert("CMYK"), "JPEG"),
        "moving.gif": _saved(colour.quantize(8), "GIF", save_all=True, append_images=[colour.quantize(4)]),
        "plain.bmp": _saved(colour, "BMP"),
        "palette.bmp": _saved(grey, "BMP"),
        "lossy.webp": _saved(colour, "WEBP"),
        "lossless.webp": _saved(clear, "WEBP", lossless=True),
        "plain.tiff": _saved(grey, "TIFF"),
        "packed.tiff": _saved(colour, "TIFF", compression="tiff_deflate"),
        "fax.tiff": _saved(grey.convert("1"), "TIFF", compression="group4"),
        "pages.tiff": _saved(grey, "TIFF", save_all=True, append_images=[grey, grey]),
        "pages.pdf": _saved(colour, "PDF", save_all=True, append_images=[colour]),
    }
    named = [(f"{place % 10}/{name}", content) for place, (name, content) in enumerate(pictures.items())]
    return pictures | {"plain.zip": zipped(named), "stored.zip": zipped(named[:3], compression=ZIP_STORED)}


def zipped(files: Iterable[tuple[str, bytes]], *, compression: int = ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive of these files."""
    stream = io.BytesIO()
    with ZipFile(stream, "w", compression) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


def _saved(picture: Image.Image, form: str, **how: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, **how)
    return stream.getvalue()
