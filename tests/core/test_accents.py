"""The accent colours: readable in light and dark, and all of them there."""

import re

import pytest
from django.conf import settings

from core.choices import Accent

CSS = settings.BASE_DIR / "static" / "css"
GROUNDS = ("canvas", "surface", "sunken", "hover", "press")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def tokens(sheet: str, selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r"[^{]*\{(.*?)\}", sheet, re.DOTALL)
    assert block, selector
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block[1]))


@pytest.mark.parametrize("accent", Accent.values)
@pytest.mark.parametrize(
    ("theme", "selector"),
    [
        ('[data-theme="light"]', '\n  [data-accent="{}"]'),
        ('[data-theme="dark"]', '[data-theme="dark"][data-accent="{}"]'),
        ('[data-theme="dark"]', '[data-theme="auto"][data-accent="{}"]'),
    ],
)
def test_every_accent_is_readable(accent: str, theme: str, selector: str) -> None:
    ground = tokens((CSS / "tokens.css").read_text(), theme)
    mine = tokens((CSS / "accents.css").read_text(), selector.format(accent))
    assert contrast(mine["accent"], "#ffffff") >= 4.5
    assert contrast(mine["accent-text"], mine["accent-soft"]) >= 4.5
    assert min(contrast(mine["accent-text"], ground[name]) for name in GROUNDS) >= 4.5
    assert min(contrast(mine["focus"], ground[name]) for name in GROUNDS) >= 3
