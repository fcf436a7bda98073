"""What each stage of preprocessing is worth: it is left out, and the champion reads the test images again.

Run it: python -m tests.benchmarks.preprocessing. Wants the data sets. Images read right, in per cent; blanks are
right when no digit is named.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np

from hwr_core.datasets.corrupt import cropped, on_paper, ruled
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import LabelledImage, Part
from hwr_core.datasets.sources import load_images
from hwr_core.errors import NoInk
from hwr_core.images.ablation import WITHOUT, Normaliser
from hwr_core.images.normalise import normalise
from hwr_core.images.types import Grey
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import NOT_A_DIGIT
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT

EACH = 600

SOURCES = (
    "mnist",
    "strokes-unipen",
    "strokes-pendigits",
    "scanned-digits",
    "optdigits",
    "phone-digits",
    "poor",
    "phone-not-a-digit",
)

PARTS: Mapping[str, tuple[str, object]] = {
    "background of one tone": ("background._bare_tone", lambda *_: None),
    "grain instead of shading": ("binarise._grain", lambda _: 1000.0),
    "cell frames alone": ("foreground._is_frame", lambda components, **_: np.zeros(components.area.size, bool)),
    "halftone strokes": ("foreground._in_clusters", lambda _, components, __: np.zeros(components.area.size, bool)),
}
"""Parts of a stage, and what stands in for their functions when they are left out."""


def main() -> None:
    """Print a table: a row for what is left out, a column for each kind of image."""
    if "HWR_DATASETS_DIR" not in os.environ:
        print("HWR_DATASETS_DIR is not set: nothing is measured.")
        return
    images = kinds(Places(Path(os.environ["HWR_DATASETS_DIR"]), Path(), Path()))
    recogniser = Recogniser.load(Registry(PROJECT / "models").champion())
    print(f"{'without':26}", *(f"{name[:11]:>12}" for name in images))
    for name, normaliser in WITHOUT.items():
        show(name, normaliser, images, recogniser)
    for name, (function, replacement) in PARTS.items():
        with patch(f"hwr_core.images.{function}", replacement):
            show(name, normalise, images, recogniser)
    recogniser.close()


def show(
    name: str, normaliser: Normaliser, images: Mapping[str, Sequence[LabelledImage]], recogniser: Recogniser
) -> None:
    """Print a row of the table."""
    shares = [right(items, normaliser, recogniser) for items in images.values()]
    print(f"{name:26}", *(f"{share:12.2%}" for share in shares), flush=True)


def kinds(places: Places) -> dict[str, list[LabelledImage]]:
    """Return the images to read, by kind."""
    found = {name: list(load_images(name, places, Request(Part.TEST, limit=EACH))) for name in SOURCES}
    rng = np.random.default_rng(0)
    plain = [found[name][place] for name in ("mnist", "strokes-unipen", "scanned-digits") for place in range(EACH // 3)]
    found["cropped"] = [(cropped(on_paper(image), 1.0, rng), label) for image, label in plain if label != 1]
    found["ruled"] = [(ruled(on_paper(image), float(rng.uniform()), rng), label) for image, label in plain]
    return found


def right(items: Sequence[LabelledImage], normaliser: Normaliser, recogniser: Recogniser) -> float:
    """Return the share of images that are read right."""
    return float(np.mean([answer(image, normaliser, recogniser) == label for image, label in items]))


def answer(image: Grey, normaliser: Normaliser, recogniser: Recogniser) -> int:
    """Return the digit read, or NOT_A_DIGIT."""
    try:
        [prediction] = recogniser.read([normaliser(image)])
    except NoInk:
        return NOT_A_DIGIT
    return NOT_A_DIGIT if prediction.digit is None else prediction.digit


if __name__ == "__main__":
    main()
