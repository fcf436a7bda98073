"""Model versions that are ready to read, each loaded once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from hwr_core.app.limits import limits_of
from hwr_core.app.workspace import open_workspace
from hwr_core.errors import HwrError
from hwr_core.images.types import Box
from hwr_core.notebook.inputs import ImageLike, as_file
from hwr_core.recognition.pipeline import Explanation, Reader
from hwr_core.recognition.types import NumberPrediction, Prediction
from hwr_core.registry.pointers import CHAMPION
from hwr_core.registry.registry import ModelVersion, Registry
from hwr_core.scripts.script import WESTERN, Script
from hwr_core.settings import load_settings

VersionLike: TypeAlias = "LoadedVersion | ModelVersion | str | None"
"""A version, its name, or "champion" or "challenger"; the champion when None."""


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """A model version that is ready to read. Safe to use from many threads."""

    version: ModelVersion
    reader: Reader

    @property
    def scripts(self) -> list[Script]:
        """The scripts that it reads, the Western one first."""
        return self.reader.recogniser.scripts

    def read(self, image: ImageLike, *, enhancement_level: float = 1.0, script: str = WESTERN) -> Prediction:
        """Read an image. See `hwr_core.read`."""
        return self.reader.read(as_file(image), enhancement_level, script)

    def read_all(
        self, images: Iterable[ImageLike], *, enhancement_level: float = 1.0, script: str = WESTERN
    ) -> list[Prediction | HwrError]:
        """Read many images on all cores, in order; one that cannot be read gives its error in its place."""
        return self.reader.read_all([as_file(image) for image in images], enhancement_level, script)

    def read_number(
        self,
        document: ImageLike,
        *,
        enhancement_level: float = 1.0,
        boxes: Sequence[Box] | None = None,
        max_error: float | None = None,
        script: str = WESTERN,
    ) -> NumberPrediction:
        """Read all digits of an image or a document. See `hwr_core.read_number`."""
        allowed = load_settings().max_error if max_error is None else max_error
        return self.reader.read_number(
            as_file(document), enhancement_level, boxes=boxes, max_error=allowed, script=script
        )

    def explain(self, image: ImageLike, *, enhancement_level: float = 1.0, script: str = WESTERN) -> Explanation:
        """Read an image and say why it was read so. See `hwr_core.explain`."""
        return self.reader.explain(as_file(image), enhancement_level, script)


def load_recogniser(version: VersionLike = None) -> LoadedVersion:
    """Return a model version that is ready to read, loaded once for all who ask; TensorFlow is not needed.

    Raises:
        NotFound: there is no version of this name.
        ModelUnavailable: there is no champion, or the version's files are damaged.
    """
    if isinstance(version, LoadedVersion):
        return version
    found = find_version(version)
    return _loaded(found.folder.parent, found.name)


def find_version(version: VersionLike) -> ModelVersion:
    """Return the version that is meant. Raises NotFound, ModelUnavailable."""
    if isinstance(version, LoadedVersion):
        return version.version
    if isinstance(version, ModelVersion):
        return version
    return open_workspace().registry.find(version or CHAMPION)


@lru_cache(maxsize=4)
def _loaded(models: Path, name: str) -> LoadedVersion:
    version = Registry(models).get(name)
    return LoadedVersion(version, Reader.load(version, limits_of(load_settings())))
