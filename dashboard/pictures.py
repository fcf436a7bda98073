"""Grey arrays -> pictures a page can show. Knows no Streamlit."""

import base64

import cv2
import numpy as np

from hwr_core.images.encode import as_png
from hwr_core.records import Grey


def enlarged(seen: Grey, times: int) -> Grey:
    """Enlarge by a whole factor with every pixel left visible as a square."""
    return np.repeat(np.repeat(seen, times, axis=0), times, axis=1)


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
