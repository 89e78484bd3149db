"""The browser that the browser tests drive."""

import os
import shutil
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "Chromium was not found: install it with `apt install chromium fonts-noto-cjk`, or name it in "
    "the environment variable CHROMIUM."
)


def chromium() -> Path | None:
    """Its path; None where there is none."""
    candidates = (os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES)
    found = (shutil.which(name) for name in candidates if name)
    return next((Path(path) for path in found if path), None)
