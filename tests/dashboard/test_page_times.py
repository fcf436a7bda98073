"""The dashboard tells how long its pages take."""

from streamlit.testing.v1 import AppTest

from hwr_core.app.page_events import PageMade
from hwr_core.app.workspace import Workspace


def test_each_page_tells_its_time(app: AppTest, workspace: Workspace) -> None:
    """Once for each run, under the title that the sidebar shows; a page that stops half-way too."""
    told: list[PageMade] = []

    def hear(event: object) -> None:
        if isinstance(event, PageMade):
            told.append(event)

    with workspace.events.subscribed(hear):
        app.run()
        app.switch_page("app_pages/history.py").run()
    assert not app.exception
    assert [each.page for each in told] == ["Draw", "History"]
    assert all(0 < each.seconds < 600 for each in told)
