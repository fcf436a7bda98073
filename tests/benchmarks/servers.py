"""The servers to be measured, each in a process of its own: hwr with one more route, and the usual Keras app."""

import base64
import io
import multiprocessing
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import uvicorn
from fastapi import FastAPI
from PIL import Image

import asgi
from api.schemas.base import Success
from api.schemas.predictions import PredictIn
from hwr_core.registry.registry import WEIGHTS, Registry
from hwr_core.settings import PROJECT, Settings

READY_WITHIN = 120.0


def hwr(data_dir: Path) -> FastAPI:
    """Return the app that `hwr serve` runs, with a route that parses the body of /api/predict and does nothing else."""
    app = asgi.create_app(settings_of(data_dir))

    @app.post("/parse-only")
    async def parse_only(_: PredictIn) -> Success:
        return Success()

    return app


def keras_app(data_dir: Path) -> FastAPI:
    """Return the app of the tutorials: decode, resize and `model.predict` in each request, nothing kept."""
    import keras

    model = keras.models.load_model(Registry(settings_of(data_dir).models_dir).champion().folder / WEIGHTS)
    app = FastAPI()

    @app.post("/api/predict")
    def predict(given: PredictIn) -> list[float]:
        image = Image.open(io.BytesIO(base64.b64decode(given.image_data))).convert("L").resize((28, 28))
        shares: list[float] = model.predict(np.asarray(image, np.float32)[None, :, :, None], verbose=0)[0].tolist()
        return shares

    return app


@contextmanager
def serving(build: Callable[[Path], FastAPI], data_dir: Path) -> Iterator[int]:
    """Run an app by uvicorn in a new process until the block ends; yields its port once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(build, data_dir, port))
    process.start()
    try:
        _wait_until_ready(process, port)
        yield port
    finally:
        process.terminate()
        process.join()


def _serve(build: Callable[[Path], FastAPI], data_dir: Path, port: int) -> None:
    os.environ["HWR_DATA_DIR"] = str(data_dir)  # the dashboard's pages read their settings from the environment
    uvicorn.run(build(data_dir), port=port, access_log=False, log_level="warning")


def _wait_until_ready(process: multiprocessing.process.BaseProcess, port: int) -> None:
    patience = time.monotonic() + READY_WITHIN
    while process.is_alive() and time.monotonic() < patience:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The server did not start.")


def settings_of(data_dir: Path) -> Settings:
    """Return the settings of a server on this folder."""
    return Settings(data_dir=data_dir, models_dir=PROJECT / "models")
