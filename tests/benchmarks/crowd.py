"""What working clients notice of thousands of connections that say nothing, or half of something.

Run it: python -m tests.benchmarks.crowd [--sockets 3000] [--seconds 10]. The real server starts with the 1,024 open
files that most systems allow; 16 clients post drawings, first alone, then beside each kind of crowd, which connects
anew whenever it is sent away. What counts is the ratio of the p95 within one run.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import multiprocessing
import multiprocessing.synchronize
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.load import Measured, measure
from tests.handwriting import drawing, png
from tests.serving import serving

HEAD = b"POST /api/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n"
CROWDS = {"silent": b"", "half the headers": HEAD, "half the body": HEAD + b'\r\n{"image_data": "'}


def main() -> None:
    """Measure 16 clients alone and beside each crowd, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=3000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=16)
    arguments = parser.parse_args()
    body = json.dumps({"image_data": base64.b64encode(png(drawing(7))).decode()}).encode()
    load = {"clients": arguments.clients, "seconds": arguments.seconds}
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, allowed[1]))
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        measure(server.port, "/api/predict", body, clients=1, seconds=1.0)  # warm
        alone = measure(server.port, "/api/predict", body, **load)
        print(f"{'alone':18}{alone}", flush=True)
        for name, said in CROWDS.items():
            with crowd(server.port, said, arguments.sockets):
                _show(name, measure(server.port, "/api/predict", body, **load), alone)
        _show("alone again", measure(server.port, "/api/predict", body, **load), alone)


def _show(name: str, beside: Measured, alone: Measured) -> None:
    print(f"{name:18}{beside}   p95 {beside.p95 / alone.p95:.2f} times that of alone", flush=True)


@contextlib.contextmanager
def crowd(port: int, said: bytes, sockets: int) -> Iterator[None]:
    """Keep so many connections open until the block ends, in another process; begin when all have connected once."""
    context = multiprocessing.get_context("spawn")
    connected = context.Event()
    process = context.Process(target=_hold, args=(port, said, sockets, connected), daemon=True)
    process.start()
    try:
        if not connected.wait(120):
            raise TimeoutError(f"{sockets} connections could not be made.")
        time.sleep(1.0)
        yield
    finally:
        process.terminate()
        process.join()


def _hold(port: int, said: bytes, sockets: int, connected: multiprocessing.synchronize.Event) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(_hold_all(port, said, sockets, connected))


async def _hold_all(port: int, said: bytes, sockets: int, connected: multiprocessing.synchronize.Event) -> None:
    open_once = asyncio.Semaphore(0)
    holders = [asyncio.create_task(_hold_one(port, said, open_once)) for _ in range(sockets)]
    for _ in holders:
        await open_once.acquire()
    connected.set()
    await asyncio.gather(*holders)


async def _hold_one(port: int, said: bytes, open_once: asyncio.Semaphore) -> None:
    while True:
        with contextlib.suppress(OSError):  # refused or sent away: once more
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            open_once.release()
            writer.write(said)
            await reader.read()
            writer.close()
        await asyncio.sleep(1.0)


if __name__ == "__main__":
    main()
