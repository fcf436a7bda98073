"""How colours look: their contrast, and to colour-blind eyes."""

from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

COLOUR_BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "none": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
}
"""What becomes of linear red, green and blue (Machado, Oliveira and Fernandes, 2009, table of full severity)."""


def linear(colour: str) -> NDArray[np.float64]:
    """Red, green and blue of a colour such as "#3f82e0", 0 to 1 in linear light."""
    shares = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as WCAG defines it, 1 to 21."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def least_difference(colours: list[str], matrix: list[list[float]]) -> float:
    """The smallest distance in CIE Lab between two of some colours, as seen by an eye of this kind."""
    seen = np.clip([np.array(matrix) @ linear(colour) for colour in colours], 0, 1)
    encoded = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)
    lab = cv2.cvtColor(np.array([encoded], np.float32), cv2.COLOR_RGB2Lab)[0]
    return min(float(np.linalg.norm(one - other)) for one, other in combinations(lab, 2))
