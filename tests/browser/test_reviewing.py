"""Judging kept predictions by real keys in a real browser, and looking over the labels."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hand import HEARD_WITHIN, kept_rows, press_for, screenshot
from tests.handwriting import drawing, png
from tests.serving import Server, predict, serving

Visit = Callable[..., Page]

LOOKS = [
    pytest.param({}, id="review"),
    pytest.param({"scheme": "dark"}, id="review-dark"),
    pytest.param({"size": {"width": 390, "height": 844}}, id="review-phone"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose history holds ten drawings that nobody has judged."""
    with serving(tmp_path_factory.mktemp("reviewing") / "data") as server:
        connection = server.connect()
        for digit in range(10):
            predict(connection, png(drawing(digit)))
        connection.close()
        yield server


def progress(page: Page) -> Locator:
    """The line that says how far the person has got, and which prediction is looked at."""
    return page.get_by_test_id("stMarkdownContainer").filter(has_text="judged today")


def judged_today(page: Page) -> int:
    """How many predictions the person has said something of today, as the page tells it."""
    return int(progress(page).inner_text().split()[0])


def press(page: Page, key: str, words: str) -> None:
    """Press a key once the page listens, and wait for what it does."""
    page.wait_for_timeout(500)  # a person looks at the image first; the buttons follow it within that time
    press_for(page, key, lambda: expect(progress(page)).to_contain_text(words, timeout=HEARD_WITHIN))


def labels(page: Page) -> dict[int, tuple[bool, int | None]]:
    """Return of each prediction whether it is labelled, and with what."""
    return {row["id"]: (row["correct_prediction"] is not None, row["actual_digit"]) for row in kept_rows(page)}


def shown(page: Page) -> int:
    """Return the number of the prediction that is looked at."""
    [number] = re.findall(r"number (\d+)", progress(page).inner_text())
    return int(number)


def there_and_back(page: Page) -> None:
    """Move to the next reading and back by the arrow keys."""
    words = progress(page).inner_text()
    page.wait_for_timeout(500)
    press_for(page, "ArrowRight", lambda: expect(progress(page)).not_to_have_text(words, timeout=HEARD_WITHIN))
    press(page, "ArrowLeft", words)


@pytest.mark.parametrize("look", LOOKS)
def test_predictions_are_judged_by_keys_and_one_is_undone(
    visit: Visit, look: dict[str, object], request: pytest.FixtureRequest
) -> None:
    """Enter agrees, a digit's key and N say what it is, arrows move, U takes back; the history knows each word."""
    page = visit("/review", **look)
    page.get_by_role("button", name="Agree:").wait_for()
    screenshot(page, request.node.callspec.id)
    before = labels(page)
    earlier = judged_today(page)
    agreed = shown(page)
    press(page, "Enter", f"{earlier + 1} judged today")
    called_four = shown(page)
    press(page, "4", f"{earlier + 2} judged today")
    no_digit = shown(page)
    press(page, "n", f"{earlier + 3} judged today")
    passed = shown(page)
    there_and_back(page)
    assert shown(page) == passed
    after = labels(page)
    assert after[agreed][0]
    assert after[called_four] == (True, 4)
    assert after[no_digit] == (True, None)
    press(page, "u", f"{earlier + 2} judged today, {len([each for each in before.values() if not each[0]]) - 2} left")
    assert shown(page) == no_digit
    assert labels(page)[no_digit] == (False, None)


def test_keys_work_after_another_queue_was_chosen(visit: Visit) -> None:
    """The control by which a queue is chosen does not keep the arrows and Enter to itself."""
    page = visit("/review")
    page.get_by_role("radio", name="Rejected").click()
    page.get_by_text("Refused as no digit").wait_for()
    back = page.get_by_role("radio", name="Least sure")
    expect(back).to_have_count(1)  # the control is made anew for each choice
    back.click()
    page.get_by_role("button", name="Agree:").wait_for()
    there_and_back(page)
    press(page, "Enter", f"{judged_today(page) + 1} judged today")


def test_a_label_is_taken_back_from_the_table(visit: Visit) -> None:
    """A labelled prediction is selected, and Take back leaves it without a label."""
    page = visit("/review")
    page.get_by_role("button", name="Agree:").wait_for()
    number = shown(page)
    press(page, "8", f"{judged_today(page) + 1} judged today")
    page.goto("/review?view=Labelled&actual=8")
    table = page.get_by_test_id("stDataFrame")
    table.wait_for()
    page.wait_for_timeout(1000)  # the table's canvas takes a moment until it listens
    screenshot(page, "review-labelled")
    rows = len([1 for labelled, digit in labels(page).values() if labelled and digit == 8])
    for row in range(rows):
        table.click(position={"x": 16, "y": 58 + 44 * row})
        page.wait_for_timeout(500)
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("No labelled prediction is like that")).to_be_visible()
    assert labels(page)[number] == (False, None)
