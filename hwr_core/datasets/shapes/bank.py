"""The bank of drawn shapes: what each digit looks like in hands that the open sets hardly hold."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from hwr_core.datasets.shapes import ones_and_sevens, open_and_angular, rounded
from hwr_core.datasets.shapes.pen import Way, drawn
from hwr_core.datasets.strokes import Recording

Shape = Callable[[np.random.Generator], Sequence[Way]]

SHAPES: Mapping[int, Mapping[str, Shape]] = {
    0: {
        "slashed": rounded.slashed_zero,
        "curled in": rounded.curled_zero,
        "with a tail": rounded.tailed_zero,
        "open": rounded.open_zero,
        "flat": rounded.flat_zero,
    },
    1: {
        "long upstroke": ones_and_sevens.long_upstroke,
        "flag": ones_and_sevens.flag,
        "foot": ones_and_sevens.foot,
        "hooked": ones_and_sevens.hooked,
        "slash": ones_and_sevens.slash,
    },
    2: {
        "looped": open_and_angular.looped_two,
        "like a z": open_and_angular.like_a_z,
        "swan": open_and_angular.swan,
    },
    3: {"flat": open_and_angular.flat_three, "looped": open_and_angular.looped_three},
    4: {
        "like an h": open_and_angular.like_an_h,
        "like a y": open_and_angular.like_a_y,
        "lightning": open_and_angular.lightning,
        "closed": open_and_angular.closed_four,
    },
    5: {
        "like an s": open_and_angular.like_an_s,
        "loose bar": open_and_angular.loose_bar,
        "without a bar": open_and_angular.without_bar,
        "hooked bar": open_and_angular.hooked_bar,
        "like an r": open_and_angular.like_an_r,
        "like a root": open_and_angular.like_a_root,
    },
    6: {"like a b": rounded.like_a_b, "open": rounded.open_six},
    7: {
        "like a t": ones_and_sevens.like_a_t,
        "serif": ones_and_sevens.serif_seven,
        "bent": ones_and_sevens.bent_seven,
    },
    8: {"two circles": rounded.two_circles, "open": rounded.open_eight},
    9: {
        "like a rho": rounded.like_a_rho,
        "like a g": rounded.like_a_g,
        "like a q": rounded.like_a_q,
        "open": rounded.open_nine,
    },
}
"""The shapes of each digit by name."""

OFTEN: Mapping[str, int] = {"long upstroke": 3, "like an h": 2, "like a root": 2, "like a t": 2, "like a rho": 3}
"""Shapes that readers fail on most, and how often each is drawn for once that another is."""


def shape_recordings(rng: np.random.Generator, label: int, name: str | None = None) -> Recording | None:
    """Return a digit in one of its shapes, each time another hand's; None for what is no digit.

    Args:
        rng: decides which shape, and how it is drawn.
        label: 0-9, or NOT_A_DIGIT.
        name: the shape, one of `SHAPES[label]`, where it is known.
    """
    shapes = SHAPES.get(label)
    if shapes is None:
        return None
    if name is None:
        names = [each for each in shapes for _ in range(OFTEN.get(each, 1))]
        name = names[int(rng.integers(len(names)))]
    return Recording(label, drawn(shapes[name](rng), rng))
