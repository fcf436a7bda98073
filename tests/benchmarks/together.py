"""Sixteen clients that read, look back and give feedback at once: how much, how soon, and whether all is kept.

Run it: python -m tests.benchmarks.together [--seconds 120] [--clients 16] [--beside-a-page].
"""

import argparse
import asyncio
import base64
import itertools
import json
import multiprocessing
import shutil
import tempfile
import time
from collections import defaultdict
from multiprocessing.pool import AsyncResult
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from hwr_core.app.workspace import Workspace
from tests.benchmarks.servers import hwr, serving, settings_of
from tests.handwriting import drawing, png

Took = dict[str, list[float]]


def main() -> None:
    """Load the server, print the figures, then compare what was acknowledged with what is in the history."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--beside-a-page", action="store_true", help="with the Analytics page open in Chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with serving(hwr, Path(folder)) as port, multiprocessing.get_context("spawn").Pool(1) as pool:
            loading = pool.apply_async(_load, (port, options.clients, options.seconds))
            if options.beside_a_page:
                _look_at_analytics(port, loading)
            took, acknowledged = loading.get()
        for what, seconds in took.items():
            p50, p99 = np.percentile(seconds, (50, 99)) * 1000
            print(f"{what:24} {len(seconds) / options.seconds:8.1f}/s   p50 {p50:7.1f} ms   p99 {p99:7.1f} ms")
        _compare(Path(folder), acknowledged)


def _look_at_analytics(port: int, loading: AsyncResult[Any]) -> None:
    """Keep the page open in a browser and turn to another view every two seconds, until the load ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/analytics")
        for view in itertools.cycle(("Accuracy", "Confidence", "Mistakes", "Speed", "Over time")):
            page.get_by_role("radio", name=view).check(timeout=60_000, force=True)
            loading.wait(2.0)
            if loading.ready():
                break
        browser.close()


def _compare(folder: Path, acknowledged: list[list[int]]) -> None:
    answered = [number for client in acknowledged for number in client]
    with Workspace(settings_of(folder)) as workspace, workspace.store.session() as cursor:
        rows = cursor.execute("select id, created_at from predictions order by id").fetchall()
    kept = {number for number, _ in rows}
    print(f"acknowledged {len(answered)}, kept {len(kept)}, lost {len({*answered} - kept)}, ", end="")
    print(f"doubled {len(answered) - len({*answered})}, ", end="")
    print(f"reordered {sum(client != sorted(client) for client in acknowledged)} clients")


def _load(port: int, clients: int, seconds: float) -> tuple[Took, list[list[int]]]:
    return asyncio.run(_all_clients(port, clients, seconds))


async def _all_clients(port: int, clients: int, seconds: float) -> tuple[Took, list[list[int]]]:
    took: Took = defaultdict(list)
    until = time.perf_counter() + seconds
    runs = [_client(port, number, until, took) for number in range(clients)]
    return took, list(await asyncio.gather(*runs))


async def _client(port: int, number: int, until: float, took: Took) -> list[int]:
    """Read a drawing; after every tenth say what it was, look at the history's pages and at the figures."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    acknowledged: list[int] = []

    async def ask(what: str, method: str, path: str, body: object = None) -> dict[str, object]:
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        started = time.perf_counter()
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        answer_head = await reader.readuntil(b"\r\n\r\n")
        length = int(answer_head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        took[what].append(time.perf_counter() - started)
        if not answer_head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{answer_head.decode()}{answer.decode()}")
        parsed: dict[str, object] = json.loads(answer)
        return parsed

    image = {"image_data": base64.b64encode(png(drawing(number % 10))).decode()}
    while time.perf_counter() < until:
        read = await ask("read and keep", "POST", "/api/predict", image)
        acknowledged.append(int(str(read["prediction_id"])))
        if len(acknowledged) % 10 == number % 10:
            said = {"prediction_id": acknowledged[-1], "actual_digit": number % 10}
            await ask("feedback", "POST", "/api/feedback", said)
            await ask("history page", "GET", "/api/analytics/predictions?limit=20")
            await ask("system figures", "GET", "/api/analytics/system")
    writer.close()
    return acknowledged


if __name__ == "__main__":
    main()
