"""What axe-core finds on the page that is open, by WCAG 2.2 A and AA."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# One template draws all rows, so the first ones stand for the others.
PARTS = {"exclude": [["tbody tr:nth-child(n+9)"], [".tl > li:nth-child(n+9)"]]}
OPTIONS = {"runOnly": list(RULES), "resultTypes": ["violations"]}


def violations(page: Page) -> list[str]:
    """One sentence for each element that breaks a rule."""
    found = Axe().run(page, context=PARTS, options=OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for rule in found
        for node in rule["nodes"]
    ]
