"""The small drawings and phrases every page shares: icons, avatars, scores, reasons, times.

No style attributes: the Content-Security-Policy forbids them, so widths are classes (`w-40`)
and drawings are SVG attributes.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from math import pi

from django import forms, template
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from core.phrases import (
    Number,
    browser,
    duration,
    exact_time,
    money,
    money_short,
    number,
    percent,
    percent_range,
    relative_time,
    signed,
)

register = template.Library()

CHINESE = re.compile(r"[\u4e00-\u9fff]")
AVATAR_HUES = 8
SPARK_WIDTH, SPARK_HEIGHT = 62, 17
RING_LENGTH = 2 * pi * 30
PROBABILITY_TOPS = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
SCORE_LEVELS = ((80, 4), (60, 3), (35, 2), (0, 1))
GO_KEYS = {
    "home": "h",
    "inbox": "i",
    "tasks": "t",
    "contacts": "c",
    "companies": "o",
    "leads": "l",
    "deals": "d",
    "activities": "a",
    "campaigns": "m",
    "segments": "s",
    "scoring": "r",
    "forecast": "f",
    "jobs": "j",
    "settings": ",",
}


# Icons and people


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """{% icon "mail" "i-14" %}: an icon of static/img/icons.svg, hidden from screen readers."""
    return _icon(str(name), css)


@lru_cache(maxsize=1024)  # a page has a hundred, and the address of a static file costs a search
def _icon(name: str, css: str) -> SafeString:
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        _classes(css),
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def av(name: object, css: str = "", square: bool = False) -> SafeString:
    """{% av lead.name "av-24" %}: initials on a hue that always belongs to this name."""
    return _avatar(str(name), css, square)


@lru_cache(maxsize=4096)
def _avatar(text: str, css: str, square: bool) -> SafeString:
    letters = initials(text)
    return format_html(
        '<span class="av{} av-{}{}" aria-hidden="true">{}</span>',
        " av-sq" if square else "",
        sum(text.encode()) % AVATAR_HUES + 1,
        _classes(css),
        letters[:1] if square else letters,
    )


@register.simple_tag
def who(name: object, css: str = "", square: bool = False) -> SafeString:
    """{% who lead.owner.display_name "av-16" %}: avatar and name; nothing for an empty name."""
    if not name:
        return SafeString("")
    return format_html('<span class="who">{}<span>{}</span></span>', av(name, css, square), name)


def initials(name: str) -> str:
    """Two letters of a Latin name, one character of a Chinese one (its last if it is a person's).

    >>> initials("Maya Okafor"), initials("林兆阳"), initials("明德精工")
    ('MO', '阳', '明')
    """
    if CHINESE.search(name):
        return name[-1] if len(name) <= 3 else name[0]
    words = [word for word in re.split(r"[\s.@_-]+", name) if word]
    return "".join(word[0] for word in words[:2]).upper() or "·"


# Scores, shares and chances


@register.simple_tag
def score(value: Number | None) -> SafeString:
    """{% score lead.score.value %}: four bars and the number; a dash when there is none yet."""
    if value is None:
        return format_html('<span class="t3" title="{}">–</span>', gettext("No score yet"))
    return _score(round(value), get_language() or "")


@lru_cache(maxsize=1024)
def _score(points: int, _language: str) -> SafeString:
    return format_html(
        '<span class="score s{}" title="{}">'
        '<span class="bars" aria-hidden="true"><i></i><i></i><i></i><i></i></span>{}</span>',
        score_level(points),
        gettext("Score %(points)d of 100: %(word)s")
        % {"points": points, "word": score_word(points)},
        points,
    )


@register.filter
def score_word(value: Number | None) -> str:
    """{{ lead.score.value|score_word }}: Low, Fair, Good or High."""
    if value is None:
        return gettext("No score yet")
    words = {
        4: pgettext("score", "High"),
        3: pgettext("score", "Good"),
        2: pgettext("score", "Fair"),
        1: pgettext("score", "Low"),
    }
    return words[score_level(value)]


def score_level(value: Number) -> int:
    return next((level for floor, level in SCORE_LEVELS if value >= floor), 1)


@register.simple_tag
def ring(value: Number) -> SafeString:
    """{% ring lead.score.value %}: the score as a ring; once per record page."""
    points = round(value)
    return format_html(
        '<svg class="ring r{}" viewBox="0 0 72 72" role="img" aria-label="{}">'
        '<circle class="t" cx="36" cy="36" r="30" fill="none" stroke-width="6"/>'
        '<circle class="a" cx="36" cy="36" r="30" fill="none" stroke-width="6"'
        ' stroke-linecap="round" stroke-dasharray="{} {}" transform="rotate(-90 36 36)"/>'
        '<text x="36" y="43">{}</text></svg>',
        score_level(points),
        gettext("Score %(points)d of 100") % {"points": points},
        _coordinate(RING_LENGTH * points / 100),
        _coordinate(RING_LENGTH),
        points,
    )


@register.simple_tag
def meter(percent: Number, css: str = "", label: object = "") -> SafeString:
    """{% meter run.percent "m-ok" label %}: a share of a whole, 0 to 100."""
    width = min(max(round(percent), 0), 100)
    return format_html(
        '<span class="meter{}" role="img" aria-label="{}"><span class="w-{}"></span></span>',
        _classes(css),
        label or f"{width}%",
        width,
    )


@register.simple_tag
def spark(values: Iterable[Number] | str) -> SafeString:
    """{% spark kpi.history %}: a line of 64 x 22; nothing for fewer than two points."""
    heights = [float(value) for value in (values.split(",") if isinstance(values, str) else values)]
    if len(heights) < 2:
        return SafeString("")
    low, spread = min(heights), (max(heights) - min(heights)) or 1
    step = SPARK_WIDTH / (len(heights) - 1)
    points = [
        (place * step + 1, 20 - (height - low) / spread * SPARK_HEIGHT)
        for place, height in enumerate(heights)
    ]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return format_html(
        '<svg class="sparkline" viewBox="0 0 64 22" aria-hidden="true">'
        '<path class="area" d="{}L63 22L1 22Z"/><path d="{}"/>'
        '<circle cx="{}" cy="{}" r="2"/></svg>',
        path,
        path,
        _coordinate(points[-1][0]),
        _coordinate(points[-1][1]),
    )


@register.simple_tag
def contrib(points: Number, unit: Number = 3) -> SafeString:
    """{% contrib reason.points %}: a bar left or right of zero and the signed number.

    Stands inside `<ul class="reasons"><li>`; one point is `unit` pixels, at most 41.
    """
    width = min(abs(float(points)) * float(unit), 41)
    return format_html(
        '<span class="b"><svg viewBox="0 0 84 8" aria-hidden="true">'
        '<line class="axis0" x1="42" x2="42" y1="-2" y2="10"/>'
        '<rect class="{}" x="{}" y="0" width="{}" height="8" rx="2"/></svg></span>'
        '<span class="num">{}</span>',
        "pos" if points >= 0 else "neg",
        _coordinate(42 if points >= 0 else 42 - width),
        _coordinate(width),
        signed(points),
    )


@register.simple_tag
def contrib_unit(points: Iterable[Number]) -> float:
    """{% contrib_unit points as unit %}: pixels per point so that the longest bar is full."""
    longest = max((abs(float(value)) for value in points), default=0)
    return min(41 / longest, 8) if longest else 3


@register.simple_tag
def probline(chance: Number, low: Number, high: Number, average: Number) -> SafeString:
    """{% probline 0.31 0.24 0.39 0.06 %}: a chance with its range and the average, as ratios."""
    top = next((mark for mark in PROBABILITY_TOPS if mark >= float(high) * 1.2), 1.0)

    def place(share: Number) -> float:
        return 4 + 292 * min(float(share), top) / top

    texts = [
        (place(average), gettext("average %(share)s") % {"share": percent(average)}),
        (place(chance), percent(chance)),
        (296.0, percent(top)),
    ]
    return format_html(
        '<svg class="probline" viewBox="0 0 300 26" role="img" aria-label="{}">'
        '<line class="pl-t" x1="4" x2="296" y1="9" y2="9"/>'
        '<line class="pl-r" x1="{}" x2="{}" y1="9" y2="9"/>'
        '<line class="pl-b" x1="{}" x2="{}" y1="3" y2="15"/>'
        '<circle class="pl-p" cx="{}" cy="9" r="5"/>{}</svg>',
        gettext("Chance %(chance)s, range %(low)s to %(high)s, average %(average)s")
        % {
            "chance": percent(chance),
            "low": percent(low),
            "high": percent(high),
            "average": percent(average),
        },
        _coordinate(place(low)),
        _coordinate(place(high)),
        _coordinate(place(average)),
        _coordinate(place(average)),
        _coordinate(place(chance)),
        _labels(texts),
    )


def _labels(texts: Sequence[tuple[float, str]]) -> SafeString:
    """The labels under an axis of 300 pixels; one that would touch an earlier one is left out."""
    placed: list[tuple[float, float, str]] = []
    for wanted, text in texts:
        half = sum(11 if CHINESE.match(letter) else 6 for letter in text) / 2
        x = min(max(wanted, half), 300 - half)
        if all(abs(x - other) > half + other_half + 4 for other, other_half, _ in placed):
            placed.append((x, half, text))
    return format_html_join(
        "", '<text x="{}" y="25">{}</text>', [(_coordinate(x), text) for x, _, text in placed]
    )


@register.simple_tag
def pill(label: object, tone: str = "", icon_name: str = "", dot: bool = False) -> SafeString:
    """{% pill lead.get_stage_display "violet" dot=True %}: a state; tone "line" is a free tag.

    Tones: accent, ok, warn, bad, violet, teal, pink, line, or none for grey.
    """
    return _pill(str(label), tone, icon_name, dot)


@lru_cache(maxsize=4096, typed=True)  # what is escaped already is another text
def _pill(label: str, tone: str, icon_name: str, dot: bool) -> SafeString:
    sign = SafeString("")
    if icon_name:
        sign = icon(icon_name)
    elif dot:
        sign = format_html('<span class="dot{}"></span>', f" d-{tone}" if tone else "")
    return format_html(
        '<span class="pill{}">{}{}</span>', f" p-{tone}" if tone else "", sign, label
    )


# Numbers and times

register.filter("number", number)  # {{ page.total|number }}, {{ result.auc|number:3 }}
register.filter("percent", percent)  # {{ result.win_rate|percent:1 }}
register.filter("percent_range", percent_range)  # {{ score.low|percent_range:score.high }}
register.filter("signed", signed)  # {{ reason.points|signed }}
register.filter("relative_time", relative_time)  # {{ run.finished_at|relative_time }}
register.filter("duration", duration)  # {{ run.took|duration }}, a timedelta or seconds
register.filter("browser", browser)  # {{ session.user_agent|browser }}
register.simple_tag(money, name="money")  # {% money deal.amount deal.currency %}
register.simple_tag(money_short, name="money_short")  # {% money_short total currency %}


@register.simple_tag
def when(moment: datetime | None, missing: object = "–") -> SafeString:
    """{% when lead.last_touch_at %}: "2 h ago", with the exact time on hover and for machines."""
    if moment is None:
        return format_html("{}", missing)
    local = timezone.localtime(moment)
    machine = local.isoformat(timespec="seconds")
    exact, relative = escape(exact_time(local)), escape(relative_time(moment))
    return SafeString(f'<time datetime="{machine}" title="{exact}">{relative}</time>')


# Addresses


@register.filter
def web_address(text: str) -> str:
    """{{ company.website|web_address }}: as a link; nothing but http and https is one."""
    return text if text.startswith(("http://", "https://")) else f"https://{text}"


@register.filter
def short_address(text: str) -> str:
    """{{ company.website|short_address }}: without what every address begins with."""
    return re.sub(r"^https?://(www\.)?|/$", "", text)


def dialled(text: str) -> str:
    """A phone number as a phone takes it."""
    return "".join(letter for letter in text if letter.isdecimal() or letter in "+*#,")


# Forms and navigation


@register.simple_tag
def control(field: BoundField, css: str = "") -> SafeString:
    """{% control field %}: the form control in our classes; Django adds the aria attributes."""
    widget = field.field.widget
    own = "cb" if isinstance(widget, forms.CheckboxInput) else "input"
    classes = f"{own} {css} {widget.attrs.get('class', '')}"
    return field.as_widget(attrs={"class": " ".join(classes.split())})


@register.filter
def field_kind(field: BoundField) -> str:
    """How components/field.html lays a control out: checkbox, choices, file or line."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "line"


@register.filter
def go_key(entry_key: str) -> str:
    """The letter after G that opens this navigation entry; empty when it has none."""
    return GO_KEYS.get(entry_key, "")


def _classes(css: str) -> str:
    return f" {css}" if css else ""


def _coordinate(value: float) -> str:
    """One decimal with a point in every language: SVG does not know decimal commas."""
    return f"{value:.1f}"
