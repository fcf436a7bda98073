"""Numbers on the phone: read and kept by the server, which the page says where it cannot be reached."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.phone.hand import opened, write
from tests.handwriting import hand_made_strokes


def _write_number(page: Page) -> None:
    for place_of, digit in enumerate((4, 7)):
        write(page, hand_made_strokes(digit), place_of=place_of)


def _write_and_read(page: Page) -> None:
    _write_number(page)
    expect(page.locator("#digit")).to_have_text("47")


def _numbers(page: Page) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = page.request.get("/api/numbers", max_retries=3).json()["data"]
    return rows


def test_a_number_is_read_while_nothing_is_stored_and_kept_when_asked(phone: BrowserContext) -> None:
    """Some time after the last stroke; Right keeps it with what was read as its label, Keep without."""
    page = opened(phone)
    page.get_by_role("button", name="Number").click()
    before = _numbers(page)
    _write_and_read(page)
    assert _numbers(page) == before
    page.get_by_role("button", name="Right").click()
    expect(page.locator("#history li[data-state=sent]")).to_contain_text("right, in the history")
    expect(page.locator("#digit")).to_be_empty()
    _write_and_read(page)
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#history li[data-state=sent]")).to_have_count(2)
    kept, right = _numbers(page)[: len(_numbers(page)) - len(before)]
    assert (right["text"], right["actual_text"]) == ("47", "47")
    assert (kept["text"], kept["actual_text"]) == ("47", None)


def test_a_number_that_cannot_be_kept_stays_on_the_sheet(phone: BrowserContext) -> None:
    """The page says that the server keeps it; once that can be reached, it is stored once."""
    page = opened(phone)
    before = _numbers(page)
    page.get_by_role("button", name="Number").click()
    _write_and_read(page)
    phone.set_offline(True)
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#notice")).to_contain_text("Numbers are kept by the server, which did not answer")
    expect(page.locator("#digit")).to_have_text("47")
    expect(page.locator("#history li")).to_have_count(0)
    phone.set_offline(False)
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#history li[data-state=sent]")).to_have_count(1)
    assert len(_numbers(page)) == len(before) + 1


def test_a_number_whose_answer_was_lost_is_stored_once(phone: BrowserContext) -> None:
    """The server has stored it, the page does not know; kept again, it is the one that is there."""
    page = opened(phone)
    before = _numbers(page)
    page.get_by_role("button", name="Number").click()
    _write_and_read(page)

    def lose(route: Route) -> None:
        route.fetch()  # the server does all of it
        route.abort()

    page.route("**/api/read-number", lose)
    page.get_by_role("button", name="Right").click()
    expect(page.locator("#notice")).to_contain_text("did not answer. It is still here: try again")
    assert len(_numbers(page)) == len(before) + 1
    page.unroute("**/api/read-number")
    page.get_by_role("button", name="Right").click()
    expect(page.locator("#history li[data-state=sent]")).to_have_count(1)
    [stored] = _numbers(page)[: len(_numbers(page)) - len(before)]
    assert stored["actual_text"] == "47"


def test_a_number_is_not_labelled_twice_where_only_the_label_was_lost(phone: BrowserContext) -> None:
    """The number is stored, its label is not; Right once more adds the label and no second number."""
    page = opened(phone)
    before = _numbers(page)
    page.get_by_role("button", name="Number").click()
    _write_and_read(page)
    page.route("**/feedback", lambda route: route.abort())
    page.get_by_role("button", name="Right").click()
    expect(page.locator("#notice")).to_contain_text("try again")
    page.unroute("**/feedback")
    page.get_by_role("button", name="Right").click()
    expect(page.locator("#history li[data-state=sent]")).to_have_count(1)
    [stored] = _numbers(page)[: len(_numbers(page)) - len(before)]
    assert stored["actual_text"] == "47"


def test_without_a_network_the_page_says_who_reads_numbers(phone: BrowserContext) -> None:
    """And offers nothing to keep."""
    page = opened(phone)
    page.get_by_role("button", name="Number").click()
    phone.set_offline(True)
    _write_number(page)
    expect(page.locator("#words")).to_contain_text("Numbers are read by the server, which cannot be reached")
    expect(page.get_by_role("button", name="Keep")).to_be_disabled()
