"""Whether what only training needs is installed; the base of hwr reads, keeps and serves without it."""

from importlib.util import find_spec

from hwr_core.errors import NotInstalled


def confirm_installed() -> None:
    """Raise NotInstalled where TensorFlow, Keras or Optuna is missing."""
    for module, name in (("tensorflow", "TensorFlow"), ("keras", "Keras"), ("optuna", "Optuna")):
        if find_spec(module) is None:
            raise NotInstalled(f"Training needs {name}", "train")
