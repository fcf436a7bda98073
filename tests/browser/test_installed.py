"""hwr from its wheel, served from a folder that is no checkout."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import expect_digit, save, saved_rows, write
from tests.handwriting import hand_made_strokes
from tests.serving import Server, running
from tests.wheel import build, home, install


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The installed server, of a user who has set nothing."""
    folder = tmp_path_factory.mktemp("installed")
    program = install(build(folder / "wheel"), folder / "venv")
    with running([str(program)], folder / "server.log", home(folder)) as server:
        yield server


def test_a_drawn_digit_is_read_and_found_in_the_history(visit: Callable[..., Page]) -> None:
    """Pages, theme, canvas and model are all in the wheel."""
    page = visit("/draw")
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    save(page).click()
    expect(page.get_by_text("Saved as prediction")).to_be_visible()
    assert saved_rows(page)[0]["predicted_digit"] == 7
