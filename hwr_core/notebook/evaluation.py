"""Evaluations and comparisons of model versions in a notebook."""

from pathlib import Path

from hwr_core.datasets.sources import CORRECTIONS
from hwr_core.errors import InvalidValue
from hwr_core.evaluation.compare import Comparison
from hwr_core.evaluation.compare import compare as compare_versions
from hwr_core.evaluation.evaluate import Evaluation
from hwr_core.evaluation.evaluate import evaluate as evaluate_version
from hwr_core.evaluation.mistakes import Mistakes, mistakes_of
from hwr_core.evaluation.suites import SUITES, find_suite, folder_suite
from hwr_core.notebook.data import data_places
from hwr_core.notebook.versions import VersionLike, find_version
from hwr_core.registry.pointers import CHALLENGER


def evaluate(on: str | Path, version: VersionLike = None, *, limit: int | None = None) -> Evaluation:
    """Measure a version on images that it never learned from, and keep the result with it.

    Args:
        on: a suite, such as "mnist" (`hwr_core.evaluation.suites` has them all), or a folder that has a folder for each
            label.
        version: which; the champion when not given.
        limit: the most images of each source, taken by chance; all when not given.

    Raises:
        InvalidValue: there is no suite or folder of this name, or it has no images.
        DatasetMissing: its data is not there.
        NotFound, ModelUnavailable: there is no such version, or it is damaged.
    """
    with data_places(with_corrections=on == CORRECTIONS) as places:
        if str(on) in SUITES:
            suite = find_suite(str(on), places)
        elif Path(on).expanduser().is_dir():
            suite = folder_suite(Path(on).expanduser())
        else:
            raise InvalidValue(f"{str(on)!r} is neither a folder nor a suite; there are {', '.join(SUITES)}.")
        return evaluate_version(find_version(version), suite, places, limit=limit)


def compare(suite: str, one: VersionLike = None, other: VersionLike = CHALLENGER) -> Comparison:
    """Compare two versions image by image on a suite that both were measured on, by McNemar's exact test (1947).

    `one` is the champion and `other` the challenger when not given. Raises NotFound where one was not measured, and
    Conflict where they were measured on other images.
    """
    return compare_versions(find_version(one), find_version(other), suite)


def mistakes(suite: str, version: VersionLike = None, *, most: int = 40) -> Mistakes:
    """Return the images of a suite that a version was most sure of and wrong about, the worst first.

    Raises NotFound where it was not measured there, InvalidValue for a suite of whole numbers.
    """
    return mistakes_of(find_version(version), suite, most=most)
