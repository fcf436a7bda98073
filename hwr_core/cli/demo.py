"""hwr demo: the dashboard with an example history, in a folder that is gone afterwards."""

import os
import tempfile
from pathlib import Path

from hwr_core.cli.arguments.options import Flag
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.serve import serve


def demo(*, port: int | None = None, no_browser: Flag = False) -> int:
    """Serve an example history, in a folder of its own that is removed at the end.

    Your own data and models are neither shown nor changed.

    Args:
        port: Port to bind to (HWR_PORT, else 8000).
        no_browser: Do not open the dashboard in a browser, as is done from a terminal on a machine with a screen.
    """
    from hwr_core.errors import InvalidValue
    from hwr_core.registry.pointers import CHAMPION
    from hwr_core.registry.registry import Registry
    from hwr_core.registry.shipped import bring
    from hwr_core.settings import SHIPPED, load_settings

    for variable in ("HWR_DATABASE_URL", "HWR_STORAGE_URL"):  # the example history has a folder of its own
        os.environ.pop(variable, None)
        if getattr(load_settings(), variable.removeprefix("HWR_").lower()) is not None:
            raise InvalidValue(f"{variable} is set in .env, and the demo would write there. Comment it out.")
    with tempfile.TemporaryDirectory(prefix="hwr-demo-") as folder:
        own = Registry(load_settings().models_dir, SHIPPED)
        bring(own.folder, Path(folder) / "models", CHAMPION)
        os.environ |= {"HWR_DATA_DIR": f"{folder}/data", "HWR_MODELS_DIR": f"{folder}/models", "HWR_AUTH": "off"}
        with opened() as workspace:
            count = workspace.examples.load()
        print(f"{count} predictions of an example history are in {folder}", flush=True)
        return serve(host="127.0.0.1", port=port, no_browser=no_browser)
