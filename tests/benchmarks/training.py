"""What distortion costs a training, how much memory a large one takes, and what it does to predictions.

Run it: python -m tests.benchmarks.training. Ratios within one run are what counts.
"""

import json
import multiprocessing
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hwr_core.datasets.samples import Samples
from hwr_core.images.normalise import normalise
from hwr_core.images.types import SIDE
from hwr_core.recognition.types import CLASSES
from hwr_core.training.config import ARCHITECTURES, TrainingConfig
from tests.benchmarks.inference import bare_invoke, milliseconds
from tests.benchmarks.load import Measured, measure
from tests.benchmarks.servers import hwr, serving
from tests.handwriting import drawing, png
from tests.own_models import own_digits

IMAGES = 6_400
LARGE = (60_000, 600_000)
STEPS = 60
SECONDS = 8.0


def main() -> None:
    """Measure all of it."""
    _throughput()
    for count in LARGE:
        print(f"{count:>8,} images: {_in_a_process(_memory, count):6.0f} MB of memory of its own")
    _predictions_beside_a_training()
    for name in ARCHITECTURES:
        print(f"{name:<12} {_in_a_process(_speed, name):.2f} ms an image on one core")


def _throughput() -> None:
    """Epochs of the same network on the same images, ready-made and freshly distorted, by turns."""
    plain, distorted = _in_a_process(_epochs, IMAGES)
    print(f"plain fit on ready arrays   {IMAGES / plain:7.0f} images/s")
    print(f"with distortion             {IMAGES / distorted:7.0f} images/s, {plain / distorted:.0%} of it")


def _epochs(count: int) -> tuple[float, float]:
    from hwr_core.training.data import TrainingData
    from hwr_core.training.digit_batches import as_input
    from hwr_core.training.digit_task import digit_task
    from hwr_core.training.train import compiled

    config = TrainingConfig()
    samples = _samples(count)
    task = digit_task(config, TrainingData(samples, samples))
    batches = task.batches(0)
    model = compiled(config, task, steps=len(batches))
    inputs, labels = as_input(samples.images), np.eye(CLASSES, dtype=np.float32)[samples.labels]

    def plain() -> None:
        model.fit(inputs, labels, batch_size=config.batch_size, epochs=1, verbose=0)

    def distorted() -> None:
        model.fit(batches, epochs=1, verbose=0)

    rounds = [(_seconds(plain), _seconds(distorted)) for _ in range(4)][1:]  # the first ones compile
    first, second = np.median(rounds, axis=0)
    return float(first), float(second)


def _memory(count: int) -> float:
    """Most memory that is not backed by a file, in MB, while a training goes through mapped images."""
    from hwr_core.training.data import TrainingData
    from hwr_core.training.digit_task import digit_task
    from hwr_core.training.train import train

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "images.u8"
        one = _samples(1_000)
        with file.open("wb") as stream:
            for _ in range(count // 1_000):
                stream.write(one.images.tobytes())
        images = np.memmap(file, np.uint8, "r").reshape(-1, SIDE, SIDE)
        data = TrainingData(Samples(images, np.resize(one.labels, count)), one)
        most = 0.0

        def on_batch(batch: Any) -> None:
            nonlocal most
            most = max(most, _anonymous_memory())
            if batch.batch >= STEPS:
                raise StopIteration

        try:
            config = TrainingConfig(epochs=1)
            train(config, digit_task(config, data), on_batch=on_batch)
        except StopIteration:
            pass
    return most


def _predictions_beside_a_training() -> None:
    """The same load on the same server, idle and while it trains."""
    body = json.dumps({"image_data": _base64(png(drawing(7)))}).encode()
    with tempfile.TemporaryDirectory() as folder, serving(hwr, Path(folder)) as port:
        _post_zip(port, own_digits(60).getvalue())
        for clients in (1, 4):
            idle = _load(port, body, clients)
            job = _post(port, "/api/train", {"epochs": 500, "config": {"sources": ["custom", "noise"]}})["job_id"]
            _wait_until_it_learns(port, job)
            training = _load(port, body, clients)
            _post(port, f"/api/jobs/{job}/cancel", {})
            _wait_until(lambda: _job(port, job)["state"] == "cancelled")  # noqa: B023  used before it changes
            print(f"{clients} clients, idle          {idle}")
            print(f"{clients} clients, it trains     {training}   p95 {training.p95 / idle.p95:.2f} times")


def _load(port: int, body: bytes, clients: int) -> Measured:
    measure(port, "/api/predict", body, clients=clients, seconds=1.0)
    return measure(port, "/api/predict", body, clients=clients, seconds=SECONDS)


def _speed(name: str) -> float:
    """Median milliseconds of an image through a network's served file, on one core."""
    from hwr_core.training.architectures import build
    from hwr_core.training.convert import to_litert

    return milliseconds(bare_invoke(to_litert(build(name), 1.0)))


def _samples(count: int) -> Samples:
    images = np.stack([normalise(drawing(digit)) for digit in range(10)])
    labels = np.resize(np.arange(10, dtype=np.uint8), count)
    return Samples(images[labels], labels)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _anonymous_memory() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("RssAnon:")[2].split()[0]) / 1000


def _in_a_process(work: Callable[..., Any], *arguments: object) -> Any:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def _base64(content: bytes) -> str:
    import base64

    return base64.b64encode(content).decode()


def _post(port: int, path: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    return _answer(request)


def _post_zip(port: int, content: bytes) -> None:
    mark = "0123456789abcdef"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
    address = f"http://127.0.0.1:{port}/api/datasets/custom"
    kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    _answer(urllib.request.Request(address, body, kind))


def _answer(request: urllib.request.Request | str) -> dict[str, Any]:
    with urllib.request.urlopen(request) as response:  # noqa: S310  our own server
        body: dict[str, Any] = json.load(response)
    return body


def _job(port: int, job: int) -> dict[str, Any]:
    found: dict[str, Any] = _answer(f"http://127.0.0.1:{port}/api/jobs/{job}")["data"]
    return found


def _wait_until_it_learns(port: int, job: int) -> None:
    _wait_until(lambda: _job(port, job)["doing"].startswith("Epoch"))


def _wait_until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        time.sleep(0.3)


if __name__ == "__main__":
    main()
