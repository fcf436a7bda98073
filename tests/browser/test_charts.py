"""Charts as plotly.js draws them: whatever there is to show, it says no error."""

import math
from pathlib import Path

import plotly
import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from dashboard.components.charts.shown import with_all_labels
from dashboard.views.training import charts
from hwr_core.app import JobEvent, JobEventKind

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
DRAW = "async (figure) => { const {data, layout} = JSON.parse(figure); await Plotly.newPlot('chart', data, layout); }"

THEME = {"automargin": True, "title_standoff": 16}
"""What Streamlit's theme says of an axis, which it adds in the browser."""

NARROW = ViewportSize(width=320, height=400)


def batch(epoch: int, number: int, *, of: int, loss: float = 0.5) -> JobEvent:
    """A batch that was learned from."""
    data = {"epoch": epoch, "batch": number, "batches": of, "loss": loss, "accuracy": 0.9}
    return JobEvent(JobEventKind.BATCH, data)


def epoch(number: int, *, loss: float = 0.4) -> JobEvent:
    """The end of an epoch."""
    return JobEvent(JobEventKind.EPOCH, {"epoch": number, "val_loss": loss, "val_accuracy": 0.91})


def trial(number: int, value: float) -> JobEvent:
    """A trial that ended."""
    params = {"learning_rate": 10.0 ** -(number + 2), "augmentation": 1.0, "batch_size": 64}
    return JobEvent(JobEventKind.TRIAL, {"number": number, "state": "complete", "value": value, "params": params})


FIRST = [batch(1, number, of=100) for number in range(1, 101)]
"""A whole epoch, not yet validated: its axis has the labels 0 and 1, at its two ends."""

JOBS = {
    "nothing": [],
    "one batch": FIRST[:1],
    "half an epoch": FIRST[:50],
    "an epoch": FIRST,
    "an epoch of one batch": [batch(1, 1, of=1)],
    "an epoch, validated": [*FIRST, epoch(1)],
    "a batch of the second epoch": [*FIRST, epoch(1), batch(2, 1, of=100)],
    "a validation alone": [epoch(1)],
    "no numbers": [batch(1, 1, of=2, loss=math.nan), batch(1, 2, of=2, loss=math.nan), epoch(1, loss=math.nan)],
}
TRIALS = {"one trial": [trial(0, 0.9)], "equal trials": [trial(0, 0.9), trial(1, 0.9)]}


@pytest.fixture(scope="module")
def empty(browser: Browser) -> Page:
    """A page with plotly.js and nothing else."""
    page = browser.new_page(viewport=NARROW)
    page.set_content("<div id='chart'></div>")
    page.add_script_tag(path=PLOTLY)
    return page


def test_the_charts_of_a_job_are_drawn_however_little_it_has_done(empty: Page) -> None:
    """The title of an axis whose labels all stand at its ends, among them."""
    said: list[str] = []
    empty.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    figures: dict[str, go.Figure] = {}
    for name, events in JOBS.items():
        figures |= {f"{name}, loss": charts.loss(events), f"{name}, accuracy": charts.accuracy(events)}
    for name, events in TRIALS.items():
        figures[name] = charts.trials(events)
    for name, figure in figures.items():
        figure.update_xaxes(THEME)
        empty.evaluate(DRAW, with_all_labels(figure).to_json())
        assert said == [], name
