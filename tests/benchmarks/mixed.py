"""A working day in half an hour: programs, browsers and a training at once, with nothing lost and memory flat.

Run it: python -m tests.benchmarks.mixed [--minutes 30]. Ctrl-C ends it early, with the figures so far. Server, clients
and browsers share the machine's cores.
"""

import argparse
import asyncio
import base64
import itertools
import json
import random
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from httpx2 import AsyncClient, HTTPError
from playwright.async_api import Browser, Error, Page, async_playwright
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from hwr_core.app.workspace import Workspace
from hwr_core.images.strokes import place
from hwr_core.jobs.table import JobState
from tests.benchmarks import dashboard
from tests.benchmarks.servers import settings_of
from tests.handwriting import drawing, hand_made_strokes, number, png
from tests.own_models import copied_models, own_digits
from tests.serving import Server, serving

CLIENTS = {"predict": 5, "upload": 3, "batch": 2, "numbers": 1, "analytics": 2, "live": 1, "dashboard": 2}
"""Sixteen, by what they do."""
PAUSE = 0.5
"""Seconds that a program waits between two requests at most."""
LOOK = 5.0
"""Seconds between two looks at the server's memory."""
REPORT = 60.0
ENDED_WITHIN = 20.0
"""Seconds in which a cancelled training has to end."""
BATCH = 10
ENOUGH_ERRORS = 20
PATIENCE = 60.0
TRAINING = {"epochs": 500, "config": {"sources": ["custom", "noise"]}}
"""Longer than its third of the time: it is cancelled then."""


@dataclass
class Day:
    """What is measured: milliseconds by kind of request, errors, acknowledged predictions, and memory over time."""

    server: Server
    seconds: float
    began: float = field(default_factory=time.monotonic)
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    acknowledged: list[int] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    training: str = "not started"

    @property
    def share(self) -> float:
        """How much of the time is over, 0 to 1."""
        return min(1.0, (time.monotonic() - self.began) / self.seconds)

    @property
    def is_over(self) -> bool:
        """Whether everybody goes home."""
        return self.share >= 1.0

    @asynccontextmanager
    async def timed(self, kind: str) -> AsyncIterator[None]:
        """Measure one request of a kind; what goes wrong with it is an error of the day and ends nothing."""
        started = time.perf_counter()
        try:
            yield
        except (HTTPError, WebSocketException, OSError, Error, AssertionError, TimeoutError) as error:
            self.errors[f"{kind}: {type(error).__name__}: {str(error)[:200]}"] += 1
        else:
            self.milliseconds[kind].append(1000 * (time.perf_counter() - started))


def main() -> None:
    """Serve an empty folder, let them all work, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir, models_dir = Path(folder) / "data", Path(folder) / "models"
        copied_models(models_dir)
        with serving(data_dir, HWR_MODELS_DIR=str(models_dir)) as server:
            day = Day(server, 60 * options.minutes)
            try:
                asyncio.run(_work(day))
            except KeyboardInterrupt:
                print("Ended early.")
        _tell(day)
        _compare(data_dir, day)


async def _work(day: Day) -> None:
    tasks = [asyncio.create_task(work) for work in (_weigh(day), _report(day), _train(day))]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=dashboard.ARGUMENTS)
        works: dict[str, Callable[[Day, int], Awaitable[None]]] = {
            "predict": _predict,
            "upload": _upload,
            "batch": _batch,
            "numbers": _numbers,
            "analytics": _analyse,
            "live": _draw_live,
            "dashboard": lambda day, user: _use_pages(day, user, browser),
        }
        await asyncio.gather(
            *(works[kind](day, one) for kind, count in CLIENTS.items() for one in range(count)), *tasks
        )
        await browser.close()


@asynccontextmanager
async def _client(day: Day) -> AsyncIterator[Callable[..., Awaitable[dict[str, Any]]]]:
    """A program with a connection of its own; what it asks has to succeed."""
    async with AsyncClient(base_url=day.server.url, timeout=PATIENCE) as client:

        async def ask(method: str, path: str, **sent: Any) -> dict[str, Any]:
            answer = await client.request(method, path, **sent)
            assert answer.status_code < 400, f"{answer.status_code} {answer.text}"
            is_json = answer.headers["content-type"].startswith("application/json")
            found: dict[str, Any] = answer.json() if is_json else {}
            return found

        yield ask


async def _pause() -> None:
    await asyncio.sleep(random.uniform(0, PAUSE))  # noqa: S311  people's pauses are no secret


async def _predict(day: Day, user: int) -> None:
    """Read drawings, and say of every fifth what it was."""
    async with _client(day) as ask:
        for count in itertools.count():
            if day.is_over:
                return
            digit = (user + count) % 10
            image = base64.b64encode(png(drawing(digit))).decode()
            async with day.timed("predict"):
                read = await ask("POST", "/api/predict", json={"image_data": image})
                day.acknowledged.append(read["prediction_id"])
            if count % 5 == 0 and day.acknowledged:
                said = {"prediction_id": day.acknowledged[-1], "actual_digit": digit}
                async with day.timed("feedback"):
                    await ask("POST", "/api/feedback", json=said)
            await _pause()


async def _upload(day: Day, user: int) -> None:
    """Send larger files, as a phone makes them."""
    rng = np.random.default_rng(user)
    async with _client(day) as ask:
        while not day.is_over:
            file = png(drawing(int(rng.integers(10)), rng, side=1200, pen=60))
            async with day.timed("upload"):
                read = await ask("POST", "/api/predict-upload", files={"file": ("photo.png", file, "image/png")})
                day.acknowledged.append(read["prediction_id"])
            await _pause()


async def _batch(day: Day, user: int) -> None:
    """Send ten files at once, one of which is none."""
    images = [png(drawing(digit)) for digit in range(BATCH - 1)]
    files = [("files", (f"{place}.png", image, "image/png")) for place, image in enumerate(images)]
    async with _client(day) as ask:
        while not day.is_over:
            async with day.timed("batch"):
                found = await ask("POST", "/api/predict-batch", files=[*files, ("files", ("notes.txt", b"dear diary"))])
                day.acknowledged += [each["prediction_id"] for each in found["results"] if "prediction_id" in each]
            await _pause()


async def _numbers(day: Day, _: int) -> None:
    sheet = base64.b64encode(png(number("148535"))).decode()
    async with _client(day) as ask:
        while not day.is_over:
            async with day.timed("number"):
                await ask("POST", "/api/read-number", json={"image_data": sheet})
            await _pause()


async def _analyse(day: Day, user: int) -> None:
    """Look back, count, and now and then take everything along."""
    paths = (
        "/api/analytics/predictions?limit=100",
        "/api/analytics/system",
        "/api/analytics/over-time",
        "/api/analytics/confusion",
        "/api/analytics/breakdown/digit",
        "/api/analytics/latency",
        "/health",
        "/metrics",
    )
    async with _client(day) as ask:
        for count in itertools.count(user):
            if day.is_over:
                return
            async with day.timed("analytics"):
                await ask("GET", paths[count % len(paths)])
            if count % 50 == 0:
                async with day.timed("export"):
                    await ask("GET", "/api/export/history?format=parquet")
            await _pause()


async def _draw_live(day: Day, _: int) -> None:
    """Draw point by point on a live channel, and listen to what happens on another."""
    address = day.server.url.replace("http", "ws", 1)
    async with connect(f"{address}/api/live/draw") as pen, connect(f"{address}/api/live/events") as feed:
        listening = asyncio.create_task(_listen(day, feed))
        while not day.is_over:
            stroke = place(hand_made_strokes(3), side=280, fill=0.7)[0].tolist()
            for points in range(5, len(stroke), 5):
                async with day.timed("live stroke"):
                    await pen.send(json.dumps({"strokes": [stroke[:points]]}))
                    answer = json.loads(await asyncio.wait_for(pen.recv(), PATIENCE))
                    assert answer["type"] == "prediction", answer
                await asyncio.sleep(0.05)
            await _pause()
        listening.cancel()


async def _listen(day: Day, feed: Any) -> None:
    async for message in feed:
        if json.loads(message)["type"] == "lost":
            day.errors["events: some were lost"] += 1


async def _use_pages(day: Day, user: int, browser: Browser) -> None:
    """Draw a digit, then turn to another page, and so on."""
    measured = dashboard.Measured()
    page = await dashboard.open_page(browser, day.server.url, measured)
    paths = [path for path in await dashboard.pages_of(page) if path != "/draw"]  # it has to be left, to be blank again
    for count in itertools.count(user):
        if day.is_over:
            break
        await _draw_and_turn(day, page, paths[count % len(paths)], count)
    await dashboard.close_page(page, measured)
    day.errors.update(f"browser: {error[:200]}" for error in measured.errors)


async def _draw_and_turn(day: Day, page: Page, path: str, count: int) -> None:
    async with day.timed("browser: pen up to digit"):
        await page.wait_for_timeout(dashboard.PAUSE)
        await page.evaluate(dashboard.WAIT_FOR_ANSWER, 1000 * PATIENCE)
        await dashboard.write(page, dashboard.IN_ONE_STROKE[count % len(dashboard.IN_ONE_STROKE)])
        day.milliseconds["pen up to digit"].append(await page.evaluate("window.answered"))
    for there in (path, "/draw"):
        if not page.url.endswith(there):
            async with day.timed("browser: to another page"):
                await page.evaluate(dashboard.TURN, [there, 1000 * PATIENCE])
            await page.wait_for_timeout(dashboard.PAUSE)


async def _train(day: Day) -> None:
    """In the second third of the time a version is trained from one's own images."""
    async with _client(day) as ask:
        await ask("POST", "/api/datasets/custom", files={"file": ("own.zip", own_digits(60).getvalue())})
        await asyncio.sleep(day.seconds / 3)
        job = (await ask("POST", "/api/train", json=TRAINING))["job_id"]
        state = None
        while day.share < 2 / 3:
            await asyncio.sleep(2)
            told = (await ask("GET", f"/api/jobs/{job}"))["data"]
            state, day.training = told["state"], f"{told['state']}, {told['doing']}"
        if state == JobState.RUNNING:
            await ask("POST", f"/api/jobs/{job}/cancel")
            await asyncio.sleep(ENDED_WITHIN)
        ended = (await ask("GET", f"/api/jobs/{job}"))["data"]
        day.training += f"; in the end {ended['state']}"
        if ended["state"] not in (JobState.SUCCEEDED, JobState.CANCELLED):
            day.errors[f"training: {ended['state']} {ended['error']}"] += 1


async def _weigh(day: Day) -> None:
    while not day.is_over:
        day.memory.append((day.share, resident(day.server.process.pid)))
        await asyncio.sleep(LOOK)


def resident(pid: int) -> float:
    """Return the memory of a process, in MiB; Linux only."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


async def _report(day: Day) -> None:
    while not day.is_over:
        requests = sum(map(len, day.milliseconds.values()))
        memory = day.memory[-1][1] if day.memory else 0.0
        print(
            f"{day.share:4.0%}  {requests:8,} requests  {day.errors.total():3} errors  {memory:6.0f} MiB  "
            f"training: {day.training}",
            flush=True,
        )
        await asyncio.sleep(min(REPORT, day.seconds / 10))


def _tell(day: Day) -> None:
    for kind, took in day.milliseconds.items():
        p50, p95, p99 = np.percentile(took, (50, 95, 99))
        print(f"{kind:26} {len(took):8,}   p50 {p50:7.0f} ms   p95 {p95:7.0f} ms   p99 {p99:7.0f} ms")
    fifths = [[size for share, size in day.memory if place <= 5 * share < place + 1] for place in range(5)]
    means = [float(np.mean(sizes)) if sizes else float("nan") for sizes in fifths]
    print("memory by fifths of the time:", ", ".join(f"{mean:.0f} MiB" for mean in means), end="; ")
    print(f"end / middle {means[4] / means[2]:.3f}")
    print(f"training: {day.training}")
    print(f"errors: {day.errors.total()}")
    for error, count in day.errors.most_common(ENOUGH_ERRORS):
        print(f"  {count} x {error}")


def _compare(data_dir: Path, day: Day) -> None:
    with Workspace(settings_of(data_dir)) as workspace, workspace.store.session() as cursor:
        kept = {number for (number,) in cursor.execute("select id from predictions").fetchall()}
    answered = Counter(day.acknowledged)
    print(f"acknowledged {len(day.acknowledged):,}, kept {len(kept):,}, ", end="")
    print(f"lost {len(answered.keys() - kept)}, doubled {len(day.acknowledged) - len(answered)}")


if __name__ == "__main__":
    main()
