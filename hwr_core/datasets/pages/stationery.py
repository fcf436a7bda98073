"""What a sheet bears before anybody writes on it: rules, squares, frames of cells, print, security patterns."""

import string
from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hwr_core.datasets.pages.sheet import Sheet
from hwr_core.images.types import Grey

FACES = tuple(range(8))
"""OpenCV's stroke fonts (Hershey, 1967); the other letters are in Pillow's own typeface."""


def rule(sheet: Sheet, distance: float, rng: np.random.Generator, *, squared: bool) -> None:
    """Rule the whole sheet, or square it, at a distance of so many pixels."""
    width, height = sheet.size
    cover = np.zeros((height, width), np.uint8)
    thick = int(rng.integers(1, max(2, round(distance / 22)) + 1))
    for y in np.arange(rng.uniform(0, distance), height, distance):
        cv2.line(cover, (0, round(y)), (width, round(y + rng.normal(0.0, 0.3))), 255, thick, cv2.LINE_AA)
    if squared:
        for x in np.arange(rng.uniform(0, distance), width, distance):
            cv2.line(cover, (round(x), 0), (round(x), height), 255, thick, cv2.LINE_AA)
    elif rng.uniform() < 0.3:  # a margin
        x = round(rng.uniform(0.05, 0.2) * width)
        cv2.line(cover, (x, 0), (x, height), 255, thick, cv2.LINE_AA)
    sheet.darken(cover, 0, 0, float(rng.uniform(0.08, 0.55)))


def line(sheet: Sheet, start: tuple[float, float], end: tuple[float, float], thick: float, strength: float) -> None:
    """Print a straight line."""
    left, top = int(min(start[0], end[0]) - thick - 2), int(min(start[1], end[1]) - thick - 2)
    width, height = int(abs(start[0] - end[0]) + 2 * thick + 5), int(abs(start[1] - end[1]) + 2 * thick + 5)
    cover = np.zeros((height, width), np.uint8)
    ends = np.round((np.array([start, end]) - (left, top)) * 16).astype(np.int32)
    cv2.polylines(cover, [ends], False, 255, max(1, round(thick)), cv2.LINE_AA, 4)
    sheet.darken(cover, left, top, strength)


def box(sheet: Sheet, x: float, y: float, width: float, height: float, thick: float, strength: float) -> None:  # noqa: PLR0913, PLR0917
    """Print the frame of a rectangle."""
    right, bottom = x + width, y + height
    for start, end in (
        ((x, y), (right, y)),
        ((x, bottom), (right, bottom)),
        ((x, y), (x, bottom)),
        ((right, y), (right, bottom)),
    ):
        line(sheet, start, end, thick, strength)


def pattern(sheet: Sheet, rng: np.random.Generator) -> None:
    """Print a security pattern, as cheques have it: fine waves, or dots."""
    width, height = sheet.size
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    period, turn = rng.uniform(3.0, 14.0), rng.uniform(0.0, np.pi)
    along = x * np.cos(turn) + y * np.sin(turn)
    across = -x * np.sin(turn) + y * np.cos(turn)
    wave = np.sin(2 * np.pi * (across + period * rng.uniform(0.0, 2.0) * np.sin(along / rng.uniform(8, 40))) / period)
    if rng.uniform() < 0.4:
        wave = np.minimum(wave, np.sin(2 * np.pi * along / period))
    cover = np.clip(wave * 255 * rng.uniform(0.4, 1.0), 0, 255).astype(np.uint8)
    sheet.darken(cover, 0, 0, float(rng.uniform(0.03, 0.3)))


def printed(height: float, rng: np.random.Generator, *, words: int) -> Grey:
    """Return so many printed words, or numbers, in a row: cover 0 to 255, letters about `height` pixels high."""
    text = " ".join(_word(rng) for _ in range(words))
    if rng.uniform() < 0.5:
        return _in_type(text, max(6, round(height * 1.35)))
    face = int(rng.choice(FACES))
    scale = cv2.getFontScaleFromHeight(face, max(5, round(height)), 1)
    thick = max(1, round(height * rng.uniform(0.05, 0.16)))
    (width, high), base = cv2.getTextSize(text, face, scale, thick)
    canvas = np.zeros((high + base + 6, width + 6), np.uint8)
    cv2.putText(canvas, text, (3, high + 2), face, scale, 255, thick, cv2.LINE_AA)
    return canvas


def _word(rng: np.random.Generator) -> str:
    if rng.uniform() < 0.2:
        return "".join(rng.choice([*string.digits, ".", "/", "-"], int(rng.integers(1, 7))))
    letters = string.ascii_uppercase if rng.uniform() < 0.3 else string.ascii_lowercase
    body = "".join(rng.choice([*letters], int(rng.integers(1, 10))))
    return str(rng.choice([body, body.capitalize(), f"{body}:", f"{body},", f"{body}."]))


@cache
def _typeface(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _in_type(text: str, size: int) -> Grey:
    font = _typeface(size)
    left, top, right, bottom = (int(each) for each in font.getbbox(text))
    image = Image.new("L", (right - left + 4, bottom - top + 4), 0)
    ImageDraw.Draw(image).text((2 - left, 2 - top), text, fill=255, font=font)
    return np.array(image)
