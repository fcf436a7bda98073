"""Saliency by occlusion: parts of an image are erased or inked, and the model is asked again."""

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import SIDE, Grey
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.scripts.script import WESTERN, values_of

STEP = 2
"""Pixels from one change to the next."""
SIGMA = 2.8
"""Spread of a change in pixels, wider than a pen: what a pen alone covers hardly changes a sure answer."""


def saliency(
    seen: Grey, recogniser: Recogniser, script: str = WESTERN, *, digit: int | None = None
) -> NDArray[np.float32]:
    """Return how much each pixel of an image matters for an answer, float32 [28, 28] in -1 to 1.

    Above 0, ink here speaks for the digit: without it, the probability falls by so much. Below 0 there is no ink, and
    ink here would lower the probability by so much. By occlusion (Zeiler and Fergus, 2014, "Visualizing and
    understanding convolutional networks"), with ink added as well as erased; some 400 predictions.

    Args:
        seen: uint8 [28, 28], what the model saw.
        recogniser: the model.
        script: the script to read it in.
        digit: whose probability to explain; by default the most probable one.
    """
    [plain] = recogniser.read([seen], script)
    asked = values_of(script).index(plain.candidates[0].digit if digit is None else digit)
    patches = _patches()
    erased = seen * (1.0 - patches)
    inked = seen + (255.0 - seen) * patches
    changed = np.concatenate([erased, inked]).round().astype(np.uint8)
    answers = recogniser.read(list(changed), script)
    found = np.array([prediction.probabilities[asked] for prediction in answers], np.float32)
    loss = np.maximum(plain.probabilities[asked] - found, 0.0)
    without, with_more = loss[: len(patches)], loss[len(patches) :]
    ink = seen.astype(np.float32) / 255.0
    weights = patches / patches.sum(axis=0)
    speaks_for = np.tensordot(without, weights, 1) * ink
    speaks_against = np.tensordot(with_more, weights, 1) * (1.0 - ink)
    return np.asarray(np.where(ink > 0.5, speaks_for, -speaks_against), np.float32)


def _patches() -> NDArray[np.float32]:
    """Round patches all over the image, 0 to 1, [n, 28, 28]."""
    axis = np.arange(SIDE, dtype=np.float32)
    places = axis[STEP // 2 :: STEP]
    bells = np.exp(-((axis[None, :] - places[:, None]) ** 2) / (2 * SIGMA**2))
    return np.asarray(np.einsum("iy,jx->ijyx", bells, bells).reshape(-1, SIDE, SIDE), np.float32)
