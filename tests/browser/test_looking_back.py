"""Users, labels, analytics and shared addresses in a real browser."""

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import at_rest, expect_digit, press, save, saved_rows, turn_to, write
from tests.handwriting import hand_made_strokes
from tests.serving import Server

Visit = Callable[..., Page]


@pytest.fixture
def post(server: Server) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    """Post JSON to the API."""

    def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  our own server
            server.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            parsed: dict[str, Any] = json.load(answer)
        return parsed

    return post


def test_the_selected_user_survives_another_page_and_a_reload(visit: Visit, post: Callable[..., Any]) -> None:
    """The selected user is still selected on the next page and after a reload, and saves their own predictions."""
    ada = post("/api/users", {"username": "Ada"})["user_id"]
    page = visit()
    at_rest(page)  # a page that is drawn again closes its lists
    page.get_by_role("combobox", name="User").click()
    page.get_by_role("option", name="Ada").click()
    expect(page).to_have_url(re.compile("user=Ada"))
    turn_to(page, "History")
    expect(page.get_by_role("combobox", name="User").first).to_have_value("Ada")
    page.reload()
    expect(page.get_by_role("combobox", name="User").first).to_have_value("Ada")
    turn_to(page, "Draw")
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    save(page).click()
    expect(page.get_by_text("Saved as prediction")).to_be_visible()
    assert saved_rows(page)[0]["user_id"] == ada


def test_a_mistake_is_found_again_from_its_cell(visit: Visit, post: Callable[..., Any]) -> None:
    """A drawing labelled as wrong is in the history and in the matrix; a click on its square shows its image."""
    page = visit()
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    press(page, "Enter", "Saved as prediction")
    post("/api/feedback", {"prediction_id": saved_rows(page)[0]["id"], "user_id": 1, "actual_digit": 1})
    turn_to(page, "History")
    expect(page.locator("table[role=grid] tbody tr").first).to_contain_text("Wrong: 1")
    page.goto("/analytics?view=Mistakes")
    square = page.locator(".js-plotly-plot .point").first
    square.wait_for()
    square.click(force=True)
    expect(page.get_by_text("Read as a 7, labelled a 1").first).to_be_visible()
    expect(page.get_by_role("img", name="The digit as the model saw it").first).to_be_visible()
    number = saved_rows(page)[0]["id"]
    page.get_by_role("link", name=f"#{number}", exact=True).first.click()
    expect(page.get_by_role("heading", name=f"Prediction {number}", exact=True)).to_be_visible()


def test_a_wrong_prediction_is_corrected_by_a_key(visit: Visit) -> None:
    """The key of a digit saves the prediction and labels it."""
    page = visit()
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    press(page, "4", "Saved as prediction")
    row = saved_rows(page)[0]
    assert (row["predicted_digit"], row["actual_digit"], row["correct_prediction"]) == (7, 4, False)


def test_a_shared_address_opens_the_same_view(visit: Visit) -> None:
    """What is selected stands in the address, and the address alone brings it back."""
    page = visit()
    page.goto("/analytics")
    page.get_by_role("radio", name="30 days").or_(page.get_by_role("button", name="30 days")).first.click()
    page.get_by_role("radio", name="Speed").or_(page.get_by_role("button", name="Speed")).first.click()
    expect(page.get_by_text("How long does a prediction take?")).to_be_visible()
    address = page.url
    other = visit()
    other.goto(address)
    expect(other.get_by_text("How long does a prediction take?")).to_be_visible()
    assert "period=30" in address
    assert "view=Speed" in address


def test_an_address_of_the_last_version_still_works(visit: Visit) -> None:
    """The Users page was at /people, and filters had other words."""
    page = visit("/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("Users")
    page.goto("/history?judged=Not+judged&digit=No+digit")
    page.get_by_text("Filters", exact=True).click()
    expect(page.get_by_role("combobox", name="Outcome")).to_have_value("Not labelled")
    expect(page.get_by_role("combobox", name="Read as")).to_have_value("Not a digit")
