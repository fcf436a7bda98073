"""What a researcher calls: a handful of functions that take what is at hand and give records that show themselves.

All of them are importable from `hwr_core` itself, and are loaded when first asked for. They use the settings of the
environment (`HWR_MODELS_DIR`, `HWR_DATASETS_DIR`, `HWR_DATA_DIR`), as the server does.
"""

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hwr_core.app.limits import limits_of
from hwr_core.app.workspace import open_workspace
from hwr_core.datasets.dataset import Dataset, load, load_folder, part_named
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.sources import CORRECTIONS, CUSTOM, SOURCES
from hwr_core.errors import ImageError, InvalidValue
from hwr_core.evaluation.compare import Comparison
from hwr_core.evaluation.compare import compare as compare_versions
from hwr_core.evaluation.evaluate import Evaluation
from hwr_core.evaluation.evaluate import evaluate as evaluate_version
from hwr_core.evaluation.mistakes import Mistakes, mistakes_of
from hwr_core.evaluation.suites import SUITES, find_suite, folder_suite
from hwr_core.images.types import Box
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report
from hwr_core.notebook.display import as_html
from hwr_core.notebook.inputs import ImageLike, as_file
from hwr_core.recognition.pipeline import Explanation, Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import NumberPrediction, Prediction
from hwr_core.records.filters import HistoryFilter
from hwr_core.registry.registry import CHALLENGER, CHAMPION, ModelVersion, Registry
from hwr_core.settings import load_settings
from hwr_core.shown import Shown
from hwr_core.training.config import training_config

if TYPE_CHECKING:  # pandas and Optuna take their time, which a single prediction should not
    import optuna
    import pandas as pd

__all__ = [
    "compare",
    "evaluate",
    "explain",
    "history",
    "load_dataset",
    "load_recogniser",
    "mistakes",
    "open_workspace",
    "read",
    "read_number",
    "train",
    "tune",
]

VersionLike: TypeAlias = "LoadedVersion | ModelVersion | str | None"
"""A version, its name, or "champion" or "challenger"; the champion when None."""


@dataclass(frozen=True, slots=True)
class LoadedVersion(Shown):
    """A model version that is ready to read. Safe to use from many threads."""

    version: ModelVersion
    reader: Reader

    def read(self, image: ImageLike, *, enhancement_level: float = 1.0) -> Prediction:
        """Read an image. See `hwr_core.read`."""
        return self.reader.read(as_file(image), enhancement_level)

    def read_all(self, images: Iterable[ImageLike], *, enhancement_level: float = 1.0) -> list[Prediction | ImageError]:
        """Read many images on all cores, in order; one that cannot be read gives its error in its place."""
        return self.reader.read_all([as_file(image) for image in images], enhancement_level)

    def read_number(
        self, document: ImageLike, *, enhancement_level: float = 1.0, boxes: Sequence[Box] | None = None
    ) -> NumberPrediction:
        """Read all digits of an image or a document. See `hwr_core.read_number`."""
        return self.reader.read_number(as_file(document), enhancement_level, boxes=boxes)

    def explain(self, image: ImageLike, *, enhancement_level: float = 1.0) -> Explanation:
        """Read an image and say why it was read so. See `hwr_core.explain`."""
        return self.reader.explain(as_file(image), enhancement_level)

    def _repr_html_(self) -> str:
        return as_html(self.version)


def load_recogniser(version: VersionLike = None) -> LoadedVersion:
    """Return a model version that is ready to read, loaded once for all who ask; TensorFlow is not needed.

    Raises:
        NotFound: there is no version of this name.
        ModelUnavailable: there is no champion, or the version's files are damaged.
    """
    if isinstance(version, LoadedVersion):
        return version
    found = _version(version)
    return _loaded(found.folder.parent, found.name)


def read(image: ImageLike, *, version: VersionLike = None, enhancement_level: float = 1.0) -> Prediction:
    """Read the one digit on an image; nothing is kept.

    Args:
        image: the bytes or the path of a PNG, JPEG, BMP, GIF, WebP or TIFF file; an array, grey [height, width] or
            with 3 (RGB) or 4 (RGBA) channels behind, of uint8, bool or floats in 0 to 1; or a PIL image. Ink may be
            dark or light, of any size and in any place.
        version: which model version reads; the champion when not given.
        enhancement_level: 0 to 3, how hard to clean the image.

    Returns:
        Ten probabilities that sum to 1, a calibrated confidence (Guo et al., 2017), a verdict, and `seen`: the uint8
        28x28 that the model saw, ink bright on black, as MNIST was made (LeCun et al., 1998). A blank image gives the
        verdict "no ink".

    Raises:
        ImageError: it cannot be read as an image within the limits.
        InvalidValue: the array's shape, type or range, or `enhancement_level`, is not allowed.
        NotFound, ModelUnavailable: there is no such version, or it is damaged.
    """
    return load_recogniser(version).read(image, enhancement_level=enhancement_level)


def read_number(
    document: ImageLike,
    *,
    version: VersionLike = None,
    enhancement_level: float = 1.0,
    boxes: Sequence[Box] | None = None,
) -> NumberPrediction:
    """Read all digits of an image, or of each page of a TIFF or PDF, in reading order; nothing is kept.

    Lines are read as a whole by connectionist temporal classification (Graves et al., 2006).

    Args:
        document: as `read` takes images, or a PDF file.
        version: which model version reads; the champion when not given.
        enhancement_level: 0 to 3.
        boxes: left, top, width and height in pixels of each digit of the only page, where that is known.

    Raises: what `read` raises; ModelUnavailable too for a version that reads single digits only.
    """
    return load_recogniser(version).read_number(document, enhancement_level=enhancement_level, boxes=boxes)


def explain(image: ImageLike, *, version: VersionLike = None, enhancement_level: float = 1.0) -> Explanation:
    """Read an image and say why it was read so, in some 400 predictions.

    Returns:
        `stages`, its way to the 28x28; `reading`; and `saliency`, float32 [28, 28] in -1 to 1 by occlusion (Zeiler and
        Fergus, 2014): above 0 ink speaks for the digit, below 0 ink would speak against it. None without ink.

    Raises: what `read` raises.
    """
    return load_recogniser(version).explain(image, enhancement_level=enhancement_level)


def load_dataset(name: str | Path, *, part: str = "test", limit: int | None = None, seed: int = 0) -> Dataset:
    """Return labelled images as they came in; `.samples()` are what the model sees of them.

    Args:
        name: a data set, such as "mnist" (`hwr_core.datasets.sources` has them all), or a folder that has a folder for
            each label, 0 to 9 and none.
        part: "training", "validation" or "test": no writer is in two of them. A folder is taken as a whole.
        limit: the most images, taken by chance; all when not given.
        seed: of that chance.

    Raises:
        DatasetMissing: it is not there.
        InvalidValue: there is no data set or part of this name.
    """
    if str(name) not in SOURCES:
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise InvalidValue(f"{str(name)!r} is neither a folder nor a data set; there are {', '.join(SOURCES)}.")
        return load_folder(folder, limit, seed)
    with _places(with_corrections=name == CORRECTIONS) as places:
        return load(str(name), places, Request(part_named(part), seed=seed, limit=limit))


def train(*, folder: str | Path | None = None, **values: Any) -> ModelVersion:
    """Train a model version in this process, telling of each epoch, publish it and return it. Nothing is promoted.

    Args:
        folder: labelled images to be the data set "custom", a folder for each label; without `sources` it learns from
            these and from noise.
        values: those of a `TrainingConfig` that are not to be the shipped model's, such as `epochs=3, limit=500,
            augmentation=0`; without `sources` it learns from all data that is there. `start` takes a version to begin
            with, whose network is taken too.

    Raises:
        InvalidValue: a name or a value is not allowed.
        DatasetMissing: a source that was asked for is not there.
        NotFound, ModelUnavailable: the version to start from is not there, or damaged.
    """
    _quieten_tensorflow()
    from hwr_core.training.pipeline import train_version  # noqa: PLC0415  loads TensorFlow
    from hwr_core.training.run import TrainingRun  # noqa: PLC0415

    workspace = open_workspace()
    if values.get("start") is not None:
        start = _version(values["start"])
        values = {"architecture": start.card.architecture, **values, "start": start.name}
    if folder is None:
        config = workspace.modelling.config(values)
    else:
        config = training_config({"sources": (CUSTOM, "noise"), **values})
    with _places(folder, with_corrections=CORRECTIONS in config.sources) as places, _job() as job:
        processes = os.cpu_count() or 1
        return train_version(TrainingRun(config, places, workspace.registry, job.checkpoints, Report(job), processes))


def tune(folder: str | Path, **values: Any) -> "optuna.Study":
    """Search for a better config in this process (Akiba et al., 2019, "Optuna"), and return the study.

    Args:
        folder: where the study is kept; a tuning that was stopped goes on with it.
        values: those of a `TuningConfig`, such as `trials=20, epochs=4, base={"architecture": "small"}`.

    Raises: what `train` raises.
    """
    _quieten_tensorflow()
    from hwr_core.training.study import read_study  # noqa: PLC0415  loads Optuna
    from hwr_core.training.tune import tune as run_trials  # noqa: PLC0415  loads TensorFlow

    logging.getLogger("optuna").setLevel(logging.WARNING)  # each trial is told of already
    tuning = open_workspace().modelling.tuning(values)
    job = JobFolder(Path(folder).expanduser())
    job.path.mkdir(parents=True, exist_ok=True)
    with _places(with_corrections=CORRECTIONS in tuning.base.sources) as places:
        run_trials(tuning, places, job, Report(job), os.cpu_count() or 1)
    return read_study(job.path)


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
    with _places(with_corrections=on == CORRECTIONS) as places:
        if str(on) in SUITES:
            suite = find_suite(str(on), places)
        elif Path(on).expanduser().is_dir():
            suite = folder_suite(Path(on).expanduser())
        else:
            raise InvalidValue(f"{str(on)!r} is neither a folder nor a suite; there are {', '.join(SUITES)}.")
        return evaluate_version(_version(version), suite, places, limit=limit)


def compare(suite: str, one: VersionLike = None, other: VersionLike = CHALLENGER) -> Comparison:
    """Compare two versions image by image on a suite that both were measured on, by McNemar's exact test (1947).

    `one` is the champion and `other` the challenger when not given. Raises NotFound where one was not measured, and
    Conflict where they were measured on other images.
    """
    return compare_versions(_version(one), _version(other), suite)


def mistakes(suite: str, version: VersionLike = None, *, most: int = 40) -> Mistakes:
    """Return the images of a suite that a version was most sure of and wrong about, the worst first.

    Raises NotFound where it was not measured there, InvalidValue for a suite of whole numbers.
    """
    return mistakes_of(_version(version), suite, most=most)


def history(
    *, days: float | None = None, limit: int | None = None, images: bool = False, **chosen: Any
) -> "pd.DataFrame":
    """Return kept predictions as a DataFrame, the newest first, also while the server runs.

    Args:
        days: only those of so many days until now.
        limit: the most rows, 1 or more; all when not given.
        images: add a column `seen`, uint8 28x28 each.
        chosen: fields of a `HistoryFilter`, such as `labelled="wrong"`, `digit=7` or `user_id=1`.

    Raises:
        InvalidValue: a field is not allowed.
        UserNotFound: there is no such user.
        StoreError: the history cannot be read at present.
    """
    try:
        which = HistoryFilter(**chosen)
    except TypeError as error:
        raise InvalidValue(f"{', '.join(chosen)}: {', '.join(HistoryFilter.__slots__)} are allowed.") from error
    if days is not None:
        which = replace(which, since=datetime.now(UTC) - timedelta(days=days))
    return open_workspace().exports.frame(which, limit=limit, images=images)


def _version(version: VersionLike) -> ModelVersion:
    if isinstance(version, LoadedVersion):
        return version.version
    if isinstance(version, ModelVersion):
        return version
    registry = Registry(load_settings().models_dir)
    return registry.find(version or CHAMPION)


@lru_cache(maxsize=4)
def _loaded(models: Path, name: str) -> LoadedVersion:
    version = Registry(models).get(name)
    return LoadedVersion(version, Reader(Recogniser.load(version), limits_of(load_settings())))


@contextmanager
def _places(custom: str | Path | None = None, *, with_corrections: bool) -> Iterator[Places]:
    """Where data lies, with the corrected predictions written out for as long as they are needed."""
    modelling = open_workspace().modelling
    with tempfile.TemporaryDirectory() as folder:
        places = replace(modelling.places, corrections=Path(folder) / "corrections.npz")
        if with_corrections and modelling.sources()[CORRECTIONS]:
            modelling.write_corrections(places.corrections)
        yield replace(places, custom=Path(custom).expanduser()) if custom else places


@contextmanager
def _job() -> Iterator[JobFolder]:
    """A folder for what a training in this process puts down on its way."""
    with tempfile.TemporaryDirectory() as folder:
        yield JobFolder(Path(folder))


def _quieten_tensorflow() -> None:
    """Keep what TensorFlow says as it is loaded out of a notebook's cell, unless somebody wants to hear it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
