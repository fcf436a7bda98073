"""What a wheel holds beside the packages: asgi.py, and of all model versions in the checkout the one that is served."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MoreFiles(BuildHookInterface[Any]):
    """Adds them to a wheel, and the model to the archive of sources, from which a wheel can be built too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Say what to add; to an editable installation nothing, which finds all in the checkout."""
        if version == "editable":
            return
        root, is_wheel = Path(self.root), self.target_name == "wheel"
        if is_wheel:
            build_data["force_include"][str(root / "asgi.py")] = "hwr_app/asgi.py"
        served = (root / "models" / "champion").read_text(encoding="utf-8").strip()
        for name in ("champion", served):
            place = f"hwr_core/shipped/{name}" if is_wheel else f"models/{name}"
            build_data["force_include"][str(root / "models" / name)] = place
