"""Faults of a page for those who cannot see it, hold a mouse or tell pale from dark, as axe-core finds them."""

from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page


@dataclass(frozen=True, slots=True)
class Exemption:
    """A rule that may be broken within what a selector names, and why that cannot be mended here."""

    rule: str
    within: str
    reason: str


EXEMPTIONS = (
    Exemption("list", "[data-testid=stSidebarNavItems]", "Streamlit puts a div for each section of the menu in its ul"),
    Exemption("listitem", "[data-testid=stSidebarNavItems]", "the links of a section are li of that div"),
    Exemption("svg-img-alt", "[data-testid=stMetricChart]", "the line below a figure, which Streamlit gives no words"),
)
"""What Streamlit's own markup does, and no setting of it changes: as few as can be."""

FAULTS = """(exemptions) => axe
    .run(document, { elementRef: true, iframes: false, resultTypes: ["violations"] })
    .then(({ violations }) => violations
        .filter(({ impact }) => ["serious", "critical"].includes(impact))
        .flatMap(({ id, nodes }) => nodes.map(({ element, html, failureSummary }) => ({
            rule: id,
            exemption: exemptions.findIndex(({ rule, within }) => rule === id && element.closest(within)),
            where: html.slice(0, 300),
            why: failureSummary,
        }))))"""


def faults_of(page: Page) -> tuple[list[dict[str, Any]], set[Exemption]]:
    """Return the serious and critical faults of a page that are not exempted, and the exemptions that it needs."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(FAULTS, [{"rule": each.rule, "within": each.within} for each in EXEMPTIONS])
    needed = {EXEMPTIONS[each["exemption"]] for each in found if each["exemption"] >= 0}
    return [each for each in found if each["exemption"] < 0], needed
