"""What is kept on the phone: it waits for the server, is sent once, and every open tab says what has become of it."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Route, expect

from hwr_core.settings import PROJECT
from tests.browser.phone.hand import installed, labelled_rows, new_rows, opened, sent, write, write_and_keep
from tests.handwriting import hand_made_strokes
from tests.serving import Server, history

SEVEN = PROJECT / "notebooks" / "pictures" / "seven.png"


def test_ten_digits_are_read_without_a_network_and_sent_once(phone: BrowserContext, own_server: Server) -> None:
    """All right, all waiting, still there after a restart; with the network back each is in the history once."""
    before = history(own_server)
    installed(phone).close()
    phone.set_offline(True)
    page = opened(phone)
    for digit in range(10):
        write_and_keep(page, digit)
    expect(page.locator("#waiting")).to_contain_text("10 to be sent when the server can be reached")
    page.close()
    page = opened(phone)  # as after the browser was ended
    expect(page.locator("#history li[data-state=waiting]")).to_have_count(10)
    assert new_rows(own_server, before) == []
    phone.set_offline(False)
    sent(page, 10)
    rows = new_rows(own_server, before)
    assert sorted(row["predicted_digit"] for row in rows) == list(range(10))
    assert {row["user_input_type"] for row in rows} == {"drawing"}


def test_answers_that_are_lost_store_nothing_twice(phone: BrowserContext, own_server: Server) -> None:
    """The server has stored them, the phone does not know; it ends, starts again and sends all once more."""
    before = history(own_server)
    page = installed(phone)
    lost = 0

    def lose(route: Route) -> None:
        nonlocal lost
        route.fetch()  # the server does all of it
        lost += 1
        route.abort()

    page.route("**/api/predict", lose)
    for digit in range(3):
        write_and_keep(page, digit)
    expect(page.locator("#state")).to_contain_text("Without a network")
    assert lost >= 1
    assert len(new_rows(own_server, before)) >= 1
    page.close()
    page = opened(phone)
    sent(page, 3)
    assert sorted(row["predicted_digit"] for row in new_rows(own_server, before)) == [0, 1, 2]


def test_one_that_fails_holds_up_no_other(phone: BrowserContext, own_server: Server) -> None:
    """The server fails at the first drawing each time; the second is stored all the same, and the first waits."""
    before = history(own_server)
    page = installed(phone)
    phone.set_offline(True)
    write_and_keep(page, 0)
    write_and_keep(page, 1)
    failing: list[str] = []

    def fail(route: Route) -> None:
        key = route.request.headers["idempotency-key"]
        failing.append(key) if not failing else None
        route.fulfill(status=500, body="") if key == failing[0] else route.continue_()

    page.route("**/api/predict", fail)
    phone.set_offline(False)
    expect(page.locator("#history li[data-state=sent]")).to_have_count(1)
    expect(page.locator("#waiting")).to_contain_text("1 to be sent")
    assert [row["predicted_digit"] for row in new_rows(own_server, before)] == [1]


def test_a_clock_that_is_years_behind_loses_nothing(phone: BrowserContext, own_server: Server) -> None:
    """The server refuses such a time, and the image is sent without."""
    before = history(own_server)
    page = installed(phone)
    page.clock.set_fixed_time("2015-01-01T00:00:00Z")
    write_and_keep(page, 0)
    sent(page, 1)
    [row] = new_rows(own_server, before)
    assert row["timestamp"] > "2026"


def test_a_device_without_room_gives_the_drawing_back(phone: BrowserContext) -> None:
    """It is on the sheet again, and the page says why."""
    page = installed(phone)
    page.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }; }"
    )
    write(page, hand_made_strokes(3))
    expect(page.locator("#digit")).to_have_text("3")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#notice")).to_contain_text("no room left")
    expect(page.locator("#digit")).to_have_text("3")
    expect(page.locator("#history li")).to_have_count(0)


def test_two_tabs_send_each_drawing_once(phone: BrowserContext, own_server: Server) -> None:
    """Both hear at once that the network is back."""
    before = history(own_server)
    first, second = installed(phone), opened(phone)
    first.bring_to_front()  # a hand is on the tab that is seen: behind another one it waits for frames
    phone.set_offline(True)
    for digit in range(3):
        write_and_keep(first, digit)
    phone.set_offline(False)
    expect(first.locator("#waiting")).to_be_empty()
    expect(second.locator("#state")).to_contain_text("Connected")
    first.reload()
    expect(first.locator("#state")).to_contain_text("Connected")
    assert len(new_rows(own_server, before)) == 3


def test_another_tab_says_what_has_become_of_what_waits(phone: BrowserContext) -> None:
    """Kept, sent or removed in one tab, it is so in the other at once, without loading that again."""
    first, second = installed(phone), opened(phone)
    first.bring_to_front()  # a hand is on the tab that is seen: behind another one it waits for frames
    phone.set_offline(True)
    write_and_keep(first, 0)
    expect(second.locator("#history li[data-state=waiting]")).to_have_count(1)
    expect(second.locator("#waiting")).to_contain_text("1 to be sent")
    phone.set_offline(False)
    for tab in (first, second):
        sent(tab, 1)
    first.locator("#photo").set_input_files({"name": "text.png", "mimeType": "image/png", "buffer": b"no image"})
    refused = second.locator("#history li[data-state=refused]")
    expect(refused).to_contain_text("not an image")
    refused.get_by_role("button", name="Remove").click()
    for tab in (first, second):
        expect(tab.locator("#history li")).to_have_count(1)


def test_wrong_keeps_the_true_digit_as_the_label(phone: BrowserContext, own_server: Server) -> None:
    """By one more touch; the label is in the history beside the prediction."""
    before = history(own_server)
    page = opened(phone)
    write(page, hand_made_strokes(7))
    expect(page.locator("#digit")).to_have_text("7")
    page.get_by_role("button", name="Wrong").click()
    page.get_by_role("group", name="Which digit is it?").get_by_role("button", name="1", exact=True).click()
    sent(page, 1)
    (row,) = new_rows(own_server, before)
    assert (row["predicted_digit"], row["actual_digit"]) == (7, 1)


def test_a_photo_is_read_by_the_server_and_judged_here(phone: BrowserContext, own_server: Server) -> None:
    """Taken without a network it waits like any other."""
    before = history(own_server)
    page = installed(phone)
    phone.set_offline(True)
    page.locator("#photo").set_input_files(SEVEN)
    expect(page.locator("#words")).to_contain_text("when the server can be reached")
    phone.set_offline(False)
    expect(page.locator("#words")).to_have_text("The photo shows a 7")
    page.get_by_role("button", name="Right").click()
    sent(page, 1)
    (row,) = labelled_rows(own_server, before)
    assert (row["predicted_digit"], row["actual_digit"], row["user_input_type"]) == (7, 7, "upload")


def test_what_is_no_image_is_refused_and_stays(phone: BrowserContext, tmp_path: Path) -> None:
    """The list says why, and the user removes it."""
    (tmp_path / "text.png").write_text("no image")
    page = opened(phone)
    page.locator("#photo").set_input_files(tmp_path / "text.png")
    refused = page.locator("#history li[data-state=refused]")
    expect(refused).to_contain_text("not an image")
    refused.get_by_role("button", name="Remove").click()
    expect(page.locator("#history li")).to_have_count(0)
