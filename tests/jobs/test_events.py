"""Events survive a kill within a line, are read from a position on, and tell of the current attempt only."""

import pytest

from hwr_core.errors import Stopped
from hwr_core.jobs.events import Event, EventKind, EventLog, Progress
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report


@pytest.fixture
def events(tmp_path):
    """An empty log."""
    return EventLog(tmp_path / "events.jsonl")


def test_events_are_read_from_a_position_on(events):
    """A reader gets each event once, with its data."""
    assert events.read() == ([], 0)
    events.append(Event(EventKind.LOG, {"text": "one"}))
    first, position = events.read()
    events.append(Event(EventKind.LOG, {"text": "two ä"}))
    second, end = events.read(position)
    assert [event.data["text"] for event in (*first, *second)] == ["one", "two ä"]
    assert events.read(end) == ([], end)


def test_a_torn_line_is_no_event_and_spoils_none(events, tmp_path):
    """What a killed child left of a line is skipped, before and after other lines follow."""
    events.append(Event(EventKind.LOG, {"text": "whole"}))
    with (tmp_path / "events.jsonl").open("ab") as stream:
        stream.write(b'{"at": "2026-01-01T00:00:00+00:00", "kind": "lo')
    assert [event.data["text"] for event in events.read()[0]] == ["whole"]
    events.append(Event(EventKind.LOG, {"text": "next"}))
    assert [event.data["text"] for event in events.read()[0]] == ["whole", "next"]


def test_an_earlier_attempt_does_not_count(events):
    """Progress and ending are those of the current attempt."""
    for kind, data in (
        (EventKind.STARTED, {}),
        (EventKind.PROGRESS, {"share": 0.9, "eta_seconds": 1.0, "doing": "old"}),
        (EventKind.FAILED, {"error": "old"}),
        (EventKind.STARTED, {}),
    ):
        events.append(Event(kind, data))
    assert events.ending() is None
    assert events.progress() == Progress()
    assert [event.kind for event in events.attempt()] == [EventKind.STARTED]


def test_frequent_progress_is_throttled(tmp_path):
    """Progress reported a hundred times at once is written once, and again later."""
    now = [0.0]
    folder = JobFolder(tmp_path)
    report = Report(folder, clock=lambda: now[0])
    for number in range(100):
        report.progress(number / 100, "x")
    now[0] = 1.0
    report.progress(1.0, "y")
    assert [event.data["share"] for event in folder.events.read()[0]] == [0.0, 1.0]


def test_work_notices_that_it_is_to_stop(tmp_path):
    """Some time after it was asked to stop, Stopped is raised."""
    folder = JobFolder(tmp_path)
    report = Report(folder)
    report.watch_folder()
    report.progress(0.1, "working")
    folder.request_stop()
    with pytest.raises(Stopped):
        for _ in range(10_000_000):
            report.raise_if_stopping()
