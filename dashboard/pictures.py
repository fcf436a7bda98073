"""Grey arrays -> pictures a page can show. Knows no Streamlit."""

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.encode import as_png
from hwr_core.records import Grey

SPEAKS_FOR = np.array([63.0, 130.0, 224.0])
SPEAKS_AGAINST = np.array([217.0, 130.0, 31.0])
"""The accent and the contrast of the palette, as red, green, blue."""


def enlarged(seen: Grey, times: int) -> Grey:
    """Enlarge by a whole factor with every pixel left visible as a square; colours stay."""
    return np.repeat(np.repeat(seen, times, axis=0), times, axis=1)


def heat(seen: Grey, saliency: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lay over the writing, in colour, what speaks for the answer (blue) and where ink would speak against it (orange).

    Returns uint8 [28, 28, 3].
    """
    most = max(float(np.abs(saliency).max()), 1e-6)
    weight = np.sqrt(np.abs(saliency) / most)[..., None]
    colour = np.where(saliency[..., None] > 0, SPEAKS_FOR, SPEAKS_AGAINST)
    return np.asarray(seen[..., None] * 0.6 * (1 - weight) + colour * weight, np.uint8)


def shrunk(grey: Grey, side: int) -> Grey:
    """Reduce so that the longer side is at most `side` pixels; smaller pictures stay as they are."""
    height, width = grey.shape
    scale = side / max(height, width)
    if scale >= 1:
        return grey
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def data_url(grey: Grey) -> str:
    """The picture as a PNG in a data URL."""
    return f"data:image/png;base64,{base64.b64encode(as_png(grey)).decode('ascii')}"
