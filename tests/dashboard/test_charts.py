"""What all charts of the dashboard have in common."""

from hwr_core.settings import PROJECT

DASHBOARD = PROJECT / "dashboard"


def test_every_chart_is_shown_in_the_one_way() -> None:
    """So that what is mended there is mended for all."""
    shown = {
        file.relative_to(DASHBOARD).as_posix()
        for file in DASHBOARD.rglob("*.py")
        if "st.plotly_chart(" in file.read_text(encoding="utf-8")
    }
    assert shown == {"components/charts/shown.py"}
