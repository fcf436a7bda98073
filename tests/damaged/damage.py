"""Files as bad connections, broken programs and ill will leave them; each made again from its number alone."""

import warnings
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from tests.damaged.files import whole_files, zipped

SEED = 20260131
HEADER = 256
"""Bytes at the beginning in which most formats say how large everything is."""
EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 50_000, 7_000)
MOST_BYTES = 400_000

Damage: TypeAlias = Callable[[bytes, np.random.Generator], bytes]


def damaged(case: int) -> tuple[str, bytes]:
    """Return the name and the content of a case: always the same for the same number."""
    rng = np.random.default_rng((SEED, case))
    names = sorted(whole_files())
    name = names[rng.integers(len(names))]
    content = whole_files()[name]
    if name.endswith(".zip") and rng.random() < 0.6:
        content = _ODD_ARCHIVES[rng.integers(len(_ODD_ARCHIVES))](rng)
    for _ in range(rng.integers(1, 4)):
        content = _DAMAGE[rng.integers(len(_DAMAGE))](content, rng)[:MOST_BYTES]
    if rng.random() < 0.1:
        name = f"{name}.{names[rng.integers(len(names))].rpartition('.')[2]}"
    return name, content


def _span(content: bytes, rng: np.random.Generator) -> tuple[int, int]:
    start = int(rng.integers(len(content) + 1))
    return start, min(len(content), start + int(rng.geometric(0.02)))


def _cut_short(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: rng.integers(len(content) + 1)]


def _other_bytes(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for place in rng.integers(len(content), size=int(rng.integers(1, 20))) if content else ():
        changed[place] = rng.integers(256)
    return bytes(changed)


def _other_bits(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for place in rng.integers(len(content), size=int(rng.integers(1, 8))) if content else ():
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _extreme_number(content: bytes, rng: np.random.Generator) -> bytes:
    """Somewhere, mostly in the header, a number of 1, 2 or 4 bytes is as large or as small as it can be."""
    width = int(rng.choice((1, 2, 4)))
    end = min(len(content), HEADER) if rng.random() < 0.8 else len(content)
    place = int(rng.integers(max(1, end - width + 1)))
    value = EXTREMES[rng.integers(len(EXTREMES))] & ((1 << 8 * width) - 1)
    return content[:place] + value.to_bytes(width, "little" if rng.random() < 0.5 else "big") + content[place + width :]


def _span_removed(content: bytes, rng: np.random.Generator) -> bytes:
    start, end = _span(content, rng)
    return content[:start] + content[end:]


def _span_repeated(content: bytes, rng: np.random.Generator) -> bytes:
    start, end = _span(content, rng)
    return content[:start] + content[start:end] * int(rng.integers(2, 50)) + content[end:]


def _spans_swapped(content: bytes, rng: np.random.Generator) -> bytes:
    first, second = sorted((_span(content, rng), _span(content, rng)))
    between = content[first[1] : max(first[1], second[0])]
    return content[: first[0]] + content[slice(*second)] + between + content[slice(*first)] + content[second[1] :]


def _noise_put_in(content: bytes, rng: np.random.Generator) -> bytes:
    start, _ = _span(content, rng)
    return content[:start] + rng.bytes(int(rng.integers(1, 200))) + content[start:]


def _joined(content: bytes, rng: np.random.Generator) -> bytes:
    """Another file follows, or takes over in the middle."""
    files = whole_files()
    other = files[sorted(files)[rng.integers(len(files))]]
    if rng.random() < 0.5:
        return content + other
    return content[: rng.integers(len(content) + 1)] + other[rng.integers(len(other)) :]


def _unchanged(content: bytes, _: np.random.Generator) -> bytes:
    return content


def _nested(rng: np.random.Generator) -> bytes:
    content = whole_files()["plain.zip"]
    for _ in range(rng.integers(1, 6)):
        content = zipped([("7/inside.zip", content)])
    return content


def _of_many_entries(rng: np.random.Generator) -> bytes:
    return zipped((f"{number % 10}/{number}.png", b"") for number in range(int(rng.integers(500, 3000))))


def _of_much_in_little(rng: np.random.Generator) -> bytes:
    return zipped([("7/zeros.png", bytes(int(rng.integers(1, 40)) * 1_000_000))])


def _of_odd_names(rng: np.random.Generator) -> bytes:
    odd = ("../7/a.png", "/7/a.png", "C:\\7\\a.png", "7/" + "a" * 5000, "7\\a.png", "\u202e7/a.png", ".", "7/", "7//a")
    picture = whole_files()["grey.png"]
    with warnings.catch_warnings(action="ignore"):  # the same name twice is one of the oddities
        return zipped((odd[rng.integers(len(odd))], picture) for _ in range(rng.integers(1, 5)))


def _of_damaged_files(rng: np.random.Generator) -> bytes:
    files = [(name, content) for name, content in sorted(whole_files().items()) if not name.endswith(".zip")]
    chosen = [files[rng.integers(len(files))] for _ in range(5)]
    return zipped(
        (f"{place}/{name}", _DAMAGE[rng.integers(len(_DAMAGE))](content, rng))
        for place, (name, content) in enumerate(chosen)
    )


_DAMAGE: tuple[Damage, ...] = (
    _cut_short,
    _other_bytes,
    _other_bits,
    _extreme_number,
    _extreme_number,
    _span_removed,
    _span_repeated,
    _spans_swapped,
    _noise_put_in,
    _joined,
    _unchanged,
)
_ODD_ARCHIVES = (_nested, _of_many_entries, _of_much_in_little, _of_odd_names, _of_damaged_files)
