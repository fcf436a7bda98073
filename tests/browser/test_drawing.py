"""Drawing, saving, uploading and looking back in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect

from tests.browser.conftest import PATIENCE, PHONE_AGENT
from tests.browser.hand import (
    answer,
    at_rest,
    canvas,
    clear,
    expect_digit,
    ink,
    is_read_as,
    press,
    save,
    saved_rows,
    screenshot,
    seen,
    turn_to,
    undo,
    write,
)
from tests.handwriting import drawing, hand_made_strokes, png, recorded_strokes
from tests.serving import Server

Visit = Callable[..., Page]

SHEET = "[class*=st-key-draw_board_][class*=_sheet]"
"""What surrounds the canvas."""
SMALL_PHONE = ViewportSize(width=360, height=740)

LOOKS = [
    pytest.param({"scheme": "light"}, id="draw-light"),
    pytest.param({"scheme": "dark"}, id="draw-dark"),
    pytest.param({"size": {"width": 390, "height": 844}}, id="draw-phone"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_a_saved_drawing_is_in_the_history(
    visit: Visit, look: dict[str, object], request: pytest.FixtureRequest
) -> None:
    """What is drawn is read correctly; after Save, and not before, the API and the History page know it."""
    page = visit(**look)
    before = saved_rows(page)
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    clear(page)
    write(page, hand_made_strokes(3))
    expect_digit(page, 3)
    screenshot(page, request.node.callspec.id)
    assert saved_rows(page) == before
    save(page).click()
    expect(page.get_by_text("Saved as prediction")).to_be_visible()
    [row] = saved_rows(page)[: -len(before) or None]
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


def test_a_drawing_is_saved_only_once(visit: Visit) -> None:
    """A double click on Save is one row."""
    page = visit()
    write(page, hand_made_strokes(8))
    expect_digit(page, 8)
    before = len(saved_rows(page))
    save(page).dblclick()
    expect(page.get_by_text("Saved as prediction")).to_be_visible()
    at_rest(page)
    assert len(saved_rows(page)) == before + 1


def test_everything_can_be_done_by_keys(visit: Visit) -> None:
    """S saves, a digit labels and once more removes the label, Escape clears, and Z undoes even that."""
    page = visit()
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    press(page, "s", "Saved as prediction")
    press(page, "1", "is a 1.")
    assert saved_rows(page)[0]["actual_digit"] == 1
    expect(page.get_by_text("7, label 1")).to_be_visible()
    press(page, "1", "Label removed.")
    assert saved_rows(page)[0]["actual_digit"] is None
    press(page, "Escape", "Write one digit")
    at_rest(page)
    page.keyboard.press("z")
    expect_digit(page, 7)


def test_enter_presses_the_button_that_was_reached_by_tab(visit: Visit) -> None:
    """Clear clears, and no label is stored, though Enter is the key of Agree."""
    page = visit()
    write(page, hand_made_strokes(3))
    expect_digit(page, 3)
    at_rest(page)
    before = len(saved_rows(page))
    page.get_by_role("button", name="Clear").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Write one digit")).to_be_visible()
    at_rest(page)
    assert len(saved_rows(page)) == before


def test_a_marker_writes_thicker_than_a_fine_pen(visit: Visit) -> None:
    """Of the pens in sight each has a width of its own, and what they write is read."""
    page = visit()
    found = []
    for pen in ("Fine", "Marker"):
        page.get_by_role("radio", name=pen).click()
        expect(page.get_by_role("radio", name=pen)).to_be_checked()
        write(page, hand_made_strokes(3))
        expect_digit(page, 3)
        found.append(ink(page))
        clear(page)
    assert found[1] > 2 * found[0]


def test_what_was_drawn_leads_to_its_history(visit: Visit) -> None:
    """Cleared drawings are shown, newest first; a saved one leads to its prediction in full."""
    page = visit()
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    save(page).click()
    expect(page.get_by_text("Saved as prediction")).to_be_visible()
    number = saved_rows(page)[0]["id"]
    clear(page)
    write(page, hand_made_strokes(3))
    expect_digit(page, 3)
    clear(page)
    drawn = page.get_by_alt_text("A drawing that was read as")
    expect(drawn).to_have_count(2)
    assert [each.get_attribute("alt") for each in drawn.all()] == [f"A drawing that was read as {n}" for n in (3, 7)]
    page.get_by_role("link", name=f"#{number}", exact=True).click()
    expect(page.get_by_role("heading", name=f"Prediction {number}", exact=True)).to_be_visible()


def test_uploaded_files_are_read_and_saved(visit: Visit) -> None:
    """Several files are read at once, the bad one says why, and Save stores the others."""
    page = visit()
    turn_to(page, "Upload")
    before = len(saved_rows(page))
    files = {f"{digit}.png": png(drawing(digit, pen=14)) for digit in (7, 4)} | {"notes.txt": b"dear diary"}
    page.locator("input[type=file]").set_input_files(
        [FilePayload(name=name, mimeType="image/png", buffer=content) for name, content in files.items()]
    )
    expect(answer(page)).to_have_text("7")
    expect(page.get_by_text("This is not an image")).to_be_visible()
    screenshot(page, "upload")
    page.get_by_role("button", name="Save 2 predictions").click()
    expect(page.get_by_text("Saved 2 predictions")).to_be_visible()
    assert len(saved_rows(page)) == before + 2
    turn_to(page, "History")
    expect(page.locator("table[role=grid] tbody tr").first).to_contain_text("png")
    screenshot(page, "history")


def test_undo_and_clear_are_the_only_buttons_of_the_canvas(visit: Visit) -> None:
    """The toolbar that the canvas shows above itself is cut off, and covers nothing."""
    page = visit()
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    sheet = page.locator(SHEET)
    assert sheet.evaluate("(sheet) => getComputedStyle(sheet).overflowY") == "clip"
    canvas(page).hover()
    parts = [page.locator(part).element_handle() for part in (".dc-toolbar-card", SHEET)]
    page.wait_for_function(
        "([card, sheet]) => card.getBoundingClientRect().bottom <= sheet.getBoundingClientRect().top + 1", arg=parts
    )


def test_tab_leads_from_the_script_to_undo(visit: Visit) -> None:
    """Past the toolbar that is cut off, both ways."""
    page = visit()
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    at_rest(page)
    script = page.get_by_label("Script", exact=True)
    script.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(script).to_be_focused()


def test_an_example_is_read_like_a_drawing(visit: Visit) -> None:
    """A click on its image writes it on the sheet; it is cleared, restored and saved as a drawing is."""
    page = visit()
    canvas(page).wait_for()
    at_rest(page)
    page.locator("[class*=draw_digits_example_tile]").nth(1).click(position={"x": 46, "y": 20})  # its image
    expect_digit(page, 3)
    press(page, "Escape", "Write one digit")
    at_rest(page)
    page.keyboard.press("z")
    expect_digit(page, 3)
    save(page).click()
    expect(page.get_by_text("Saved as prediction")).to_be_visible()
    row = saved_rows(page)[0]
    assert (row["predicted_digit"], row["user_input_type"]) == (3, "drawing")


def test_a_dark_page_has_a_dark_sheet(visit: Visit) -> None:
    """Light strokes on a dark sheet; what is sent is dark on light as on a light page."""
    filters = []
    for scheme in ("light", "dark"):
        page = visit(scheme=scheme)
        write(page, hand_made_strokes(7))
        expect_digit(page, 7)
        assert ink(page) > 0
        filters.append(page.locator(SHEET).evaluate("(sheet) => getComputedStyle(sheet).filter"))
    assert filters == ["none", "invert(0.93)"]


def test_numbers_have_a_wide_sheet(visit: Visit) -> None:
    """And what was drawn on the small one is still there, with room for more beside it."""
    page = visit()
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    page.get_by_role("radio", name="Numbers").click()
    expect(canvas(page)).to_have_css("width", "700px")
    expect(answer(page)).to_have_text("7")
    at_rest(page)
    box = canvas(page).bounding_box()
    assert box
    page.mouse.move(box["x"] + 400, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 240, steps=12)
    page.mouse.up()
    expect(answer(page)).to_have_text("71")


def test_a_phone_shows_drawing_verdict_and_buttons_at_once(browser: Browser, server: Server) -> None:
    """Also a small one; nobody has to scroll to label what was drawn."""
    context = browser.new_context(
        base_url=server.url, viewport=SMALL_PHONE, has_touch=True, is_mobile=True, user_agent=PHONE_AGENT
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto("/draw")
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    at_rest(page)
    for name in ("Clear", "Agree", "Not a digit"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box
        assert box["y"] + box["height"] <= SMALL_PHONE["height"], name
    context.close()
