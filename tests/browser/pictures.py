"""Pictures that a journey leaves: kept in the folder that PICTURES names, else not taken."""

import os
from pathlib import Path

from playwright.sync_api import Page

SETTLED = 500  # milliseconds for charts and fonts


def keep(page: Page, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        page.wait_for_timeout(SETTLED)
        page.screenshot(path=Path(folder) / f"{name}.png")
