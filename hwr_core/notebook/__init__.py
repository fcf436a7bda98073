"""What a researcher calls, and how its results show in a notebook.

The functions take what is at hand and return records, and use the settings of the environment (`HWR_MODELS_DIR`,
`HWR_DATASETS_DIR`, `HWR_DATA_DIR`), as the server does. They are imported from `hwr_core` itself.
"""

from hwr_core.app.workspace import open_workspace
from hwr_core.notebook.data import load_dataset
from hwr_core.notebook.evaluation import compare, evaluate, mistakes
from hwr_core.notebook.extension import load_ipython_extension, show_records
from hwr_core.notebook.prediction import explain, read, read_number
from hwr_core.notebook.records import history
from hwr_core.notebook.training import train, tune
from hwr_core.notebook.versions import load_recogniser

__all__ = [
    "compare",
    "evaluate",
    "explain",
    "history",
    "load_dataset",
    "load_ipython_extension",
    "load_recogniser",
    "mistakes",
    "open_workspace",
    "read",
    "read_number",
    "show_records",
    "train",
    "tune",
]
