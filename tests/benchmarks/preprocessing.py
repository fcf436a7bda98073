"""What each step of the normaliser is worth: it is left out, and the champion reads the test images again.

Run it: python -m tests.benchmarks.preprocessing. Wants the data sets. Images read right, in per cent; blanks are
right when no digit is named.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import numpy as np

from hwr_core.datasets.corrupt import cropped, on_paper, ruled
from hwr_core.datasets.samples import LabelledImage, Part
from hwr_core.datasets.sources import Places, Request, load_images
from hwr_core.errors import NoInk
from hwr_core.images.ablation import all_ink, box_in_the_middle, flat_paper, stretched
from hwr_core.images.normalise import normalise
from hwr_core.images.types import Grey
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import NOT_A_DIGIT, Prediction
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

WITHOUT: Mapping[str, Mapping[str, object]] = {
    "as it is": {},
    "paper of many tones": {"normalise.estimate_background": flat_paper},
    "paper known by its tone": {"paper._bare_tone": lambda *_: None},
    "grain instead of shading": {"ink._grain": lambda _: 1000.0},
    "frames and ruled lines": {"normalise.remove_ruled_lines": lambda ink: ink},
    "specks and cells' lines": {"normalise.clean_foreground": all_ink},
    "cells' lines alone": {"writing._is_frame": lambda components, **_: np.zeros(components.area.size, bool)},
    "halftone strokes": {"writing._in_clusters": lambda _, components, __: np.zeros(components.area.size, bool)},
    "aspect kept": {"normalise.fit_to_box": stretched},
    "centre of mass": {"normalise.centre": box_in_the_middle},
}
"""Names of steps, and what stands in for their functions when they are left out."""


def main() -> None:
    """Print a table: a row for each step that is left out, a column for each kind of image."""
    if "HWR_DATASETS_DIR" not in os.environ:
        print("HWR_DATASETS_DIR is not set: nothing is measured.")
        return
    images = kinds(Places(Path(os.environ["HWR_DATASETS_DIR"]), Path(), Path()))
    recogniser = Recogniser.load(Registry(PROJECT / "models").champion())
    print(f"{'without':26}", *(f"{name[:11]:>12}" for name in images))
    for name, replacements in WITHOUT.items():
        with ExitStack() as patches:
            for function, replacement in replacements.items():
                patches.enter_context(patch(f"hwr_core.images.{function}", replacement))
            shares = [right(items, recogniser.read) for items in images.values()]
        print(f"{name:26}", *(f"{share:12.2%}" for share in shares), flush=True)
    recogniser.close()


def kinds(places: Places) -> dict[str, list[LabelledImage]]:
    """Return the images to read, by kind."""
    found = {name: list(load_images(name, places, Request(Part.TEST, limit=EACH))) for name in SOURCES}
    rng = np.random.default_rng(0)
    plain = [found[name][place] for name in ("mnist", "strokes-unipen", "scanned-digits") for place in range(EACH // 3)]
    found["cropped"] = [(cropped(on_paper(image), 1.0, rng), label) for image, label in plain if label != 1]
    found["ruled"] = [(ruled(on_paper(image), float(rng.uniform()), rng), label) for image, label in plain]
    return found


def right(items: list[LabelledImage], read: Callable[[list[Grey]], list[Prediction]]) -> float:
    """Return the share of images that are read right."""
    return float(np.mean([answer(image, read) == label for image, label in items]))


def answer(image: Grey, read: Callable[[list[Grey]], list[Prediction]]) -> int:
    """Return the digit read, or NOT_A_DIGIT."""
    try:
        [prediction] = read([normalise(image)])
    except NoInk:
        return NOT_A_DIGIT
    return NOT_A_DIGIT if prediction.digit is None else prediction.digit


if __name__ == "__main__":
    main()
