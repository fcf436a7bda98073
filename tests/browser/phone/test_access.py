"""The page for everybody: a pen, a finger, keys or a screen reader, on any screen and in any colours."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.axe import faults_of
from tests.browser.hand import COUNT_INK, next_frame
from tests.browser.phone.hand import opened, write, write_and_keep
from tests.handwriting import hand_made_strokes
from tests.serving import Server

CONTRASTS = """() => {
    const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => rgb(colour).slice(0, 3).map((level) => level / 255)
        .map((level) => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4))
        .reduce((sum, level, at) => sum + level * [0.2126, 0.7152, 0.0722][at], 0);
    const ratio = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((first, second) => first - second);
        return (high + 0.05) / (low + 0.05);
    };
    const isOpaque = (colour) => (rgb(colour)[3] ?? 1) > 0;
    const fill = (each) => getComputedStyle(each).backgroundColor;
    const behind = (each) => {
        each.scrollIntoView({ block: "center" });
        const { x, y, width, height } = each.getBoundingClientRect();
        const below = document.elementsFromPoint(x + width / 2, y + height / 2).filter((other) => other !== each);
        return [...below, document.documentElement].map(fill).find(isOpaque);
    };
    const found = [];
    for (const each of document.querySelectorAll("body *")) {
        const hasText = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const isControl = each.matches("button, .button, canvas");
        if (each.matches(":disabled, noscript") || !each.checkVisibility() || !(hasText || isControl)) continue;
        const what = each.id === "sheet" ? "sheet" : each.textContent.trim();
        const style = getComputedStyle(each);
        if (hasText) {
            const size = parseFloat(style.fontSize);
            const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
            const under = isOpaque(fill(each)) ? fill(each) : behind(each);
            found.push({ what, least: isLarge ? 3 : 4.5, ratio: ratio(style.color, under) });
        }
        if (isControl) {
            const edge = Math.max(...[style.borderTopColor, fill(each)].map((colour) => ratio(colour, behind(each))));
            found.push({ what: `edge of ${what}`, least: 3, ratio: edge });
        }
    }
    return found;
}"""
"""The contrast of all text that is to be seen, and of the edges of controls, with what lies behind (WCAG 2.2)."""


def test_fingers_beside_a_pen_draw_nothing(phone: BrowserContext) -> None:
    """The hand that holds the pen rests on the screen; a second finger is ignored, a broad touch too."""
    page = opened(phone)
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
        for step, name in enumerate(("pointerdown", "pointerrawupdate", "pointerup")):
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
    page = opened(phone)
    write(page, hand_made_strokes(5))
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


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_it_fits_every_screen(phone: BrowserContext, direction: str) -> None:
    """Small phones to tablets, both ways up: nothing is cut off at the side, and a thumb hits what one touches."""
    page = opened(phone)
    page.evaluate(f"document.documentElement.dir = '{direction}'")
    write(page, hand_made_strokes(2))
    expect(page.locator("#digit")).to_have_text("2")
    page.get_by_role("button", name="Wrong").click()
    for one, other in ((320, 568), (360, 740), (768, 1024)):
        for width, height in ((one, other), (other, one)):
            page.set_viewport_size({"width": width, "height": height})
            next_frame(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            sides = page.locator("button:visible").evaluate_all(
                "(all) => all.flatMap((each) => [each.offsetWidth, each.offsetHeight])"
            )
            assert min(sides) >= 44


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_stands_out_from_what_is_behind_it(
    new_phone: Callable[..., BrowserContext], own_server: Server, tmp_path: Path, scheme: str
) -> None:
    """4.5:1 for text, 3:1 for large text and edges of controls: answers, keys, the hint, and rows of every state."""
    phone = new_phone(own_server.url, color_scheme=scheme)
    page = opened(phone)
    hint = page.evaluate(CONTRASTS)
    (tmp_path / "text.png").write_text("no image")
    page.locator("#photo").set_input_files(tmp_path / "text.png")
    expect(page.locator("#history li[data-state=refused]")).to_be_visible()
    write_and_keep(page, 1)
    expect(page.locator("#history li[data-state=sent]")).to_be_visible()
    phone.set_offline(True)
    write(page, hand_made_strokes(4))
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#history li[data-state=waiting]")).to_be_visible()
    write(page, hand_made_strokes(5))
    expect(page.locator("#digit")).to_have_text("5")
    page.get_by_role("button", name="Wrong").click()
    sure = page.evaluate(CONTRASTS)
    page.evaluate("document.getElementById('digit').classList.add('unsure')")
    found = hint + sure + page.evaluate(CONTRASTS)
    assert {"Write a digit", "Right", "Remove", "Not a digit", "This session"} <= {each["what"] for each in found}
    assert [each for each in found if each["ratio"] < each["least"]] == []
    assert faults_of(page) == ([], set())


def test_a_screen_reader_is_told_what_there_is_and_what_was_read(phone: BrowserContext) -> None:
    """Roles, names and states in the order of the page; an answer is announced once it stays."""
    page = opened(phone)
    write(page, hand_made_strokes(5))
    expect(page.locator("#digit")).to_have_text("5")
    expect(page.locator("#words")).not_to_have_attribute("aria-busy", re.compile(".*"))
    page.get_by_role("button", name="Wrong").click()
    expect(page.locator("main")).to_match_aria_snapshot("""
        - heading "Handwriting" [level=1]
        - group "What to write":
          - button "Digit" [pressed]
          - button "Number"
        - img "Sheet to write on with a finger, a pen or a mouse. Without one of these, choose a photo."
        - status: /5, \\d+% sure/
        - button "Right"
        - button "Wrong" [expanded]
        - button "Keep"
        - button "Clear"
        - group "Which digit is it?":
          - button "0"
        - region "This session":
          - heading "This session" [level=2]
        - paragraph:
          - link "All pages"
    """)
    tree = phone.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    live = [
        each["value"]["value"]
        for node in tree
        if node.get("role", {}).get("value") == "status"
        for each in node["properties"]
        if each["name"] == "live"
    ]
    assert live == ["polite", "polite"]
    expect(page.get_by_label("Photo", exact=True)).to_have_attribute("type", "file")


def test_colours_of_the_system_leave_hint_and_choice_to_be_seen(
    new_phone: Callable[..., BrowserContext], own_server: Server
) -> None:
    """The sheet stays white and what stands on it dark; the mode that is chosen looks otherwise than the other."""
    page = opened(new_phone(own_server.url, color_scheme="dark", forced_colors="active"))
    found = {each["what"]: each for each in page.evaluate(CONTRASTS)}
    assert found["Write a digit"]["ratio"] >= 4.5
    assert found["Digit"]["ratio"] >= 4.5
    behind = "(each) => getComputedStyle(each).backgroundColor"
    assert page.locator("#mode-digit").evaluate(behind) != page.locator("#mode-number").evaluate(behind)


def test_nothing_moves_for_those_who_want_it_still(
    new_phone: Callable[..., BrowserContext], own_server: Server
) -> None:
    """No control takes time to change."""
    page = opened(new_phone(own_server.url, reduced_motion="reduce"))
    styles = """(all) => all.map((each) => {
        const { transitionDuration, animationName } = getComputedStyle(each);
        return `${transitionDuration} ${animationName}`;
    })"""
    assert set(page.locator("*").evaluate_all(styles)) == {"0s none"}


def test_the_page_begins_at_its_folder(phone: BrowserContext, own_server: Server) -> None:
    """Opened as /m it goes on as /m/, which is what works without a network."""
    page = opened(phone, "/m")
    assert page.url == f"{own_server.url}/m/"
