"""What the way around the network costs: image bytes to Reading, beside the bare LiteRT invoke, on one thread.

Run it: python -m tests.benchmarks.inference. The ratio within one run is what counts.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from hwr_core.app.workspace import Workspace
from hwr_core.registry.registry import LITERT
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, png

ROUNDS = 40
REPEATS = 25


def main() -> None:
    """Measure both in turns, round by round, and print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), models_dir=PROJECT / "models")
        with Workspace(settings) as workspace:
            image = png(drawing(7))
            invoke = bare_invoke(workspace.served_model().read_file(LITERT))
            rounds = [(milliseconds(invoke), milliseconds(lambda: workspace.read(image))) for _ in range(ROUNDS)]
    bare, whole = np.median(rounds, axis=0)
    print(f"bare LiteRT invoke       {bare:.3f} ms")
    print(f"image bytes to Reading {whole:.3f} ms")
    print(f"ratio                    {whole / bare:.2f}")


def bare_invoke(model: bytes) -> Callable[[], None]:
    """Return a call that puts one image through a LiteRT file on one core, and does nothing else."""
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()[0]
    interpreter.set_tensor(details["index"], np.zeros(details["shape"], np.float32))
    invoke: Callable[[], None] = interpreter.invoke
    return invoke


def milliseconds(work: Callable[[], object]) -> float:
    """Median time of one call, after one that does not count."""
    work()
    took = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return float(np.median(took)) * 1000


if __name__ == "__main__":
    main()
