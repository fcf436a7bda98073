"""Everything at once, for half an hour: errors, slow answers, lost readings, and memory that grows are looked for.

Clients read drawings, upload files and batches, look back, say what was right and export, two people draw on the
dashboard and turn its pages, and in the middle a training runs. The figures are printed as they come; Ctrl-C ends the
load early and tells what was found. The program ends with 1 where the server did not stand it.

Run it: python -m tests.benchmarks.mixed [--minutes 30] [--clients 16] [--pause 0.1].
"""

import argparse
import asyncio
import base64
import itertools
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from httpx2 import AsyncClient, HTTPError
from playwright.async_api import Browser, Error, Page, async_playwright

from hwr_core.workspace import Workspace
from tests.benchmarks.dashboard import ARGUMENTS, IN_ONE_STROKE, PAUSE, TURN, close_page, open_page, write
from tests.benchmarks.dashboard import Measured as MeasuredOnPages
from tests.benchmarks.servers import settings_of
from tests.handwriting import drawing, png
from tests.own_models import copied_models, own_digits
from tests.serving import Server, serving

SESSIONS = 2
"""People on the dashboard."""
TOLD_EVERY = 30.0
"""Seconds between two lines of figures."""
FIFTHS = 5
ALLOWED_GROWTH = 1.1
"""Of the server's memory, from the middle to the end."""
IN_A_BATCH = 8
TRAINED_ON = 40
"""Pictures of each digit that the training in the middle has."""
TIMEOUT = 60.0
"""Seconds without an answer after which a request counts as an error."""
PAGE_WITHIN = 60_000
"""Milliseconds that a page may take beside all that load; more counts as an error."""
SHOWN = """
() => [
    document.querySelector("[data-test-script-state]")?.dataset.testScriptState,
    ...["stSkeleton", "stStatusWidget"].filter((name) => document.querySelector(`[data-testid=${name}]`)),
    document.querySelector("[data-stale=true]")?.outerHTML.slice(0, 300),
    document.querySelector("[data-testid=stMain]")?.innerText.slice(0, 300),
].join(", ")
"""
"""What tells why a page did not come."""
PAGES = ("/analytics", "/history", "/models", "/")
"""Those that the people on the dashboard turn to between two drawings."""


@dataclass(slots=True)
class Record:
    """What has come of the load so far."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Seconds of each request, by its kind."""
    errors: list[str] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    """Numbers of the readings that the server said it kept."""
    memory: list[float] = field(default_factory=list)
    """MiB of the server at each fifth."""

    def add(self, kind: str, began: float) -> None:
        """Note an answer to a request sent at this moment of `time.perf_counter`."""
        self.took[kind].append(time.perf_counter() - began)

    def fail(self, kind: str, why: object) -> None:
        """Note a request that was not answered as it should be, and say so at once."""
        self.errors.append(f"{kind}: {why}")
        print(f"ERROR {kind}: {str(why)[:500]}", flush=True)


@dataclass(frozen=True, slots=True)
class Client:
    """One of those who ask, in an account of their own."""

    number: int
    user_id: int
    http: AsyncClient
    record: Record
    picture: bytes

    @property
    def digit(self) -> int:
        """What this client writes."""
        return self.number % 10

    async def ask(self, kind: str, method: str, path: str, **sent: Any) -> Any:
        """Ask, note how long it took, and return the answer's JSON; its bytes where it is no JSON, None on an error."""
        began = time.perf_counter()
        try:
            answer = await self.http.request(method, path, **sent)
        except HTTPError as error:
            self.record.fail(kind, repr(error))
            return None
        if answer.status_code not in (200, 202):
            self.record.fail(kind, f"{answer.status_code} {answer.text}")
            return None
        self.record.add(kind, began)
        return answer.json() if answer.headers["content-type"] == "application/json" else answer.content

    async def predict(self) -> None:
        """Read a drawing."""
        body = {"image_data": base64.b64encode(self.picture).decode(), "user_id": self.user_id}
        self._keep([await self.ask("predict", "POST", "/api/predict", json=body)])

    async def upload(self) -> None:
        """Read a file."""
        sent = {"files": {"file": ("digit.png", self.picture)}, "data": {"user_id": self.user_id}}
        self._keep([await self.ask("upload", "POST", "/api/predict-upload", **sent)])

    async def batch(self) -> None:
        """Read some files."""
        files = [("files", (f"{number}.png", self.picture)) for number in range(IN_A_BATCH)]
        answer = await self.ask("batch", "POST", "/api/predict-batch", files=files, data={"user_id": self.user_id})
        self._keep(answer["results"] if answer else [])

    async def look_back(self) -> None:
        """Ask for the history's newest page and for some of its figures."""
        for path in ("analytics/predictions?limit=20", "analytics/system", "analytics/over-time?bucket=hour"):
            await self.ask("analytics", "GET", f"/api/{path}")
        for path in ("accuracy", "confusion", "latency", "breakdown/digit"):
            await self.ask("analytics of one person", "GET", f"/api/analytics/{path}?user_id={self.user_id}")

    async def judge(self) -> None:
        """Say of the last reading what it was."""
        page = await self.ask("analytics", "GET", f"/api/analytics/predictions?limit=1&user_id={self.user_id}")
        if page and page["data"]:
            said = {"prediction_id": page["data"][0]["id"], "actual_digit": self.digit, "user_id": self.user_id}
            await self.ask("feedback", "POST", "/api/feedback", json=said)

    async def export(self) -> None:
        """Download one's own readings in each format."""
        for kind in ("csv", "jsonl", "parquet"):
            await self.ask("export", "GET", f"/api/export/history?format={kind}&user_id={self.user_id}")

    def _keep(self, answers: Sequence[dict[str, Any] | None]) -> None:
        for answer in answers:
            if answer and answer.get("prediction_id"):
                self.record.acknowledged.append(answer["prediction_id"])
            elif answer:
                self.record.fail("reading", f"was not kept: {answer}")


def main() -> None:
    """Serve an empty folder, load it, and tell what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds that a client waits between two requests")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = copied_models(folder / "models").folder  # the training's version does not go to the shipped ones
        data_dir = folder / "data"
        with serving(data_dir, HWR_MODELS_DIR=str(models), HWR_DATASETS_DIR=str(folder / "datasets")) as server:
            record = asyncio.run(_load(server, options.minutes * 60, options.clients, options.pause))
        faults = [*_growth(record), *_differences(data_dir, record)]
    _tell(record)
    if record.errors:
        faults.append(f"{len(record.errors)} errors, the first: {record.errors[0][:500]}")
    print(*[f"FAULT {fault}" for fault in faults] or ["No fault was found."], sep="\n")
    sys.exit(bool(faults))


async def _load(server: Server, seconds: float, clients: int, pause: float) -> Record:
    record, ended = Record(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with AsyncClient(base_url=server.url, timeout=TIMEOUT) as http, _browser() as browser:
        people = [await _client(number, http, record) for number in range(clients)]
        trained = asyncio.create_task(_train(people[0], ended, seconds / 2))
        work = [_work(client, ended, pause) for client in people]
        sittings = [_sit(browser, server.url, number, ended, record) for number in range(SESSIONS)]
        await asyncio.gather(*work, *sittings, _watch(http, ended, seconds, record), trained)
    return record


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=ARGUMENTS,
            handle_sigint=False,  # Ctrl-C ends the load, and the pages are closed after it
            handle_sigterm=False,
        )


async def _client(number: int, http: AsyncClient, record: Record) -> Client:
    answer = await http.post("/api/users", json={"username": f"client-{number}"})
    return Client(number, answer.json()["user_id"], http, record, png(drawing(number % 10)))


async def _work(client: Client, ended: asyncio.Event, pause: float) -> None:
    """Do what a client does, again and again: mostly reading, now and then all the rest."""
    rest: list[Callable[[], Awaitable[None]]] = [client.batch, client.look_back, client.judge, client.export]
    mostly = [client.predict] * 3 + [client.upload]
    for number in itertools.count(client.number):
        for act in (*mostly, rest[number % len(rest)]):
            if await _ends_within(ended, pause):
                return
            await act()


async def _train(client: Client, ended: asyncio.Event, middle: float) -> None:
    """In the middle, add pictures and train on them; the version is there at the end."""
    if await _ends_within(ended, middle):
        return
    await client.ask("import", "POST", "/api/datasets/custom", files={"file": ("own.zip", own_digits(TRAINED_ON))})
    asked = {"epochs": 2, "config": {"sources": ["custom"]}}
    started = await client.ask("training", "POST", "/api/train", json=asked)
    while started and not await _ends_within(ended, 2.0):
        found = await client.ask("job", "GET", started["status_url"])
        if found and found["data"]["finished_at"]:
            print(f"The training has ended: {found['data']['state']}", flush=True)
            if found["data"]["state"] != "succeeded":
                client.record.fail("training", found["data"]["error"])
            return


async def _sit(browser: Browser, url: str, number: int, ended: asyncio.Event, record: Record) -> None:
    """Draw on the dashboard, keep what was read, and turn to another page and back, until the load ends."""
    seen = MeasuredOnPages()
    page = await open_page(browser, url, seen)
    for turn in itertools.count(number):
        if await _ends_within(ended, 1.0):
            break
        try:
            await _draw_and_keep(page, IN_ONE_STROKE[turn % len(IN_ONE_STROKE)], record)
            for path in (PAGES[turn % len(PAGES)], "/draw"):
                record.took[f"page {path}"].append(await _turn(page, path))
        except Error as error:
            record.fail("dashboard", error)
            await page.goto(f"{url}/draw")
    await close_page(page, seen)
    for words in seen.errors:
        record.fail("dashboard", words)


async def _turn(page: Page, path: str) -> float:
    """Turn to a page and return how many seconds it took."""
    await page.wait_for_timeout(PAUSE)
    try:
        milliseconds: float = await page.evaluate(TURN, [path, PAGE_WITHIN])
    except Error as error:
        raise Error(f"{path}: {error}\n{page.url} shows: {await page.evaluate(SHOWN)}") from error
    return milliseconds / 1000


async def _draw_and_keep(page: Page, digit: int, record: Record) -> None:
    await page.locator("canvas.upper-canvas").wait_for()
    await page.wait_for_timeout(500)  # a canvas just laid out takes a moment until it listens
    await write(page, digit)
    began = time.perf_counter()
    await page.get_by_role("button", name=re.compile(r"^Keep( Shortcut K)?$")).click()
    said = await page.get_by_text(re.compile(r"Kept as number \d+")).first.inner_text()
    record.add("drawing kept", began)
    record.acknowledged.append(int(said.rpartition(" ")[2].strip(".")))
    await page.get_by_role("button", name="Clear").click()
    await page.get_by_text("Write one digit").wait_for()


async def _watch(http: AsyncClient, ended: asyncio.Event, seconds: float, record: Record) -> None:
    """Tell how it goes, note the memory at each fifth, and end the load in time."""
    began = time.perf_counter()
    while True:
        past = time.perf_counter() - began
        if past >= seconds * (len(record.memory) + 1) / FIFTHS:
            record.memory.append(await _memory(http))
            print(f"memory after {past:6.0f} s: {record.memory[-1]:.0f} MiB", flush=True)
        if past >= seconds:
            ended.set()
        to_next_fifth = seconds * (len(record.memory) + 1) / FIFTHS - past
        if await _ends_within(ended, min(TOLD_EVERY, max(0.0, to_next_fifth))):
            return
        answered = sum(map(len, record.took.values()))
        print(f"{time.perf_counter() - began:6.0f} s   {answered} answers   {len(record.errors)} errors", flush=True)


async def _memory(http: AsyncClient) -> float:
    """MiB of the server's process, by its own figures."""
    figures = (await http.get("/metrics")).text
    found = re.search(r"^process_resident_memory_bytes (\S+)", figures, re.MULTILINE)
    assert found
    return float(found[1]) / 2**20


async def _ends_within(ended: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until the load ends, and return whether it has."""
    try:
        await asyncio.wait_for(ended.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _growth(record: Record) -> list[str]:
    if len(record.memory) < FIFTHS:
        return ["it was ended early: nothing can be said of memory"]
    middle, end = record.memory[FIFTHS // 2], record.memory[-1]
    return [f"memory grew from {middle:.0f} to {end:.0f} MiB"] if end > middle * ALLOWED_GROWTH else []


def _differences(data_dir: Path, record: Record) -> list[str]:
    """Compare the readings in the history with those acknowledged."""
    with Workspace(settings_of(data_dir)) as workspace, workspace.store.session() as cursor:
        kept = {number for (number,) in cursor.execute("select id from readings").fetchall()}
    acknowledged = set(record.acknowledged)
    counts = {
        "lost": len(acknowledged - kept),
        "never acknowledged": len(kept - acknowledged),
        "acknowledged twice": len(record.acknowledged) - len(acknowledged),
    }
    print(f"{len(record.acknowledged)} readings acknowledged, {len(kept)} in the history")
    return [f"{count} readings {what}" for what, count in counts.items() if count]


def _tell(record: Record) -> None:
    for kind, took in sorted(record.took.items()):
        p50, p95, p99 = np.percentile(took, (50, 95, 99)) * 1000
        print(f"{kind:24} {len(took):8}   p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   p99 {p99:7.1f} ms")
    print("MiB at each fifth:", *[f"{each:.0f}" for each in record.memory])


if __name__ == "__main__":
    main()
