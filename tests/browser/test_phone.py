"""The page for phones in Chromium with a phone's screen: it reads what the server reads, without it, and sends once."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from hwr_core.datasets.shapes.bank import shape_recordings
from hwr_core.images.normalise import normalise_or_none
from hwr_core.images.strokes import Strokes, draw, place
from hwr_core.images.types import Grey
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests.browser.conftest import PATIENCE
from tests.browser.hand import COUNT_INK, POINTS
from tests.handwriting import hand_made_strokes
from tests.serving import Server, history, serving

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
SEVEN = PROJECT / "notebooks" / "pictures" / "seven.png"
BORDER = 20
"""Pixels of white that the page puts around a sheet before it is read."""
COMPARED, AT_ONCE = 1000, 50
READ_ALL = """async ({ drawings, side }) => {
    const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const { version, decision } = await (await fetch("model.json")).json();
    const [kernel, model] = await Promise.all(
        ["matrix.wasm", `model/${version}.tflite`].map(async (name) => (await fetch(name)).arrayBuffer()),
    );
    const worker = new Worker("worker.js", { type: "module" });
    const ask = (message) => new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(message);
    });
    const { ready, reason } = await ask({ kernel, model, decision });
    if (!ready) throw new Error(reason);
    const found = [];
    for (const [id, each] of drawings.entries()) {
        const { seen, shares, answer } = await ask({ id, drawing: { width: side, height: side, pixels: bytes(each) } });
        found.push({ seen: seen && [...seen], shares, verdict: answer.verdict, digit: answer.digit });
    }
    worker.terminate();
    return found;
}"""
"""Reads drawings by the page's own worker."""


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a history of its own."""
    with serving(tmp_path_factory.mktemp("phone") / "data") as server:
        yield server


@pytest.fixture
def phone(browser: Browser, own_server: Server) -> Iterator[BrowserContext]:
    """A phone that has never seen the page."""
    context = browser.new_context(base_url=own_server.url, **PHONE)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def _open(phone: BrowserContext, path: str = "/m/") -> Page:
    """Open the page, and wait until it reads on the device."""
    page = phone.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(path)
    expect(page.locator("#state")).to_contain_text("Read on this device by model")
    assert faults == []
    return page


def _installed(phone: BrowserContext) -> Page:
    """Open the page and wait until its service worker has all files."""
    page = _open(phone)
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    return page


def _write(page: Page, strokes: Strokes, fill: float = 0.7) -> None:
    box = page.locator("#sheet").bounding_box()
    assert box
    for stroke in place(strokes, side=int(min(box["width"], box["height"])), fill=fill):
        points = [(box["x"] + x, box["y"] + y) for x, y in stroke[:: max(1, len(stroke) // POINTS)].tolist()]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y)
        page.mouse.up()


def _write_and_keep(page: Page, digit: int) -> None:
    """Write a digit, see it read, and say that it is right."""
    _write(page, hand_made_strokes(digit))
    expect(page.locator("#digit")).to_have_text(str(digit))
    page.get_by_role("button", name="Right").click()
    expect(page.locator("#history li")).to_have_count(digit + 1)


def _sent(page: Page, count: int) -> None:
    expect(page.locator("#history li[data-state=sent]")).to_have_count(count)
    expect(page.locator("#waiting")).to_be_empty()


def _new_rows(server: Server, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {row["id"] for row in before}
    return [row for row in history(server) if row["id"] not in known]


def _drawings() -> list[Grey]:
    """A thousand: rare shapes and hand-made digits, thin and thick, small and large, some with specks, some blank."""
    rng = np.random.default_rng(26)
    found: list[Grey] = [np.full((280, 280), 255, np.uint8)]
    while len(found) < COMPARED:
        digit = int(rng.integers(10))
        recording = shape_recordings(rng, digit)
        strokes: Strokes = hand_made_strokes(digit, rng) if recording is None else recording.strokes
        fill = float(rng.uniform(0.05, 1.0) if rng.random() < 0.3 else rng.uniform(0.4, 0.95))
        at = (float(rng.random()), float(rng.random()))
        image = draw(place(strokes, side=280, fill=fill, at=at), side=280, pen=float(rng.uniform(4, 30)))
        for x, y, side in rng.integers(
            [0, 0, 1], [275, 275, 6], (int(rng.integers(6)) if rng.random() < 0.2 else 0, 3)
        ):
            image[y : y + side, x : x + side] = rng.integers(200)
        found.append(image)
    return [np.pad(image, BORDER, constant_values=255) for image in found]


def test_it_reads_what_the_server_reads(phone: BrowserContext) -> None:
    """A thousand drawings: the same 28x28, a grey level of the tiniest apart; the same probabilities and verdicts."""
    page = _open(phone)
    recogniser = Recogniser.load(Registry(PROJECT / "models").champion(), cores=1)
    drawings, same = _drawings(), 0
    for begin in range(0, len(drawings), AT_ONCE):
        some = drawings[begin : begin + AT_ONCE]
        sent = [base64.b64encode(image.tobytes()).decode() for image in some]
        for image, found in zip(some, page.evaluate(READ_ALL, {"drawings": sent, "side": 320}), strict=True):
            expected = normalise_or_none(image)
            if expected is None:
                assert (found["seen"], found["verdict"]) == (None, "no_ink")
                continue
            seen = np.array(found["seen"], np.uint8).reshape(28, 28)
            apart = int(np.abs(seen.astype(int) - expected).max())
            assert apart <= 1
            same += apart == 0
            assert np.abs(recogniser.shares_of(seen) - found["shares"]).max() < 1e-3
            prediction = recogniser.read([seen])[0]
            assert (found["verdict"], found["digit"]) == (prediction.verdict.value, prediction.digit)
    recogniser.close()
    assert same >= 0.98 * COMPARED


def test_ten_digits_are_read_without_a_network_and_sent_once(phone: BrowserContext, own_server: Server) -> None:
    """All right, all waiting, still there after a restart; with the network back each is in the history once."""
    before = history(own_server)
    _installed(phone).close()
    phone.set_offline(True)
    page = _open(phone)
    for digit in range(10):
        _write_and_keep(page, digit)
    expect(page.locator("#waiting")).to_contain_text("10 to be sent when the server can be reached")
    page.close()
    page = _open(phone)  # as after the browser was ended
    expect(page.locator("#history li[data-state=waiting]")).to_have_count(10)
    assert _new_rows(own_server, before) == []
    phone.set_offline(False)
    _sent(page, 10)
    rows = _new_rows(own_server, before)
    assert sorted(row["predicted_digit"] for row in rows) == list(range(10))
    assert {row["user_input_type"] for row in rows} == {"drawing"}


def test_answers_that_are_lost_store_nothing_twice(phone: BrowserContext, own_server: Server) -> None:
    """The server has stored them, the phone does not know; it ends, starts again and sends all once more."""
    before = history(own_server)
    page = _installed(phone)
    lost = 0

    def lose(route: Route) -> None:
        nonlocal lost
        route.fetch()  # the server does all of it
        lost += 1
        route.abort()

    page.route("**/api/predict", lose)
    for digit in range(3):
        _write_and_keep(page, digit)
    expect(page.locator("#state")).to_contain_text("Without a network")
    assert lost >= 1
    assert len(_new_rows(own_server, before)) >= 1
    page.close()
    page = _open(phone)
    _sent(page, 3)
    assert sorted(row["predicted_digit"] for row in _new_rows(own_server, before)) == [0, 1, 2]


def test_one_that_fails_holds_up_no_other(phone: BrowserContext, own_server: Server) -> None:
    """The server fails at the first drawing each time; the second is stored all the same, and the first waits."""
    before = history(own_server)
    page = _installed(phone)
    phone.set_offline(True)
    _write_and_keep(page, 0)
    _write_and_keep(page, 1)
    failing: list[str] = []

    def fail(route: Route) -> None:
        key = route.request.headers["idempotency-key"]
        failing.append(key) if not failing else None
        route.fulfill(status=500, body="") if key == failing[0] else route.continue_()

    page.route("**/api/predict", fail)
    phone.set_offline(False)
    expect(page.locator("#history li[data-state=sent]")).to_have_count(1)
    expect(page.locator("#waiting")).to_contain_text("1 to be sent")
    assert [row["predicted_digit"] for row in _new_rows(own_server, before)] == [1]


def test_a_clock_that_is_years_behind_loses_nothing(phone: BrowserContext, own_server: Server) -> None:
    """The server refuses such a time, and the image is sent without."""
    before = history(own_server)
    page = _installed(phone)
    page.clock.set_fixed_time("2015-01-01T00:00:00Z")
    _write_and_keep(page, 0)
    _sent(page, 1)
    [row] = _new_rows(own_server, before)
    assert row["timestamp"] > "2026"


def test_a_device_without_room_gives_the_drawing_back(phone: BrowserContext) -> None:
    """It is on the sheet again, and the page says why."""
    page = _installed(phone)
    page.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }; }"
    )
    _write(page, hand_made_strokes(3))
    expect(page.locator("#digit")).to_have_text("3")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#notice")).to_contain_text("no room left")
    expect(page.locator("#digit")).to_have_text("3")
    expect(page.locator("#history li")).to_have_count(0)


def test_two_tabs_send_each_drawing_once(phone: BrowserContext, own_server: Server) -> None:
    """Both hear at once that the network is back."""
    before = history(own_server)
    first, second = _installed(phone), _open(phone)
    phone.set_offline(True)
    for digit in range(3):
        _write_and_keep(first, digit)
    phone.set_offline(False)
    expect(first.locator("#waiting")).to_be_empty()
    expect(second.locator("#state")).to_contain_text("Connected")
    first.reload()
    expect(first.locator("#state")).to_contain_text("Connected")
    assert len(_new_rows(own_server, before)) == 3


def test_wrong_keeps_the_true_digit_as_the_label(phone: BrowserContext, own_server: Server) -> None:
    """By one more touch; the label is in the history beside the prediction."""
    before = history(own_server)
    page = _open(phone)
    _write(page, hand_made_strokes(7))
    expect(page.locator("#digit")).to_have_text("7")
    page.get_by_role("button", name="Wrong").click()
    page.get_by_role("group", name="Which digit is it?").get_by_role("button", name="1", exact=True).click()
    _sent(page, 1)
    (row,) = _new_rows(own_server, before)
    assert (row["predicted_digit"], row["actual_digit"]) == (7, 1)


def test_a_photo_is_read_by_the_server_and_judged_here(phone: BrowserContext, own_server: Server) -> None:
    """Taken without a network it waits like any other."""
    before = history(own_server)
    page = _installed(phone)
    phone.set_offline(True)
    page.locator("#photo").set_input_files(SEVEN)
    expect(page.locator("#words")).to_contain_text("when the server can be reached")
    phone.set_offline(False)
    expect(page.locator("#words")).to_have_text("The photo shows a 7")
    page.get_by_role("button", name="Right").click()
    _sent(page, 1)
    (row,) = _new_rows(own_server, before)
    assert (row["predicted_digit"], row["actual_digit"], row["user_input_type"]) == (7, 7, "upload")


def test_what_is_no_image_is_refused_and_stays(phone: BrowserContext, tmp_path: Path) -> None:
    """The list says why, and the user removes it."""
    (tmp_path / "text.png").write_text("no image")
    page = _open(phone)
    page.locator("#photo").set_input_files(tmp_path / "text.png")
    refused = page.locator("#history li[data-state=refused]")
    expect(refused).to_contain_text("not an image")
    refused.get_by_role("button", name="Remove").click()
    expect(page.locator("#history li")).to_have_count(0)


def test_a_number_is_read_by_the_server(phone: BrowserContext) -> None:
    """On a wide sheet, some time after the last stroke; without a network the page says who would read it."""
    page = _installed(phone)
    page.get_by_role("button", name="Number").click()
    box = page.locator("#sheet").bounding_box()
    assert box
    for place_of, digit in enumerate((4, 7)):
        for stroke in place(hand_made_strokes(digit), side=int(box["height"]), fill=0.7):
            points = [(box["x"] + x + place_of * box["height"], box["y"] + y) for x, y in stroke[::4].tolist()]
            page.mouse.move(*points[0])
            page.mouse.down()
            for x, y in points[1:]:
                page.mouse.move(x, y)
            page.mouse.up()
    expect(page.locator("#digit")).to_have_text("47")
    page.get_by_role("button", name="Clear").click()
    phone.set_offline(True)
    _write(page, hand_made_strokes(4))
    expect(page.locator("#words")).to_contain_text("cannot be reached")


def test_a_network_that_is_not_known_here_is_left_to_the_server(phone: BrowserContext) -> None:
    """The page says so, and reads by the live channel."""
    phone.route(re.compile(r"/m/model/.*\.tflite$"), lambda route: route.fulfill(body=b"\x00" * 64))
    page = phone.new_page()
    page.goto("/m/")
    expect(page.locator("#notice")).to_contain_text("no LiteRT file")
    _write(page, hand_made_strokes(3))
    expect(page.locator("#digit")).to_have_text("3")


def test_fingers_beside_a_pen_draw_nothing(phone: BrowserContext) -> None:
    """The hand that holds the pen rests on the screen; a second finger is ignored, a broad touch too."""
    page = _open(phone)
    send = """([type, kind, id, x, y, more]) => {
        const sheet = document.getElementById("sheet");
        const box = sheet.getBoundingClientRect();
        sheet.setPointerCapture = () => {};
        sheet.dispatchEvent(new PointerEvent(type, {
            pointerId: id, pointerType: kind, isPrimary: true, button: 0, pressure: 0.5,
            clientX: box.x + x, clientY: box.y + y, bubbles: true, cancelable: true, ...more,
        }));
    }"""

    def touch(kind: str, pointer: int, x: int, y: int, **more: Any) -> None:
        for step, name in enumerate(("pointerdown", "pointermove", "pointerup")):
            page.evaluate(send, [name, kind, pointer, x + 20 * step, y, more])

    def ink() -> int:
        count: int = page.locator("#sheet").evaluate(COUNT_INK)
        return count

    touch("touch", 1, 100, 200, width=90, height=90)  # a palm
    assert ink() == 0
    touch("pen", 2, 100, 100)
    drawn = ink()
    assert drawn > 0
    touch("touch", 3, 100, 250)  # the hand, right after the pen
    assert ink() == drawn


def test_keys_alone_are_enough_for_all_but_the_drawing(phone: BrowserContext) -> None:
    """Every control is reached by Tab and has a name, and Escape clears."""
    page = _open(phone)
    _write(page, hand_made_strokes(5))
    expect(page.locator("#digit")).to_have_text("5")
    names = set()
    page.locator("#mode-digit").focus()
    for _ in range(12):
        names.add(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
        page.keyboard.press("Tab")
    assert {"mode-digit", "mode-number", "sheet", "right", "wrong", "keep", "clear", "photo"} <= names
    page.keyboard.press("Escape")
    expect(page.locator("#digit")).to_be_empty()
    expect(page.get_by_role("status").first).to_be_empty()


@pytest.mark.parametrize(
    ("width", "height"), [(320, 568), (740, 360), (1024, 768)], ids=["small", "landscape", "tablet"]
)
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_it_fits_every_screen(browser: Browser, own_server: Server, width: int, height: int, direction: str) -> None:
    """Nothing is cut off at the side, and what one touches is large enough for a thumb."""
    context = browser.new_context(
        base_url=own_server.url, viewport={"width": width, "height": height}, has_touch=True, is_mobile=True
    )
    page = _open(context)
    page.evaluate(f"document.documentElement.dir = '{direction}'")
    _write(page, hand_made_strokes(2))
    expect(page.locator("#digit")).to_have_text("2")
    page.get_by_role("button", name="Wrong").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in page.locator("button:visible").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
    context.close()


def test_the_page_begins_at_its_folder(phone: BrowserContext, own_server: Server) -> None:
    """Opened as /m it goes on as /m/, which is what works without a network."""
    page = _open(phone, "/m")
    assert page.url == f"{own_server.url}/m/"
