"""A new page and a new model: fetched in the background, used from the next start on, and named then."""

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from hwr_core.registry.pointers import CHAMPION
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests.browser.phone.hand import installed, write
from tests.handwriting import hand_made_strokes
from tests.serving import serving

STATIC = PROJECT / "api" / "phone" / "static"
EARLIER = min(Registry(PROJECT / "models").names())


class _Files(SimpleHTTPRequestHandler):
    """The files of the page, and nothing else: to the page, a server that refuses all it is asked."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript", ".wasm": "application/wasm"}

    def do_GET(self) -> None:
        """Send the file whatever the browser has: two versions may be of one second."""
        del self.headers["If-Modified-Since"]
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        super().send_error(503 if code == 404 else code, message, explain)

    def log_message(self, *_: object) -> None:
        """The test says enough."""


@contextmanager
def _serving_files(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _release(folder: Path, version: str) -> None:
    """Put the page there as another version would be: its program and its service worker name it."""
    shutil.copytree(STATIC, folder, dirs_exist_ok=True)
    [present] = re.findall(r'"([0-9a-f]{8})"', (STATIC / "sw.js").read_text(encoding="utf-8"))
    for name in ("app.js", "sw.js"):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert present in text
        (folder / name).write_text(text.replace(present, version), encoding="utf-8")


def test_a_new_page_is_used_from_the_next_start_and_named(
    new_phone: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    """The one that is open stays as it is and says that there is a new one; the next opens without a server too."""
    folder = tmp_path / "m"
    _release(folder, "00000001")
    with _serving_files(tmp_path) as address:
        phone = new_phone(address)
        page = phone.new_page()
        page.goto("/m/")
        expect(page.locator("#state")).to_contain_text("Page 00000001")
        page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        expect(page.locator("#notice")).to_be_empty()
        _release(folder, "00000002")
        page.evaluate("navigator.serviceWorker.getRegistration().then((each) => each.update()).then(() => undefined)")
        expect(page.locator("#notice")).to_contain_text("A new version of this page was fetched")
        expect(page.locator("#state")).to_contain_text("Page 00000001")
        page.close()
    page = phone.new_page()
    page.goto("/m/")
    expect(page.locator("#state")).to_contain_text("Page 00000002")
    expect(page.locator("#notice")).to_have_text("This page was updated to 00000002.")
    page.reload()
    expect(page.locator("#state")).to_contain_text("Page 00000002")
    expect(page.locator("#notice")).to_be_empty()


def test_a_new_model_is_used_from_the_next_start_and_named(
    new_phone: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    """It is fetched while the earlier one reads on."""
    models = tmp_path / "models"
    served = Registry(PROJECT / "models").champion().name
    for name in (EARLIER, served):
        shutil.copytree(PROJECT / "models" / name, models / name)
    (models / CHAMPION).write_text(f"{EARLIER}\n", encoding="utf-8")
    with serving(tmp_path / "data", HWR_MODELS_DIR=str(models)) as server:
        phone = new_phone(server.url)
        page = installed(phone)
        expect(page.locator("#state")).to_contain_text(EARLIER)
        (models / CHAMPION).write_text(f"{served}\n", encoding="utf-8")
        deadline = time.monotonic() + 60
        while page.request.get("/m/model.json", max_retries=3).json()["version"] != served:
            assert time.monotonic() < deadline
            page.wait_for_timeout(100)  # the server looks for a promotion every now and then
        page.reload()
        expect(page.locator("#state")).to_contain_text(EARLIER)
        expect(page.locator("#notice")).to_contain_text(f"Model {served} was fetched")
        page.reload()
        expect(page.locator("#state")).to_contain_text(served)
        expect(page.locator("#notice")).to_have_text(f"Now read by model {served}.")
        write(page, hand_made_strokes(6))
        expect(page.locator("#digit")).to_have_text("6")
