"""Labelling predictions by real keys in a real browser, and looking over the labels."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hand import at_rest, saved_rows, screenshot
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
    """A server whose history holds ten drawings without a label."""
    with serving(tmp_path_factory.mktemp("reviewing") / "data") as server:
        connection = server.connect()
        for digit in range(10):
            predict(connection, png(drawing(digit)))
        connection.close()
        yield server


def progress(page: Page) -> Locator:
    """The line that says how far the user has got, and which prediction is the current one."""
    return page.get_by_test_id("stMarkdownContainer").filter(has_text="labelled today")


def labelled_today(page: Page) -> int:
    """How many predictions the user has labelled today, as the page tells it."""
    return int(progress(page).inner_text().split()[0])


def press(page: Page, key: str, words: str) -> None:
    """Press a key once the page listens, and wait for what it does."""
    at_rest(page)
    page.keyboard.press(key)
    expect(progress(page)).to_contain_text(words)


def labels(page: Page) -> dict[int, tuple[bool, int | None]]:
    """Return of each prediction whether it is labelled, and with what."""
    return {row["id"]: (row["correct_prediction"] is not None, row["actual_digit"]) for row in saved_rows(page)}


def shown(page: Page) -> int:
    """Return the id of the current prediction, once the page names one: the line is drawn after the buttons."""
    expect(progress(page)).to_contain_text("prediction")
    [number] = re.findall(r"prediction (\d+)", progress(page).inner_text())
    return int(number)


def there_and_back(page: Page) -> None:
    """Move to the next prediction and back by the arrow keys."""
    first = shown(page)
    at_rest(page)
    page.keyboard.press("ArrowRight")
    expect(progress(page)).not_to_contain_text(f"prediction {first}")
    press(page, "ArrowLeft", f"prediction {first}")


@pytest.mark.parametrize("look", LOOKS)
def test_predictions_are_labelled_by_keys_and_one_is_undone(
    visit: Visit, look: dict[str, object], request: pytest.FixtureRequest
) -> None:
    """Enter agrees, a digit's key and N label, arrows move, U undoes; the history knows each label."""
    page = visit("/review", **look)
    page.get_by_role("button", name="Agree:").wait_for()
    screenshot(page, request.node.callspec.id)
    before = labels(page)
    earlier = labelled_today(page)
    agreed = shown(page)
    press(page, "Enter", f"{earlier + 1} labelled today")
    called_four = shown(page)
    press(page, "4", f"{earlier + 2} labelled today")
    no_digit = shown(page)
    press(page, "n", f"{earlier + 3} labelled today")
    passed = shown(page)
    there_and_back(page)
    assert shown(page) == passed
    after = labels(page)
    assert after[agreed][0]
    assert after[called_four] == (True, 4)
    assert after[no_digit] == (True, None)
    press(page, "u", f"{earlier + 2} labelled today, {len([each for each in before.values() if not each[0]]) - 2} left")
    assert shown(page) == no_digit
    assert labels(page)[no_digit] == (False, None)


def test_keys_work_after_another_queue_was_selected(visit: Visit) -> None:
    """The control by which a queue is selected does not keep the arrows and Enter to itself."""
    page = visit("/review")
    page.get_by_role("radio", name="Rejected").click()
    page.get_by_text("Images rejected as not a digit").wait_for()
    back = page.get_by_role("radio", name="Least confident")
    expect(back).to_have_count(1)  # the control is made anew for each choice
    back.click()
    page.get_by_text("Predictions without a label").wait_for()
    there_and_back(page)
    press(page, "Enter", f"{labelled_today(page) + 1} labelled today")


def test_a_label_is_removed_in_the_table(visit: Visit) -> None:
    """A labelled prediction is selected, and Remove label leaves it without a label."""
    page = visit("/review")
    page.get_by_role("button", name="Agree:").wait_for()
    number = shown(page)
    press(page, "8", f"{labelled_today(page) + 1} labelled today")
    page.goto("/review?view=Labelled&actual=8")
    table = page.get_by_test_id("stDataFrame")
    table.wait_for()
    at_rest(page)
    screenshot(page, "review-labelled")
    rows = len([1 for labelled, digit in labels(page).values() if labelled and digit == 8])
    for row in range(rows):
        table.click(position={"x": 16, "y": 58 + 44 * row})
        expect(table.locator("tbody tr").nth(row)).to_have_attribute("aria-selected", "true")
    # More than one, where an earlier test of this process has labelled an 8 too.
    page.get_by_role("button", name=re.compile(r"Remove (label|\d+ labels)")).click()
    expect(page.get_by_text("No labelled predictions match")).to_be_visible()
    assert labels(page)[number] == (False, None)
