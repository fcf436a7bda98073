"""Grey arrays -> image files."""

import cv2

from hwr_core.images.types import Grey


def as_png(grey: Grey) -> bytes:
    """Return a grey image as a PNG file."""
    _, png = cv2.imencode(".png", grey)
    return png.tobytes()
