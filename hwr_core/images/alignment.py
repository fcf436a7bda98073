"""A filled-in form laid over the empty one, by what is printed on both, and the print then taken away."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import NotThisForm
from hwr_core.images.types import Grey

LOOKED_AT, FEATURES = 1400, 2000
"""Features are looked for on pages whose longer side has so many pixels, and so many at most."""

DISTINCT = 0.8
"""A feature is taken for another whose distance is below this share of that to the next one (Lowe, 2004)."""

NEAR = 3.0
"""Pixels of the empty page by which features may miss their place."""

LEAST_FEATURES = 25
"""Features that have to agree; of pages with nothing in common up to twelve did by chance."""

LEAST_AREA, MOST_AREA = 0.02, 25.0
"""An empty page covers between these parts of the image with the filled-in one."""

SINGULAR = 1e-9
"""Determinant of a homography below which it maps the page onto a line."""

LARGER = 1.3
"""A page seen by this factor larger than the empty one is reduced first, so that thin strokes stay."""

DARKER, PRINT_WIDTH, SPREAD = 40, 25, 3
"""Print is darker than the paper by so many grey levels, and narrower than so many pixels; it is removed with what lies
within a square of so many pixels, since no page lies exactly over another."""

FILL = 3.0
"""Pixels around the print from which its place is filled."""

Features = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Places, float32 [n, 2], in pixels of the page, and what is seen there, float32 [n, 128]."""


@dataclass(frozen=True, slots=True)
class EmptyForm:
    """An empty form, uint8 height x width, with its features and where it is printed on (255)."""

    page: Grey
    print: Grey
    features: Features

    @classmethod
    def of(cls, page: Grey) -> Self:
        """Return what is known of an empty form. Raises NotThisForm: hardly anything is printed on it."""
        features = _features(page)
        if len(features[0]) < LEAST_FEATURES:
            raise NotThisForm("There is too little print on the form to find its fields by on a filled-in one.")
        paper = cv2.morphologyEx(page, cv2.MORPH_CLOSE, np.ones((PRINT_WIDTH, PRINT_WIDTH), np.uint8))
        dark = cv2.subtract(paper, page) > DARKER
        printed = cv2.dilate(dark.astype(np.uint8) * 255, np.ones((SPREAD, SPREAD), np.uint8))
        return cls(page, np.asarray(printed, np.uint8), features)

    def laid_over(self, filled: Grey) -> Grey:
        """Return a filled-in form, uint8 of any size and turned anyhow, as it lies over the empty one: of its shape.

        Raises:
            NotThisForm: too little of the print is found on it.
        """
        matrix = self._placing(filled)
        zoom = np.sqrt(abs(np.linalg.det(np.linalg.inv(matrix)[:2, :2])))
        if zoom > LARGER:
            filled = np.asarray(cv2.resize(filled, None, fx=1 / zoom, fy=1 / zoom, interpolation=cv2.INTER_AREA))
            matrix = matrix @ np.diag([zoom, zoom, 1.0])
        height, width = self.page.shape
        beside = round(float(np.median(filled)))
        laid = cv2.warpPerspective(filled, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(beside,))
        return np.asarray(laid, np.uint8)

    def without_print(self, laid: Grey) -> Grey:
        """Return a page that lies over the empty one without what is printed there (Telea, 2004)."""
        return np.asarray(cv2.inpaint(laid, self.print, FILL, cv2.INPAINT_TELEA), np.uint8)

    def _placing(self, filled: Grey) -> NDArray[np.float64]:
        """The homography from a filled-in page to the empty one, float64 [3, 3]."""
        places, seen = _features(filled)
        if len(places) < LEAST_FEATURES:
            raise NotThisForm("Hardly anything is to be seen on the page.")
        own_places, own = self.features
        pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(seen, own, k=2)
        good = [one for one, other in pairs if one.distance < DISTINCT * other.distance]
        if len(good) >= LEAST_FEATURES:
            here = places[[each.queryIdx for each in good]]
            there = own_places[[each.trainIdx for each in good]]
            found, agreeing = cv2.findHomography(here, there, cv2.USAC_MAGSAC, NEAR)
            matrix = np.asarray(found, np.float64)  # without numbers where none was found
            if np.sum(agreeing) >= LEAST_FEATURES and self._is_a_sheet(matrix, filled):
                return matrix
        raise NotThisForm("The page does not show this form, or too little of it.")

    def _is_a_sheet(self, matrix: NDArray[np.float64], filled: Grey) -> bool:
        """Whether the form lies on the image as a sheet of paper can, neither folded nor tiny."""
        if matrix.shape != (3, 3) or abs(np.linalg.det(matrix)) < SINGULAR:
            return False
        height, width = self.page.shape
        corners = np.array([[(0, 0), (width, 0), (width, height), (0, height)]], np.float32)
        seen = cv2.perspectiveTransform(corners, np.linalg.inv(matrix))[0].astype(np.float32)
        share = cv2.contourArea(seen, oriented=True) / filled.size
        return bool(cv2.isContourConvex(seen) and LEAST_AREA <= share <= MOST_AREA)


def _features(page: Grey) -> Features:
    """The features of a page, of those that turning and scaling leave alone (SIFT; Lowe, 2004)."""
    scale = LOOKED_AT / max(page.shape)
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    seen = cv2.resize(page, None, fx=scale, fy=scale, interpolation=kind)
    points, described = cv2.SIFT.create(FEATURES).detectAndCompute(seen, np.full(seen.shape, 255, np.uint8))
    places = np.array([point.pt for point in points], np.float32).reshape(-1, 2) / np.float32(scale)
    return places, np.asarray(described if len(points) else np.zeros((0, 128)), np.float32)
