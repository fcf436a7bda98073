"""Arrays -> PNG files and the data URLs that pages and API answers carry."""

import base64

import cv2
import numpy as np
from numpy.typing import NDArray


def as_png(image: NDArray[np.uint8]) -> bytes:
    """Return an image, grey or in red, green and blue, as a PNG file."""
    ordered = image if image.ndim == 2 else np.ascontiguousarray(image[..., ::-1])  # OpenCV has blue first
    _, png = cv2.imencode(".png", ordered)
    return png.tobytes()


def data_url(image: NDArray[np.uint8]) -> str:
    """Return an image, grey or in red, green and blue, as a PNG in a data URL."""
    return f"data:image/png;base64,{base64.b64encode(as_png(image)).decode('ascii')}"
