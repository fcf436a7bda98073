"""What the page reads, and by what: on the device as the server would, or by the server."""

import base64
import re

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, expect

from hwr_core.datasets.shapes.bank import shape_recordings
from hwr_core.images.normalise import normalise_or_none
from hwr_core.images.strokes import Strokes, draw, place
from hwr_core.images.types import Grey
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests.browser.phone.hand import opened, write
from tests.handwriting import hand_made_strokes

BORDER = 20
"""Pixels of white that the page puts around a sheet before it is read."""
COMPARED, AT_ONCE = 1000, 50
READ_ALL = """async ({ drawings, side, kernel: program }) => {
    const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const { version, decision } = await (await fetch("model.json")).json();
    const [kernel, model] = await Promise.all(
        [program, `model/${version}.tflite`].map(async (name) => (await fetch(name)).arrayBuffer()),
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


def _drawings(count: int) -> list[Grey]:
    """So many: rare shapes and hand-made digits, thin and thick, small and large, some with specks, some blank."""
    rng = np.random.default_rng(26)
    found: list[Grey] = [np.full((280, 280), 255, np.uint8)]
    while len(found) < count:
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


@pytest.mark.parametrize(
    ("kernel", "count", "equal"),
    [
        ("fused.wasm", 100, 0.97),
        ("matrix.wasm", 100, 0.97),
        pytest.param("fused.wasm", COMPARED, 0.98, marks=pytest.mark.long),
    ],
    ids=["fused", "plain", "thousand"],
)
def test_it_reads_what_the_server_reads(phone: BrowserContext, kernel: str, count: int, equal: float) -> None:
    """By either kernel: the same 28x28, a grey level of the tiniest apart, and the same verdicts."""
    page = opened(phone)
    recogniser = Recogniser.load(Registry(PROJECT / "models").champion(), cores=1)
    drawings, same = _drawings(count), 0
    for begin in range(0, len(drawings), AT_ONCE):
        some = drawings[begin : begin + AT_ONCE]
        sent = [base64.b64encode(image.tobytes()).decode() for image in some]
        asked = {"drawings": sent, "side": 320, "kernel": kernel}
        for image, found in zip(some, page.evaluate(READ_ALL, asked), strict=True):
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
    assert same >= equal * count


def test_a_network_that_is_not_known_here_is_left_to_the_server(phone: BrowserContext) -> None:
    """The page says so, and reads by the live channel."""
    phone.route(re.compile(r"/m/model/.*\.tflite$"), lambda route: route.fulfill(body=b"\x00" * 64))
    page = phone.new_page()
    page.goto("/m/")
    expect(page.locator("#notice")).to_contain_text("no LiteRT file")
    write(page, hand_made_strokes(3))
    expect(page.locator("#digit")).to_have_text("3")
