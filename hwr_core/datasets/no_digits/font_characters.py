"""Letters and signs of the Hershey fonts, drawn by an unsteady hand: other alphabets, black letter, cursive, symbols.

The fonts are strokes (Hershey, 1967, "Calligraphy for computers"; in the public domain); the package `Hershey-Fonts`
holds them. A character that many would read as a digit is in none of the tables below, which were made by looking at
sheets of each font.
"""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec

import numpy as np

from hwr_core.datasets.no_digits.drawings.pen import STEP, Stroke, by_hand
from hwr_core.datasets.samples import Part, part_of
from hwr_core.images.strokes import Strokes

PACKAGE = "HersheyFonts"

LATIN = "ACDEFGHKMNPRTUVWXYacdefhkmnprtuvwx"
"""Of fonts with Latin letters; the others, such as O, S, b or g, may be read as digits."""


def _from(first: int, last: int, *, but: str = "") -> str:
    """The characters of a range of codes, a font's own numbering."""
    return "".join(chr(code) for code in range(first, last + 1) if chr(code) not in but)


GOTHIC = LATIN.replace("d", "")
"""Its d is round, with a bent stem: much like an 8 or a 6."""

CURSIVE = LATIN.replace("T", "") + "BL"

CHARACTERS: Mapping[str, str] = {
    "greek": "ACDEFGHKMNPRSTUWXYacefhklmnptuwxyz",
    "greekc": "ADEHMNPRSUVWXacefklmnptuwx",
    "greeks": "ACDEGHMNPRSTUWXacefklmnptuwx",
    "cyrilc_1": "ACDEFGIJKLMNPQRSUVWYZacdefgijklmnpqrsuvwyz",
    "cyrillic": "$%&ADEFGHIKLNPQSTUVWX]adefghiknpqstuvwx",
    "japanese": _from(0x23, 0x30, but="%")
    + _from(0x35, 0x37)
    + _from(0x41, 0x73, but="BHLOQRSTVXY[^_aeijkmo")
    + _from(0x84, 0x90, but="\x86")
    + _from(0x93, 0xC3, but="\x94\x98\x9f\xa9\xac\xaf\xb5\xb7\xb9\xbc\xbd\xbe")
    + _from(0xC8, 0xE0, but="\xd9\xde"),
    "gothgbt": GOTHIC,
    "gothgrt": GOTHIC,
    "gothiceng": GOTHIC,
    "gothicger": GOTHIC,
    "gothicita": GOTHIC.replace("T", "").replace("U", ""),
    "gothitt": GOTHIC.replace("T", "").replace("U", ""),
    "scripts": CURSIVE,
    "scriptc": CURSIVE,
    "cursive": CURSIVE,
    "rowmans": LATIN,
    "rowmant": LATIN,
    "timesi": LATIN,
    "timesib": LATIN,
    "symbolic": "89:ADEFGJKLMOPQRSTUVXYZ[]^_abcdefghjkmnpwy",
    "astrology": "!#$%&'-/:;<@[^_",
    "markers": "CDEFGHIJKLMNOP",
    "mathlow": '!"#%&:;<>?@bcehijklnow',
}
"""By font the characters that are no digit, by the key under which the package holds them."""

VARIATIONS = 12
"""How often each character is drawn to learn from; once to check on."""


def has_fonts() -> bool:
    """Whether the package is installed."""
    return find_spec(PACKAGE) is not None


def font_characters(part: Part, seed: int) -> Iterator[Strokes]:
    """Yield the characters of one part, those to learn from several times, each time by another hand."""
    rng = np.random.default_rng(seed)
    times = VARIATIONS if part is Part.TRAINING else 1
    for font, keys in CHARACTERS.items():
        for key, strokes in _glyphs(font, keys).items():
            if part_of(f"{font} {key}") is part:
                yield from (by_hand(lambda _, drawn=strokes: drawn, rng) for _ in range(times))  # type: ignore[misc]


def _glyphs(font: str, keys: str) -> dict[str, list[Stroke]]:
    from HersheyFonts import HersheyFonts  # noqa: PLC0415  an optional package, for training alone

    fonts = HersheyFonts()
    fonts.load_default_font(font)
    return {key: _in_unit_square(fonts.all_glyphs[key].strokes) for key in keys}


def _in_unit_square(strokes: list[list[tuple[float, float]]]) -> list[Stroke]:
    """The strokes with points close enough for a hand to stray between them."""
    points = np.array([point for stroke in strokes for point in stroke], np.float64)
    low, size = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-6)
    return [_dense((np.array(stroke, np.float64) - low) / size) for stroke in strokes if len(stroke) > 1]


def _dense(points: np.ndarray) -> Stroke:
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    steps = np.linspace(0.0, along[-1], max(4, round(along[-1] / STEP) + 1))
    return np.stack([np.interp(steps, along, points[:, axis]) for axis in (0, 1)], axis=1).astype(np.float32)
