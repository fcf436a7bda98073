"""The maps of the page network -> where the numbers of a page are, which way each is read, and what ink is theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.pages import ACROSS, DOWN, INK, MIDDLE
from hwr_core.images.types import Grey

Maps = NDArray[np.float32]
"""float32 [height / 2, width / 2, 7], as `hwr_core.images.pages` names them; ink and middles as logits."""

FOUND, SURE = 0.4, 0.55
"""Ink and middles are at least as probable as the first says; a whole middle, on average, as the second."""

LEAST_PLACES, LONG = 6, 1.8
"""A piece of the map has at least so many places; it is long if it is so many times as long as wide."""

LEAST_HEIGHT = 7.0
"""Pixels; digits lower than this cannot be told from noise."""

MIDDLE_SHARE = 0.5
"""The middle of a number has this share of its digits' height."""

REACH = 0.75
"""Ink belongs to the nearest number, if the number's middle is no farther than this share of its height."""

GAP, LEVEL, ALIKE, SAME_WAY = 0.3, 0.4, 1.8, 0.9
"""Pieces make one number if they are at most the first share of its height apart, their levels differ by at most the
second, their heights by at most the third factor, and their ways by a cosine of at least the fourth."""

WHOLLY = 0.7
"""A connected component of which this share is nearest to one number belongs to it as a whole."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number is on a page: its middle, its length and height in pixels, and the way it is read.

    `way` is a unit vector, to the right and downwards. `ink` are the rows and columns of its ink.
    """

    centre: tuple[float, float]
    length: float
    height: float
    way: tuple[float, float]
    ink: tuple[NDArray[np.intp], NDArray[np.intp]]

    def scaled(self, factor: float) -> "Place":
        """Return the place on a page `factor` times as large; its ink stays as it is."""
        x, y = self.centre
        return replace(self, centre=(x * factor, y * factor), length=self.length * factor, height=self.height * factor)

    def holds(self, point: tuple[float, float]) -> bool:
        """Tell whether a point lies within the number's box."""
        x, y = point[0] - self.centre[0], point[1] - self.centre[1]
        along, across = x * self.way[0] + y * self.way[1], y * self.way[0] - x * self.way[1]
        return abs(along) <= self.length / 2 and abs(across) <= self.height / 2


def ink_of(maps: Maps) -> NDArray[np.float32]:
    """Return how probable ink is at each pixel of the page, 0 to 1, float32 [height, width]."""
    height, width = maps.shape[:2]
    quarters = maps[..., INK].reshape(height, width, 2, 2).transpose(0, 2, 1, 3).reshape(2 * height, 2 * width)
    return _probable(quarters)


def find_places(maps: Maps, ink: NDArray[np.float32]) -> list[Place]:
    """Return the numbers of a page in reading order.

    Args:
        maps: of the page.
        ink: how probable ink is at each pixel, as `ink_of` makes it of the maps.
    """
    middle = _probable(maps[..., MIDDLE])
    count, found_labels, found_stats, _ = cv2.connectedComponentsWithStats((middle > FOUND).astype(np.uint8))
    labels, stats = np.asarray(found_labels, np.int32), np.asarray(found_stats, np.int32)
    pieces = [_piece(maps, middle, labels, stats, number) for number in range(1, count)]
    known = {number: piece for number, piece in enumerate(pieces, start=1) if piece is not None}
    if not known:
        return []
    way = _way_of_page([*known.values()])
    bands = {number: _band(piece, way) for number, piece in known.items()}
    found = {number: band for number, band in bands.items() if band[2] >= LEAST_HEIGHT}
    if not found:
        return []
    found, joined = _joined(found)
    renamed = np.zeros(count, np.int32)
    renamed[[*joined]] = [*joined.values()]
    owners = _owners(np.asarray(ink > FOUND, np.uint8) * np.uint8(255), renamed[labels], found)
    rows, columns = np.nonzero(owners)
    numbers = owners[rows, columns]
    order = np.argsort(numbers, kind="stable")
    ends = np.searchsorted(numbers[order], [*found, max(found) + 1])
    places = [
        Place(*band, ink=(rows[order[first:last]], columns[order[first:last]]))
        for band, first, last in zip(found.values(), ends, ends[1:], strict=False)
        if last - first >= 0.2 * band[2]
    ]
    return [places[number] for number in reading_order(places)]


_Band = tuple[tuple[float, float], float, float, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A connected component of the map of middles: its points on the page, and which way it is read.

    `said` is what the network says of the way, `axis` the line along which the piece is longest, of length 1 both.
    """

    points: NDArray[np.float64]
    said: NDArray[np.float64]
    axis: NDArray[np.float64]
    is_long: bool


def _piece(
    maps: Maps, middle: NDArray[np.float32], labels: NDArray[np.int32], stats: NDArray[np.int32], number: int
) -> _Piece | None:
    """One piece of the map of middles; None where the network is not sure enough of it."""
    left, top, width, height = (int(side) for side in stats[number, :4])
    window = np.s_[top : top + height, left : left + width]
    rows, columns = np.nonzero(labels[window] == number)
    if len(rows) < LEAST_PLACES or middle[window][rows, columns].mean() < SURE:
        return None
    said = np.tanh(maps[window][rows, columns][:, [ACROSS, DOWN]]).mean(axis=0).astype(np.float64)
    points = np.asarray(2.0 * np.stack([columns + left, rows + top], axis=1) + 1.0, np.float64)
    spreads, axes = np.linalg.eigh(np.cov(points.T) + 1e-6 * np.eye(2))
    return _Piece(points, _unit(said), axes[:, 1], bool(spreads[1] > LONG**2 * spreads[0]))


def _way_of_page(pieces: Sequence[_Piece]) -> NDArray[np.float64]:
    """The way that most of a page is read."""
    said = _unit(np.sum([piece.said * len(piece.points) for piece in pieces], axis=0))
    along = np.sum([_signed(piece.axis, said) * len(piece.points) for piece in pieces if piece.is_long], axis=0)
    return _unit(along) if np.any(along) and abs(_unit(along) @ said) > 0.5 else said


def _signed(axis: NDArray[np.float64], way: NDArray[np.float64]) -> NDArray[np.float64]:
    return axis if axis @ way >= 0 else -axis


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-6 else np.array([1.0, 0.0])


def _band(piece: _Piece, way_of_page: NDArray[np.float64]) -> _Band:
    """The centre, length, height and way of one piece, in pixels of the page.

    A long piece is read along its axis. The network says in which of both directions; a short one is read as it says,
    or as most of the page is where that is about the same.
    """
    if piece.is_long:
        way = _signed(piece.axis, piece.said if abs(piece.axis @ piece.said) > 0.3 else way_of_page)
    else:
        way = way_of_page if piece.said @ way_of_page > 0.7 else piece.said
    normal = np.array([-way[1], way[0]])
    along, across = piece.points @ way, piece.points @ normal
    length = float(np.ptp(along)) + 2.0
    tall = 4.0 * len(along) / length / MIDDLE_SHARE  # a place of the map has four pixels
    at = (along.min() + along.max()) / 2 * way + across.mean() * normal
    return (float(at[0]), float(at[1])), length, tall, (float(way[0]), float(way[1]))


def _joined(bands: dict[int, _Band]) -> tuple[dict[int, _Band], dict[int, int]]:
    """Put pieces together that follow each other on one line; say also which piece went into which number."""
    into = {number: number for number in bands}
    numbers = [*bands]
    for first, second in np.argwhere(_follow([*bands.values()])):
        old, new = into[numbers[second]], into[numbers[first]]
        into = {number: new if now == old else now for number, now in into.items()}
    members: dict[int, list[_Band]] = {}
    for number, now in into.items():
        members.setdefault(now, []).append(bands[number])
    return {now: _together(pieces) for now, pieces in members.items()}, into


def _follow(bands: Sequence[_Band]) -> NDArray[np.bool_]:
    """Whether one piece (row) is closely followed by another one (column)."""
    at, ways = np.array([band[0] for band in bands]), np.array([band[3] for band in bands])
    lengths, heights = np.array([band[1:3] for band in bands]).T
    apart = at[None] - at[:, None]
    along = apart[..., 0] * ways[:, None, 0] + apart[..., 1] * ways[:, None, 1]
    across = apart[..., 1] * ways[:, None, 0] - apart[..., 0] * ways[:, None, 1]
    tall, low = np.maximum(heights, heights[:, None]), np.minimum(heights, heights[:, None])
    gap = along - (lengths + lengths[:, None]) / 2
    same_line = (np.abs(across) <= LEVEL * tall) & (ways @ ways.T >= SAME_WAY)
    return np.asarray(same_line & (along > 0) & (gap <= GAP * tall) & (tall <= ALIKE * low))


def _together(pieces: Sequence[_Band]) -> _Band:
    """The band of several pieces of one number."""
    if len(pieces) == 1:
        return pieces[0]
    at, ways = np.array([piece[0] for piece in pieces]), np.array([piece[3] for piece in pieces])
    lengths, heights = np.array([piece[1:3] for piece in pieces]).T
    half = ways * lengths[:, None] / 2
    way = _unit((ways * lengths[:, None]).sum(axis=0))
    along = np.concatenate([at - half, at + half]) @ way
    normal = np.array([-way[1], way[0]])
    level = float(np.average(at @ normal, weights=lengths))
    centre = (along.min() + along.max()) / 2 * way + level * normal
    tall = float(np.average(heights, weights=lengths))
    return (float(centre[0]), float(centre[1])), float(np.ptp(along)), tall, (float(way[0]), float(way[1]))


def _owners(ink: Grey, labels: NDArray[np.int32], bands: dict[int, _Band]) -> NDArray[np.int32]:
    """The number to which each pixel of ink belongs, 0 for none, int32 of the page's shape."""
    distance, nearest = cv2.distanceTransformWithLabels(
        (labels == 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    number_of = np.zeros(int(nearest.max()) + 1, np.int32)
    inside = labels > 0
    number_of[nearest[inside]] = labels[inside]
    heights = np.zeros(int(labels.max()) + 1)
    heights[[*bands]] = [band[2] for band in bands.values()]
    near = number_of[nearest]
    near[2.0 * distance > REACH * heights[near]] = 0
    owners = np.asarray(cv2.resize(near, ink.shape[::-1], interpolation=cv2.INTER_NEAREST), np.int32)
    owners[ink == 0] = 0
    return _in_whole_components(ink, owners)


def _in_whole_components(ink: Grey, owners: NDArray[np.int32]) -> NDArray[np.int32]:
    """Give a component that nearly all belongs to one number to it as a whole."""
    count, components = cv2.connectedComponents(ink, connectivity=8)
    total = int(owners.max()) + 1
    pixels = ink > 0
    votes = np.bincount(components[pixels] * total + owners[pixels], minlength=count * total).reshape(count, total)
    best = votes.argmax(axis=1)
    wholly = votes.max(axis=1) >= WHOLLY * np.maximum(votes.sum(axis=1), 1)
    wholly[0] = False
    return np.where(wholly[components], best[components], owners).astype(np.int32)


def reading_order(places: Sequence[Place]) -> list[int]:
    """Return which place comes first, second ...: from top to bottom, left to right, in the way that most are read."""
    if not places:
        return []
    ways = np.array([place.way for place in places]) * np.array([[place.length] for place in places])
    total = ways.sum(axis=0)
    way = total / max(float(np.linalg.norm(total)), 1e-6)
    centres = np.array([place.centre for place in places])
    along, down = centres @ way, centres @ np.array([-way[1], way[0]])
    rows: list[list[int]] = []
    for place in np.argsort(down, kind="stable").tolist():
        if rows and down[place] - np.mean(down[rows[-1]]) < 0.5 * min(places[place].height, places[rows[-1][0]].height):
            rows[-1].append(place)
        else:
            rows.append([place])
    return [place for row in rows for place in sorted(row, key=lambda each: along[each])]


def _probable(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0))), np.float32)
