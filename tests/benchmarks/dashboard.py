"""How soon the dashboard answers in a real browser, on a large history: a stroke, another page, ten people drawing.

Run it: python -m tests.benchmarks.dashboard [--predictions 1000000] [--repeats 30] [--sessions 10] [--keep FOLDER].
Server and browsers share the machine's cores.
"""

import argparse
import asyncio
import shutil
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from playwright.async_api import Browser, ConsoleMessage, Error, Page, async_playwright

from hwr_core.app.workspace import Workspace
from hwr_core.images.strokes import place
from tests.benchmarks.history import fill
from tests.benchmarks.servers import settings_of
from tests.handwriting import hand_made_strokes
from tests.serving import serving

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
USERS = 1_000
PATIENCE = 20_000
"""Milliseconds after which an answer counts as an error."""
OPENING = 120_000
"""Milliseconds that a browser may take to open the dashboard for the first time."""
PAUSE = 1_500
"""Milliseconds for which a person looks at an answer, or at a page."""
IN_ONE_STROKE = (0, 2, 3, 6, 8, 9)

WAIT_FOR_ANSWER = """
(patience) => {
    const shown = () => document.querySelector("[data-testid=stHtml]")?.textContent;
    const before = shown();
    window.answered = new Promise((resolve, reject) => {
        let penUp;
        window.addEventListener("mouseup", () => { penUp = performance.now(); }, { capture: true, once: true });
        const observer = new MutationObserver(() => {
            if (penUp !== undefined && shown() !== before) {
                observer.disconnect();
                resolve(performance.now() - penUp);
            }
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        setTimeout(() => { observer.disconnect(); reject(new Error("No answer came.")); }, patience);
    });
    window.answered.catch(() => {});
}
"""
"""Watch, from now on, for the moment in which the pen is lifted and for that in which the large symbol is another."""

TURN = """
([path, patience]) => new Promise((resolve, reject) => {
    const links = [...document.querySelectorAll("[data-testid=stSidebarNavLink]")];
    const began = performance.now();
    const heading = () => document.querySelector("[data-testid=stMain] h1")?.textContent;
    const before = heading();
    const isThere = () =>
        location.pathname === path
        && ![undefined, before].includes(heading())
        && document.querySelector("[data-test-script-state]").dataset.testScriptState === "notRunning"
        && !document.querySelector("[data-testid=stSkeleton], [data-testid=stStatusWidget], [data-stale=true]");
    const look = () => {
        const took = performance.now() - began;
        if (isThere()) resolve(took);
        else if (took > patience) reject(new Error("The page did not come."));
        else requestAnimationFrame(look);
    };
    links.find((each) => each.pathname === path).click();
    look();
})
"""
"""Follow a link and wait until the page has another heading, its script has ended, and nothing is left to be drawn."""


@dataclass(slots=True)
class Measured:
    """Milliseconds that answers took, and the errors there were."""

    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Put it on a line."""
        if not self.milliseconds:
            return f"nothing measured, {len(self.errors)} errors"
        p50, p95 = np.percentile(self.milliseconds, (50, 95))
        return f"{len(self.milliseconds):5} times   p50 {p50:7.0f} ms   p95 {p95:7.0f} ms   {len(self.errors)} errors"


def main() -> None:
    """Fill a history, serve it, measure everything, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--keep", type=Path, help="folder to leave the history in, and to find it in again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = (options.keep or Path(folder)) / str(options.predictions)
        with Workspace(settings_of(data_dir)) as workspace:
            if workspace.history.count() == 0:
                fill(workspace, options.predictions, USERS)
        with serving(data_dir) as server:
            table = asyncio.run(_measure(server.url, options.repeats, options.sessions))
    print(f"{options.predictions:,} predictions in the history")
    for what, measured in table.items():
        print(what.ljust(44), measured)
    for error in {error for measured in table.values() for error in measured.errors}:
        print(error)


async def _measure(url: str, repeats: int, sessions: int) -> dict[str, Measured]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        table = {"pen up to digit": await _draw_at_once(browser, url, 1, repeats)}
        table |= await _turn_pages(browser, url, max(3, repeats // 3))
        table[f"pen up to digit, {sessions} sessions at once"] = await _draw_at_once(browser, url, sessions, repeats)
        await browser.close()
    return table


async def _draw_at_once(browser: Browser, url: str, sessions: int, repeats: int) -> Measured:
    """Let several people draw beside each other, each in a browser profile of their own."""
    measured = Measured()
    pages = [await open_page(browser, url, measured) for _ in range(sessions)]
    await asyncio.gather(*(_draw(page, repeats, user, measured) for user, page in enumerate(pages)))
    return measured


async def _draw(page: Page, repeats: int, user: int, measured: Measured) -> None:
    """Draw digits one after the other; the first does not count."""
    for number in range(repeats + 1):
        await page.wait_for_timeout(PAUSE)
        await page.evaluate(WAIT_FOR_ANSWER, PATIENCE)
        await write(page, IN_ONE_STROKE[(user + number) % len(IN_ONE_STROKE)])
        try:
            took = await page.evaluate("window.answered")
            if number:
                measured.milliseconds.append(took)
            await page.get_by_role("button", name="Clear").click()
            await page.get_by_text("Write one digit").wait_for()
        except Error as error:
            measured.errors.append(str(error))
    await close_page(page, measured)


async def write(page: Page, digit: int) -> None:
    """Write a digit of one stroke with the mouse, in small timed steps."""
    box = await page.locator("canvas.upper-canvas").bounding_box()
    assert box
    [stroke] = place(hand_made_strokes(digit), side=int(box["width"]), fill=0.7)
    (left, top), *way = [(box["x"] + x, box["y"] + y) for x, y in stroke[::3].tolist()]
    await page.mouse.move(left, top)
    await page.mouse.down()
    for x, y in way:
        await page.mouse.move(x, y)
        await page.wait_for_timeout(4)
    await page.mouse.up()


async def _turn_pages(browser: Browser, url: str, rounds: int) -> dict[str, Measured]:
    """Go through all pages of the navigation again and again; the first round does not count."""
    table: dict[str, Measured] = defaultdict(Measured)
    whole = Measured()
    page = await open_page(browser, url, whole)
    paths = await pages_of(page)
    for number in range(rounds + 1):
        for path in paths:
            await page.wait_for_timeout(PAUSE)
            name = f"to the page {path}"
            try:
                took = await page.evaluate(TURN, [path, PATIENCE])
            except Error as error:
                table[name].errors.append(f"{path}: {error}")
                continue
            if number:
                table[name].milliseconds.append(took)
    await close_page(page, whole)
    whole.milliseconds = [took for each in table.values() for took in each.milliseconds]
    return {"page to page": whole, **table}


async def pages_of(page: Page) -> list[str]:
    """Return the addresses that the navigation leads to."""
    links = page.get_by_test_id("stSidebarNavLink")
    paths: list[str] = await links.evaluate_all("(links) => links.map((each) => each.pathname)")
    return paths


async def open_page(browser: Browser, url: str, measured: Measured) -> Page:
    """Open the Draw page in a fresh browser profile; errors in its console are counted."""

    def listen(message: ConsoleMessage) -> None:
        # A page opened by its address asks for its server beside itself first.
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            measured.errors.append(message.text)

    context = await browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="Europe/Berlin")
    page = await context.new_page()
    page.on("console", listen)
    page.set_default_timeout(OPENING)
    await page.goto(f"{url}/draw")
    await page.locator("canvas.upper-canvas").wait_for()
    page.set_default_timeout(PATIENCE)
    return page


async def close_page(page: Page, measured: Measured) -> None:
    """Close the page; boxes with errors on it are counted."""
    measured.errors += await page.locator("[data-testid=stException], [data-testid=stAlert]").all_inner_texts()
    await page.context.close()


if __name__ == "__main__":
    main()
