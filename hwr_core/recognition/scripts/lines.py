"""A line of another script's symbols -> its text: cut into pieces, put together again as its symbols are most probable.

The network of lines knows Western digits alone. Here every piece of a line, and every few neighbours together, are read
as one symbol, and the way through all pieces is chosen that is most probable (LeCun et al., 1998, "Gradient-based
learning applied to document recognition", section V: heuristic over-segmentation).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.lines.page import Line, Page, Part, joint_box
from hwr_core.recognition.line_reader import LineText
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.scripts.script import AUTO, WESTERN, Script

MOST_PIECES, WIDEST = 4, 1.5
"""So many neighbouring pieces may be one symbol, if they are at most so many times as wide as the line is high."""

OVERLAP = 0.4
"""Pieces that lie above each other for this share of the narrower one belong together."""

WIDE, PIECE = 1.1, 0.55
"""A piece so many times as wide as the line is high may be several symbols that touch: it is cut about every so many
heights, where it has the fewest pixels."""

LEAST = 1e-4
"""No symbol counts for less: one that cannot be read must not decide about a whole line."""

STRAY = 0.5
"""A lone piece that is no symbol with more than this probability is left out, such as a comma between digits."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One symbol that neighbouring pieces may be: its place in the script, and the probabilities of all symbols."""

    parts: tuple[Part, ...]
    place: int
    shares: NDArray[np.float32]

    @property
    def share(self) -> float:
        """How probable it is."""
        return float(self.shares[self.place])

    @property
    def is_stray(self) -> bool:
        """Whether it is more probably no symbol at all."""
        return float(self.shares[-1]) > STRAY


def in_script(page: Page, line: Line, recogniser: Recogniser, script: Script) -> LineText:
    """Read the symbols of a line in a script that is not the Western one.

    Returns:
        A text of a character for each symbol: its value, or where there are values above 9, the symbol itself.
    """
    found = _best_way(page, line, recogniser, script)
    return _text([each for each in found if not each.is_stray] or found, script)


def part_by_part(page: Page, line: Line, recogniser: Recogniser, script: Script) -> LineText:
    """Read each part of a line as one symbol of a script that is not the Western one."""
    shares = recogniser.script_shares([page.normalised([part]) for part in line.parts], script.name)
    found = [_Reading((part,), int(each[:-1].argmax()), each) for part, each in zip(line.parts, shares, strict=True)]
    return _text(found, script)


def _text(found: Sequence[_Reading], script: Script) -> LineText:
    shares = np.array([each.shares[:-1] for each in found]).reshape(-1, len(script.symbols))
    return LineText(
        text="".join(script.characters[each.place] for each in found),
        confidence=float(np.prod([each.share for each in found])) if found else 0.0,
        parts=tuple(each.parts for each in found),
        probabilities=shares / np.maximum(shares.sum(axis=1, keepdims=True), LEAST),
    )


def script_of(pages: Sequence[Page], recogniser: Recogniser) -> str:
    """Return the script that most of what stands on some pages speaks for; the Western one where nothing stands."""
    seen = [page.normalised(group) for page in pages for line in page.lines for group in _groups(line)]
    scores: dict[str, float] = {}
    for prediction in recogniser.read(seen, AUTO):
        for each in prediction.script_candidates:
            scores[each.script] = scores.get(each.script, 0.0) + float(np.log(max(each.probability, LEAST)))
    return max(scores, key=lambda name: scores[name], default=WESTERN)


def _best_way(page: Page, line: Line, recogniser: Recogniser, script: Script) -> list[_Reading]:
    """The readings, one behind the other, that account for all pieces of a line most probably."""
    pieces = [piece for group in _groups(line) for piece in _cut(group, line.height)]
    spans = [
        (first, last)
        for last in range(1, len(pieces) + 1)
        for first in range(max(0, last - MOST_PIECES), last)
        if last - first == 1 or joint_box(_joined(pieces[first:last]))[2] <= WIDEST * line.height
    ]
    images = [page.normalised(_joined(pieces[first:last])) for first, last in spans]
    shares = recogniser.script_shares(images, script.name)
    best: list[tuple[float, list[_Reading]]] = [(0.0, [])]
    ends: dict[int, list[tuple[int, _Reading]]] = {}
    for (first, last), found in zip(spans, shares, strict=True):
        reading = _Reading(tuple(_joined(pieces[first:last])), int(found[:-1].argmax()), found)
        ends.setdefault(last, []).append((first, reading))
    for last in range(1, len(pieces) + 1):
        # A reading counts for each piece that it accounts for, or few long ones would always win.
        ways = [
            (best[first][0] + (last - first) * float(np.log(max(reading.share, LEAST))), first, reading)
            for first, reading in ends[last]
        ]
        score, first, reading = max(ways, key=lambda way: way[0])
        best.append((score, [*best[first][1], reading]))
    return best[-1][1]


def _joined(pieces: Sequence[Sequence[Part]]) -> list[Part]:
    return [part for piece in pieces for part in piece]


def _groups(line: Line) -> list[list[Part]]:
    """The parts of a line, those together that lie above each other, from left to right."""
    groups: list[list[Part]] = []
    for part in sorted(line.parts, key=lambda part: part.box[0]):
        if groups and _overlap(groups[-1], part) >= OVERLAP:
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _overlap(group: Sequence[Part], part: Part) -> float:
    left, _, width, _ = joint_box(group)
    start, _, own, _ = part.box
    return (min(left + width, start + own) - max(left, start)) / max(1, min(width, own))


def _cut(group: list[Part], height: float) -> list[list[Part]]:
    """A group of parts in pieces, where it is so wide that several symbols may touch."""
    left, _, width, _ = joint_box(group)
    if width <= WIDE * height:
        return [group]
    columns = np.concatenate([part.columns for part in group]) - left
    profile = np.bincount(columns, minlength=width)
    count = max(2, round(width / (PIECE * height)))
    room = width / count / 3
    cuts = []
    for number in range(1, count):
        first = round(number * width / count - room)
        cuts.append(left + first + int(profile[first : round(number * width / count + room) + 1].argmin()))
    pieces: list[list[Part]] = []
    for start, end in zip([left, *cuts], [*cuts, left + width], strict=True):
        inside = [(part, (part.columns >= start) & (part.columns < end)) for part in group]
        piece = [Part(part.rows[mask], part.columns[mask]) for part, mask in inside if mask.any()]
        if piece:
            pieces.append(piece)
    return pieces
