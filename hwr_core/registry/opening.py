"""The registry of the settings: the models folder, and the versions below HWR_STORAGE_URL where that is set."""

from pathlib import Path

from hwr_core.registry.registry import Registry
from hwr_core.registry.shared import SharedVersions
from hwr_core.settings import SHIPPED, Settings
from hwr_core.storage.places import MODELS, open_storage


def open_registry(settings: Settings) -> Registry:
    """Return the registry of the settings, with the shipped version. Raises what `open_storage` raises."""
    return registry_in(settings.models_dir, settings.storage_url, SHIPPED)


def registry_in(models_dir: Path, storage_url: str | None, shipped: Path | None = None) -> Registry:
    """Return the registry of a folder and of what servers share at a URL. Raises what `open_storage` raises."""
    if storage_url is None:
        return Registry(models_dir, shipped)
    return Registry(models_dir, shipped, SharedVersions(open_storage(f"{storage_url}/{MODELS}"), models_dir))
