"""The drawings and phrases of every page, and what the pages rely on: icons, tokens, clean markup."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from core import phrases
from core.templatetags import ui
from scripts import icons, vendor

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"


def draw(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


# People


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Maya Okafor", "MO"),
        ("maya", "M"),
        ("m.okafor@kestrel.example", "MO"),
        ("林兆阳", "阳"),
        ("明德精工", "明"),
        ("", "·"),
    ],
)
def test_initials_know_latin_and_chinese_names(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_names_are_escaped() -> None:
    drawn = draw("{% who name %}{% pill name %}{% av name %}", name="<b>x")
    assert "<b>" not in drawn
    assert "&lt;b&gt;x" in drawn


def test_avatar_takes_lazy_names_and_keeps_its_hue() -> None:
    assert ui.av(gettext_lazy("Name")) == ui.av("Name")
    assert 'class="av av-sq av-' in ui.av("Kestrel Robotics", square=True)
    assert ui.who("") == ""


# Scores and shares


@pytest.mark.parametrize(("value", "level"), [(100, 4), (80, 4), (79.4, 3), (35, 2), (0, 1)])
def test_score_level_has_four_steps(value: float, level: int) -> None:
    assert f'class="score s{level}"' in ui.score(value)


def test_score_says_its_word_in_words() -> None:
    assert 'title="Score 86 of 100: High"' in ui.score(86)
    assert ui.score_word(41) == "Fair"
    assert "No score yet" in ui.score(None)


@pytest.mark.parametrize(("percent", "css"), [(-3, "w-0"), (62.4, "w-62"), (140, "w-100")])
def test_meter_stays_within_the_width_classes(percent: float, css: str) -> None:
    assert f'class="{css}"' in ui.meter(percent)


def test_spark_needs_two_points_and_survives_a_flat_line() -> None:
    assert ui.spark([1]) == ""
    assert "NaN" not in ui.spark([3, 3, 3])
    assert ui.spark("1,2,3") == ui.spark([1, 2, 3])


def test_contrib_draws_negative_points_left_of_zero() -> None:
    assert 'class="pos" x="42.0" y="0" width="36.0"' in ui.contrib(12)
    assert 'class="neg" x="21.0" y="0" width="21.0"' in ui.contrib(-7)
    assert "−7" in ui.contrib(-7)


def test_contrib_unit_fills_the_longest_bar() -> None:
    assert ui.contrib_unit([20.5, -3]) == 2
    assert ui.contrib_unit([]) == 3


def test_probline_never_overlaps_its_labels() -> None:
    assert "average 6%" in ui.probline(0.31, 0.24, 0.39, 0.06)
    close = ui.probline(0.07, 0.05, 0.09, 0.06)
    assert close.count("<text") == 2
    assert 'aria-label="Chance 7%, range 5% to 9%, average 6%"' in close


def test_drawings_use_decimal_points_in_every_language() -> None:
    with translation.override("de"):
        assert not re.search(r'="\d+,\d', ui.ring(86) + ui.contrib(7.5) + ui.spark([1, 2, 4]))


def test_drawings_have_no_style_attribute() -> None:
    drawn = ui.ring(5) + ui.meter(5) + ui.score(5) + ui.contrib(5) + ui.spark([1, 2])
    assert "style=" not in drawn


# Numbers and times


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.314, "31%"), (0, "0%"), (0.0004, "<1%"), (None, "–"), (Decimal("0.5"), "50%")],
)
def test_percent_is_honest_about_small_shares(share: float | None, text: str) -> None:
    assert phrases.percent(share) == text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_number_groups_by_three_in_every_language(language: str) -> None:
    with translation.override(language):
        assert phrases.number(1234567.891, 2) == "1,234,567.89"
        assert phrases.money(148000, "CNY") == "¥148,000"


@pytest.mark.parametrize(("value", "text"), [(18, "+18"), (-7.25, "−7.2"), (-0.04, "±0")])
def test_signed_has_a_true_minus(value: float, text: str) -> None:
    assert phrases.signed(value) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (148000, "EUR", "€148,000"),
        (Decimal("-12.50"), "CHF", "−CHF 12.50"),
        (Decimal("3.00"), "CNY", "¥3"),
        (None, "EUR", "–"),
    ],
)
def test_money_shows_cents_only_when_there_are_any(
    amount: Decimal | None, currency: str, text: str
) -> None:
    with translation.override("en"):
        assert phrases.money(amount, currency) == text


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=15), "2 weeks ago"),
        (timedelta(days=40), "16 Oct 2026"),
        (-timedelta(hours=2), "in 2 h"),
        (-timedelta(days=1), "tomorrow"),
        (-timedelta(days=3), "in 3 days"),
    ],
)
def test_relative_time_counts_calendar_days(distance: timedelta, text: str) -> None:
    with timezone.override("UTC"), translation.override("en"):
        assert phrases.relative_time(NOW - distance, NOW) == text


def test_when_carries_the_exact_time() -> None:
    with timezone.override("UTC"):
        assert 'datetime="2026-11-25T15:00:00+00:00"' in ui.when(NOW)
    assert ui.when(None, "never") == "never"


@pytest.mark.parametrize(
    ("seconds", "text"), [(31, "31 s"), (460, "7 min 40 s"), (7260, "2 h 1 min"), (None, "–")]
)
def test_duration_names_two_units(seconds: int | None, text: str) -> None:
    assert phrases.duration(seconds) == text


def test_browser_tells_what_it_can() -> None:
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/156 Safari/537 Edg/156"
    assert phrases.browser(edge) == "Edge on Windows"
    assert phrases.browser("") == "Unknown browser"


# Forms


class ExampleForm(forms.Form):
    email = forms.EmailField(help_text="We write rarely.")
    note = forms.CharField(required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    digest = forms.BooleanField(required=False)
    file = forms.FileField(required=False)


def test_field_names_its_help_and_its_error() -> None:
    form = ExampleForm({"email": "m@"})
    drawn = draw('{% include "core/components/field.html" with field=form.email %}', form=form)
    described = re.search(r'aria-describedby="([^"]+)"', drawn)
    assert described
    assert all(f'id="{name}"' in drawn for name in described[1].split())
    assert 'aria-invalid="true"' in drawn
    assert '<label for="id_email">' in drawn


def test_fields_lay_every_kind_of_control_out() -> None:
    drawn = draw('{% include "core/components/fields.html" %}', form=ExampleForm())
    assert "optional" in drawn
    assert "<legend" in drawn
    assert drawn.count('class="cb"') == 3
    assert drawn.count('class="input"') == 3


# What the pages rely on


def test_every_icon_that_is_named_is_drawn() -> None:
    drawn = set(icons.SYMBOL_NAME.findall((STATIC / "img" / "icons.svg").read_text()))
    sources = [*TEMPLATES]
    for app in ("core", "crm", "marketing", "analytics"):
        sources += sorted((settings.BASE_DIR / app).rglob("*.py"))
    named = {
        name: source.name
        for source in sources
        for name in re.findall(
            r"""(?:\{% icon |\bicon(?:_name)?=)["']([a-z0-9-]+)["']""", source.read_text()
        )
    }
    assert {name: source for name, source in named.items() if name not in drawn} == {}


def test_vendored_files_and_icons_match_their_lists() -> None:
    assert vendor.find_problems(STATIC / "vendor") == []
    assert icons.find_problems(STATIC / "img") == []


def test_the_two_dark_themes_are_the_same() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text()
    chosen = re.search(r'\[data-theme="dark"\] \{(.*?)\}', tokens, re.DOTALL)
    automatic = re.search(r'\[data-theme="auto"\] \{(.*?)\}', tokens, re.DOTALL)
    assert chosen
    assert automatic
    assert chosen[1].split() == automatic[1].split()


def test_every_token_that_is_used_exists() -> None:
    sheets = "".join(path.read_text() for path in (STATIC / "css").glob("*.css"))
    assert set(re.findall(r"var\((--[\w-]+)", sheets)) <= set(re.findall(r"(--[\w-]+):", sheets))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_are_clean_under_the_csp(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=[\"']|hx-on|<style|javascript:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)


def test_entry_of_the_navigation_gets_its_letter() -> None:
    letters = list(ui.GO_KEYS.values())
    assert len(letters) == len(set(letters))
    assert ui.go_key("leads") == "l"
    assert ui.go_key("unknown") == ""


@pytest.mark.parametrize("template", ["400.html", "500.html"])
def test_error_pages_need_no_context(template: str) -> None:
    assert "entrance-card" in draw(f'{{% include "{template}" %}}')
