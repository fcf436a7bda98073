"""The images of a suite as they came in: an evaluation keeps only what the model saw."""

from itertools import islice

import numpy as np

from hwr_core.datasets.request import Places
from hwr_core.errors import InvalidValue
from hwr_core.evaluation.compare import Comparison
from hwr_core.evaluation.suites import SUITES, available_suites
from hwr_core.images.normalise import normalise_or_none
from hwr_core.images.types import Grey


def originals_of(found: Comparison, places: Places) -> list[Grey | None]:
    """Return the images on which two versions differ, as they came in, in the order of `found.differences`.

    None stands for one that is not to be had: its data set is not here or has changed, or it was kept normalised.

    Args:
        found: a comparison of two versions.
        places: the folders of the data.

    Raises:
        InvalidValue: the suite is a folder of images, whose place was not kept.
    """
    limit = found.one.limit
    suite = SUITES.get(found.suite if limit is None else found.suite.removesuffix(f"-{limit}"))
    if suite is None:
        raise InvalidValue(f"The images of {found.suite!r} were evaluated from a folder, whose place was not kept.")
    wanted = {each.place: each.seen for each in found.differences if each.seen is not None}
    originals: dict[int, Grey] = {}
    if suite.name in available_suites(places):
        for place, item in enumerate(islice(suite.items(places, limit), max(wanted, default=-1) + 1)):
            if place in wanted and not item.is_seen:
                seen = normalise_or_none(item.image)
                if seen is not None and np.array_equal(seen, wanted[place]):
                    originals[place] = item.image
    return [originals.get(each.place) for each in found.differences]
