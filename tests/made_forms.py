"""A form of a made office, empty and filled in by writers that no model learned from, scanned and photographed."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hwr_core.datasets.pages import stationery
from hwr_core.datasets.pages.fields import put
from hwr_core.datasets.pages.numbers import number
from hwr_core.datasets.pages.sheet import Sheet
from hwr_core.datasets.pages.writers import Pen, Writers
from hwr_core.images.types import Box, Grey
from tests.handwriting import drawing

WIDTH, HEIGHT = 1240, 1754
"""Pixels of A4 at 150 to an inch."""

CELL, TALL, FRAME = 48, 60, 2
DIGIT = 36.0
"""Pixels of a cell, of a field's height, of its lines, and of a digit's height."""


@dataclass(frozen=True)
class Printed:
    """A field as it is printed: where, of which kind, and how many digits belong there."""

    name: str
    kind: str
    left: int
    top: int
    digits: int
    pattern: str

    @property
    def box(self) -> Box:
        """What a user draws around it."""
        wide = self.digits * CELL if self.kind in ("joined", "comb") else 320
        return self.left - 6, self.top - 6, wide + 12, TALL + 12


NAME = "Enrolment"

FIELDS = (
    Printed("Student", "joined", 420, 330, 8, "digits 8"),
    Printed("Born", "joined", 420, 470, 8, "date DDMMYYYY"),
    Printed("Customer", "comb", 420, 610, 10, "digits 10, luhn"),
    Printed("Points", "line", 420, 750, 3, "range 0-100"),
    Printed("Meter", "box", 420, 890, 6, "digits 5-6"),
    Printed("Places", "plain", 420, 1030, 2, "range 1-60"),
)


def empty() -> Grey:
    """Return the form before anybody writes on it."""
    return np.clip(_printed().paper, 0, 255).astype(np.uint8)


TEXTS = (
    (90, 44, "Enrolment 2026"),
    (160, 24, "To be filled in with a pen, a digit in each cell, and handed in at the office by the 15th of March."),
    (195, 24, "Please write as clearly as you can."),
    (1290, 22, "By enrolling you accept the rules of the house, which hang beside the main entrance."),
    (1325, 22, "What you fill in is kept for a year and shown to nobody else."),
    (1360, 22, "Places are given in the order in which forms arrive; a list of those who have one is put up in April."),
    (
        1620,
        20,
        "Town college, 14 Mill Lane. Form 27-B. Open from Monday to Friday, 9 to 12 and 14 to 17.",
    ),
)
"""What is printed on the form: how far down, how large, and which words."""


def _printed() -> Sheet:
    sheet = Sheet(np.full((HEIGHT, WIDTH), 250.0, np.float32), np.zeros((HEIGHT, WIDTH), np.uint8))
    for top, size, text in TEXTS:
        _write(sheet, text, 120, top, size)
    stationery.line(sheet, (110, 260), (1130, 260), 3, 0.9)
    stationery.box(sheet, 110, 1270, 1020, 180, 2, 0.8)
    for field in FIELDS:
        _write(sheet, field.name, 140, field.top + 16, 28)
        _print(sheet, field)
    return sheet


def _write(sheet: Sheet, text: str, left: int, top: int, size: int) -> None:
    image = Image.new("L", (WIDTH, 2 * size), 0)
    ImageDraw.Draw(image).text((0, 0), text, fill=255, font=ImageFont.load_default(size))
    sheet.darken(np.array(image), left, top, 0.9)


def _print(sheet: Sheet, field: Printed) -> None:
    left, top, bottom = field.left, field.top, field.top + TALL
    if field.kind == "joined":
        for cell in range(field.digits):
            stationery.box(sheet, left + cell * CELL, top, CELL, TALL, FRAME, 0.75)
    elif field.kind == "comb":
        stationery.line(sheet, (left, bottom), (left + field.digits * CELL, bottom), FRAME, 0.75)
        for tooth in range(field.digits + 1):
            x = left + tooth * CELL
            stationery.line(sheet, (x, bottom - TALL / 3), (x, bottom), FRAME, 0.75)
    elif field.kind == "line":
        stationery.line(sheet, (left, bottom), (left + 320, bottom), FRAME, 0.75)
    elif field.kind == "box":
        stationery.box(sheet, left, top, 320, TALL, FRAME, 0.75)


def luhn(digits: str) -> str:
    """Return digits with Luhn's check digit appended."""
    doubled = [int(each) * (2 - place % 2) for place, each in enumerate(reversed(digits))]
    return f"{digits}{-sum(each - 9 * (each > 9) for each in doubled) % 10}"


def _digits(count: int, rng: np.random.Generator) -> str:
    return "".join(str(each) for each in rng.integers(0, 10, count))


def values(rng: np.random.Generator) -> dict[str, str]:
    """Return what somebody fills in."""
    day, month, year = int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(1940, 2015))
    return {
        "Student": _digits(8, rng),
        "Born": f"{day:02}{month:02}{year}",
        "Customer": luhn(_digits(9, rng)),
        "Points": str(int(rng.integers(0, 101))),
        "Meter": str(int(rng.integers(10_000, 1_000_000))),
        "Places": str(int(rng.integers(1, 61))),
    }


def filled(writers: Writers, texts: Mapping[str, str], rng: np.random.Generator) -> Grey:
    """Return the form as somebody has filled it in with one pen, seen from above in even light."""
    sheet = _printed()
    pen = Pen(DIGIT * rng.uniform(0.85, 1.1), rng.uniform(2.0, 4.5), float(rng.normal(0.1, 0.12)), 0.06, drawn=True)
    for field in FIELDS:
        in_cells = field.kind in ("joined", "comb")
        one = number(writers, texts[field.name], pen, rng, pitch=CELL if in_cells else None)
        x = field.left + (8 if in_cells else rng.uniform(10, 60))
        put(sheet, one, x, field.top + (TALL - pen.height) / 2 - rng.uniform(0, 6), 0.85, rng, divided=True)
    return np.clip(sheet.paper, 0, 255).astype(np.uint8)


def scanned(page: Grey, rng: np.random.Generator) -> Grey:
    """Return a page as a scanner gives it: a little moved, turned and blurred, at another resolution."""
    zoom, angle = rng.uniform(0.9, 1.2), rng.normal(0.0, 0.8)
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), angle, zoom)
    size = round(WIDTH * zoom), round(HEIGHT * zoom)
    matrix[:, 2] = matrix[:, 2] + (np.array(size) - (WIDTH, HEIGHT)) / 2 + rng.uniform(-15, 15, 2)
    moved = cv2.warpAffine(page, matrix, size, borderMode=cv2.BORDER_CONSTANT, borderValue=245)
    return _grained(moved, rng, 3.0)


def photographed(page: Grey, rng: np.random.Generator) -> Grey:
    """Return a page as a phone sees it, lying askew on a dark desk in uneven light."""
    size = 1700, 2200
    corners = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], np.float32)
    turn = np.radians(rng.uniform(-12, 12))
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    seen = (corners - corners.mean(axis=0)) @ rotation * 1.02 + np.array(size) / 2 + rng.uniform(-45, 45, (4, 2))
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    desk = np.full(size[::-1], 70, np.uint8)
    photo = cv2.warpPerspective(page, matrix, size, desk, borderMode=cv2.BORDER_TRANSPARENT)
    across = np.linspace(rng.uniform(0.6, 0.8), 1.0, size[0], dtype=np.float32)
    return _grained(photo * across, rng, 5.0)


def _grained(image: np.ndarray, rng: np.random.Generator, noise: float) -> Grey:
    soft = cv2.GaussianBlur(np.asarray(image, np.float32), (0, 0), 0.7)
    return np.clip(soft + rng.normal(0.0, noise, soft.shape), 0, 255).astype(np.uint8)


def drawn(texts: Mapping[str, str]) -> Grey:
    """Return the form filled in with drawn digits, which needs no data sets; fields without a text stay empty."""
    page = empty()
    for field in FIELDS:
        pitch = CELL if field.kind in ("joined", "comb") else 32
        for place, digit in enumerate(texts.get(field.name, "")):
            small = cv2.resize(drawing(int(digit), side=100, pen=9), (40, 40), interpolation=cv2.INTER_AREA)
            x, y = field.left + place * pitch + (pitch - 40) // 2 + (0 if pitch == CELL else 20), field.top + 10
            window = page[y : y + 40, x : x + 40]
            np.minimum(window, small, out=window)
    return page
