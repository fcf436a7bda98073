"""What in an image spoke for an answer: parts of it are wiped out or inked, and the model is asked again."""

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import SIDE, Grey
from hwr_core.recognition.recogniser import Recogniser

STEP = 2
"""Pixels from one change to the next."""
SIGMA = 2.8
"""Spread of a change in pixels, wider than a pen: what a pen alone covers hardly changes a sure answer."""


def saliency(seen: Grey, recogniser: Recogniser, digit: int | None = None) -> NDArray[np.float32]:
    """Return how much each place of an image matters for an answer, float32 [28, 28] in -1 to 1.

    Above 0: ink here speaks for the digit, without it its probability falls by so much. Below 0: there is none, and ink
    here would take so much of its probability away. By occlusion (Zeiler and Fergus, 2014, "Visualizing and
    understanding convolutional networks"), with ink added as well as taken away; some 400 predictions.

    Args:
        seen: uint8 [28, 28], what the model saw.
        recogniser: the model.
        digit: for which digit; the most probable one when not given.
    """
    [plain] = recogniser.read([seen])
    asked = plain.candidates[0].digit if digit is None else digit
    components = _spots()
    wiped = seen * (1.0 - components)
    inked = seen + (255.0 - seen) * components
    changed = np.concatenate([wiped, inked]).round().astype(np.uint8)
    found = np.array([prediction.probabilities[asked] for prediction in recogniser.read(list(changed))], np.float32)
    loss = np.maximum(plain.probabilities[asked] - found, 0.0)
    without, with_more = loss[: len(components)], loss[len(components) :]
    ink = seen.astype(np.float32) / 255.0
    weights = components / components.sum(axis=0)
    speaks_for = np.tensordot(without, weights, 1) * ink
    speaks_against = np.tensordot(with_more, weights, 1) * (1.0 - ink)
    return np.asarray(np.where(ink > 0.5, speaks_for, -speaks_against), np.float32)


def _spots() -> NDArray[np.float32]:
    """Round spots all over the image, 0 to 1, [n, 28, 28]."""
    axis = np.arange(SIDE, dtype=np.float32)
    places = axis[STEP // 2 :: STEP]
    bells = np.exp(-((axis[None, :] - places[:, None]) ** 2) / (2 * SIGMA**2))
    return np.asarray(np.einsum("iy,jx->ijyx", bells, bells).reshape(-1, SIDE, SIDE), np.float32)
