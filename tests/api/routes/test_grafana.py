"""api/grafana.json: a dashboard that Grafana can import, and that asks for what /metrics has."""

import json
import re
from typing import Any

from hwr_core.settings import PROJECT
from tests.api.client import family_of

OURS = re.compile(r"\b(?:hwr|process)_[a-z_]+\b")


def _names(text: str) -> set[str]:
    return set(text.split())


# What Grafana's JSON schema of a dashboard lets stand in each place.
DASHBOARD = _names("""
    id uid title description revision gnetId tags timezone editable graphTooltip time timepicker fiscalYearStartMonth
    liveNow weekStart refresh schemaVersion version panels templating annotations links snapshot
""")
VARIABLE = _names("""
    type name label hide skipUrlSync description query datasource current multi options refresh sort includeAll allValue
    regex
""")
PANEL = _names("""
    type id pluginVersion tags targets title description transparent datasource gridPos links repeat repeatDirection
    maxPerRow maxDataPoints transformations interval timeFrom timeShift hideTimeOverride libraryPanel options
    fieldConfig
""")
ROW = _names("type collapsed title datasource gridPos id panels repeat")


def test_dashboard_asks_for_nothing_that_is_not_there(known_samples: set[str]) -> None:
    """Each name in the dashboard's queries is that of a sample."""
    asked = {name for query in _queries() for name in OURS.findall(query)}
    assert len(asked) > 15
    assert asked <= known_samples


def test_dashboard_shows_everything_of_ours(known_samples: set[str]) -> None:
    """No metric of ours is forgotten on the dashboard."""
    asked = {family_of(name) for query in _queries() for name in OURS.findall(query)}
    assert {family_of(name) for name in known_samples if name.startswith("hwr_")} <= asked | {"hwr_build_info"}


def test_dashboard_has_the_form_that_grafana_imports() -> None:
    """It has the form of Grafana's schema: what is needed, nothing unknown, and panels that do not overlap."""
    dashboard = _dashboard()
    assert {"schemaVersion", "templating", "annotations", "title", "uid", "panels"} <= dashboard.keys() <= DASHBOARD
    variables = dashboard["templating"]["list"]
    assert [variable["type"] for variable in variables] == ["datasource", "query"]
    assert all({"type", "name"} <= variable.keys() <= VARIABLE for variable in variables)
    cells: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        row = panel["type"] == "row"
        assert {"type", "id", "title", "gridPos"} <= panel.keys() <= (ROW if row else PANEL)
        taken = _cells(**panel["gridPos"])
        assert not cells & taken, panel["title"]
        cells |= taken
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)


def test_every_panel_asks_the_chosen_source_something() -> None:
    """A panel without a query would stay empty, and one of another source would ask in vain."""
    for panel in _panels():
        assert panel["fieldConfig"].keys() == {"defaults", "overrides"}
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert panel["targets"], panel["title"]
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references)
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"]
            assert target["expr"].count("(") == target["expr"].count(")")
            assert '{instance=~"$instance"' in target["expr"]


def _dashboard() -> dict[str, Any]:
    dashboard: dict[str, Any] = json.loads((PROJECT / "api" / "grafana.json").read_bytes())
    return dashboard


def _panels() -> list[dict[str, Any]]:
    return [panel for panel in _dashboard()["panels"] if panel["type"] != "row"]


def _queries() -> list[str]:
    asked = [target["expr"] for panel in _panels() for target in panel["targets"]]
    return [*asked, *(variable["query"] for variable in _dashboard()["templating"]["list"])]


def _cells(x: int, y: int, w: int, h: int) -> set[tuple[int, int]]:
    assert x + w <= 24
    return {(column, line) for column in range(x, x + w) for line in range(y, y + h)}
