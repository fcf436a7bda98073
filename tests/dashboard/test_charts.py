"""What all charts of the dashboard have in common."""

from dashboard.views.training.charts import parallel
from hwr_core.app import JobEvent, JobEventKind
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


def test_an_axis_of_powers_ends_where_its_labels_end() -> None:
    """Beyond that it would run through its own name and out of the chart."""
    events = [
        JobEvent(
            JobEventKind.TRIAL, {"number": 0, "state": "complete", "value": 0.9, "params": {"learning_rate": rate}}
        )
        for rate in (0.0004, 0.003)
    ]
    axis = parallel(events).data[0].dimensions[0]
    assert axis.label == "learning rate"
    assert list(axis.tickvals) == [-4, -3, -2]
    assert tuple(axis.range) == (-4, -2)
