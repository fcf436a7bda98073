"""The registry of a models folder, with the versions below HWR_STORAGE_URL where that is set."""

from collections.abc import Callable
from pathlib import Path

from hwr_core.registry.pointers import FilePointers, Pointers
from hwr_core.registry.registry import Registry
from hwr_core.registry.shared import SharedVersions
from hwr_core.storage.places import MODELS, open_storage


def registry_in(
    models_dir: Path,
    storage_url: str | None,
    shipped: Path | None = None,
    pointers: Callable[[FilePointers], Pointers] | None = None,
) -> Registry:
    """Return the registry of a folder and of what servers share at a URL. Raises what `open_storage` raises."""
    if storage_url is None:
        return Registry(models_dir, shipped, pointers=pointers)
    shared = SharedVersions(open_storage(f"{storage_url}/{MODELS}"), models_dir)
    return Registry(models_dir, shipped, shared, pointers)
