"""Drawing, keeping, uploading and looking back in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.hand import (
    answer,
    clear,
    expect_digit,
    ink,
    is_read_as,
    keep,
    kept_rows,
    press_until,
    screenshot,
    seen,
    turn_to,
    undo,
    write,
)
from tests.handwriting import drawing, hand_made_strokes, png, recorded_strokes

Visit = Callable[..., Page]

LOOKS = [
    pytest.param({"scheme": "light"}, id="draw-light"),
    pytest.param({"scheme": "dark"}, id="draw-dark"),
    pytest.param({"size": {"width": 390, "height": 844}}, id="draw-phone"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_a_kept_drawing_is_in_the_history(
    visit: Visit, look: dict[str, object], request: pytest.FixtureRequest
) -> None:
    """What is drawn is read right; after Keep, and not before, the API and the History page know it."""
    page = visit(**look)
    before = kept_rows(page)
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    clear(page)
    write(page, hand_made_strokes(3))
    expect_digit(page, 3)
    screenshot(page, request.node.callspec.id)
    assert kept_rows(page) == before
    keep(page).click()
    expect(page.get_by_text("Kept as number")).to_be_visible()
    [row] = kept_rows(page)[: -len(before) or None]
    assert (row["predicted_digit"], row["user_input_type"]) == (3, "drawing")
    turn_to(page, "History")
    expect(page.locator("table[role=grid] tbody tr").first).to_contain_text("3")


def test_real_handwriting_is_read(visit: Visit, datasets: Path) -> None:
    """Of five digits in other people's pen strokes at least four are read right: the model owes no more on any one."""
    page = visit()
    right = 0
    for digit in (0, 2, 3, 6, 8):
        write(page, recorded_strokes(datasets, digit, 1)[0])
        right += is_read_as(page, digit)
        clear(page)
    assert right >= 4


def write_two_strokes(page: Page) -> tuple[str, str]:
    """Write a curve and a line through it; return the addresses of what the model saw after each."""
    curve, line = hand_made_strokes(5)
    write(page, [curve])
    seen(page).wait_for()
    first = seen(page).get_attribute("src") or ""
    write(page, [line], fill=0.9)
    expect(seen(page)).not_to_have_attribute("src", first)
    return first, seen(page).get_attribute("src") or ""


def test_undo_takes_back_one_stroke_at_a_time(visit: Visit) -> None:
    """The first Undo leads back to the image before the last stroke, the second to a blank canvas to write on."""
    page = visit()
    first, _ = write_two_strokes(page)
    undo(page)
    expect(seen(page)).to_have_attribute("src", first)
    undo(page)
    expect(page.get_by_text("Write one digit")).to_be_visible()
    write(page, hand_made_strokes(3))
    expect_digit(page, 3)


def test_the_canvas_is_blank_after_another_page(visit: Visit) -> None:
    """Who comes back to Draw finds an empty canvas and no prediction, even after an undo, and can draw."""
    page = visit()
    _, second = write_two_strokes(page)
    undo(page)
    expect(seen(page)).not_to_have_attribute("src", second)
    turn_to(page, "Upload")
    turn_to(page, "Draw")
    expect(page.get_by_text("Write one digit")).to_be_visible()
    write(page, hand_made_strokes(0))
    expect_digit(page, 0)


def test_a_drawing_kept_once_cannot_be_kept_again(visit: Visit) -> None:
    """A double click on Keep is one row."""
    page = visit()
    write(page, hand_made_strokes(8))
    expect_digit(page, 8)
    before = len(kept_rows(page))
    keep(page).dblclick()
    expect(page.get_by_text("Kept as number")).to_be_visible()
    page.wait_for_timeout(500)
    assert len(kept_rows(page)) == before + 1


def test_everything_can_be_done_by_keys(visit: Visit) -> None:
    """K keeps, a digit says what it really is and once more takes it back, Escape clears, and Z undoes even that."""
    page = visit()
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    press_until(page, "k", "Kept as number")
    page.keyboard.press("1")
    expect(page.get_by_text("is a 1.")).to_be_visible()
    assert kept_rows(page)[0]["actual_digit"] == 1
    expect(page.get_by_text("7, is 1")).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_text("Taken back")).to_be_visible()
    assert kept_rows(page)[0]["actual_digit"] is None
    page.keyboard.press("Escape")
    expect(page.get_by_text("Write one digit")).to_be_visible()
    page.keyboard.press("z")
    expect_digit(page, 7)


def test_a_marker_writes_thicker_than_a_fine_pen(visit: Visit) -> None:
    """Of the pens in sight each has a width of its own, and what they write is read."""
    page = visit()
    found = []
    for pen in ("Fine", "Marker"):
        page.get_by_role("radio", name=pen).click()
        expect(page.get_by_role("radio", name=pen)).to_be_checked()
        page.wait_for_timeout(500)  # nothing tells when the canvas has taken the pen up
        write(page, hand_made_strokes(3))
        expect_digit(page, 3)
        found.append(ink(page))
        clear(page)
    assert found[1] > 2 * found[0]


def test_what_was_drawn_leads_to_its_history(visit: Visit) -> None:
    """Drawings that were put away are shown, the newest first; a kept one leads to its prediction in full."""
    page = visit()
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    keep(page).click()
    expect(page.get_by_text("Kept as number")).to_be_visible()
    number = kept_rows(page)[0]["id"]
    clear(page)
    write(page, hand_made_strokes(3))
    expect_digit(page, 3)
    clear(page)
    drawn = page.get_by_alt_text("A drawing that was read as")
    expect(drawn).to_have_count(2)
    assert [each.get_attribute("alt") for each in drawn.all()] == [f"A drawing that was read as {n}" for n in (3, 7)]
    page.get_by_role("link", name=f"No. {number}", exact=True).click()
    expect(page.get_by_role("heading", name=f"Number {number}", exact=True)).to_be_visible()


def test_uploaded_files_are_read_and_kept(visit: Visit) -> None:
    """Several files are read at once, the bad one says why, and Keep enters the others."""
    page = visit()
    turn_to(page, "Upload")
    before = len(kept_rows(page))
    files = {f"{digit}.png": png(drawing(digit, pen=14)) for digit in (7, 4)} | {"notes.txt": b"dear diary"}
    page.locator("input[type=file]").set_input_files(
        [FilePayload(name=name, mimeType="image/png", buffer=content) for name, content in files.items()]
    )
    expect(answer(page)).to_have_text("7")
    expect(page.get_by_text("This is not an image")).to_be_visible()
    screenshot(page, "upload")
    page.get_by_role("button", name="Keep 2 predictions").click()
    expect(page.get_by_text("Kept 2 predictions")).to_be_visible()
    assert len(kept_rows(page)) == before + 2
    turn_to(page, "History")
    expect(page.locator("table[role=grid] tbody tr").first).to_contain_text("png")
    screenshot(page, "history")


def test_the_canvas_buttons_cover_nothing(visit: Visit) -> None:
    """What the canvas shows under the pointer lies beside all that can be pressed, and its Reset can be undone."""
    page = visit()
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    toolbar = page.locator(".dc-toolbar-card").bounding_box()
    switch = page.get_by_role("radio", name="Numbers").locator("..").bounding_box()
    assert toolbar
    assert switch
    assert switch["y"] + switch["height"] <= toolbar["y"]
    page.get_by_role("button", name="Reset canvas").click()
    expect(page.get_by_text("Write one digit")).to_be_visible()
    undo(page)
    expect_digit(page, 7)
