"""Numbers and times as people read them, in the language and time zone that are active.

Used by the templates (`core.templatetags.ui` registers them) and wherever Python makes a sentence.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from math import ceil

from django.utils import formats, numberformat, timezone
from django.utils.translation import get_language, gettext, ngettext

Number = int | float | Decimal
SHOWN_TO_THE_MINUTE = 10  # hours

CURRENCY_SIGNS = {"EUR": "€", "USD": "$", "CNY": "¥", "GBP": "£", "JPY": "JP¥", "HKD": "HK$"}
# The first that fits: Edge, Opera and Chrome all call themselves Safari too.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
DEVICES = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def number(value: Number | None, digits: int = 0) -> str:
    """A number in groups of three, in Chinese too, where Django would write 148000.

    >>> number(148000), number(0.8424, 3), number(None)
    ('148,000', '0.842', '–')
    """
    if value is None:
        return "–"
    return _written(str(round(Decimal(str(value)), digits)), digits, get_language() or "")


@lru_cache(maxsize=4096)  # lists show the same numbers again and again
def _written(rounded: str, digits: int, _language: str) -> str:
    return numberformat.format(
        Decimal(rounded),
        decimal_sep=formats.get_format("DECIMAL_SEPARATOR"),
        decimal_pos=digits,
        grouping=3,
        thousand_sep=formats.get_format("THOUSAND_SEPARATOR") or ",",
        force_grouping=True,
        use_l10n=False,
    )


def percent(share: Number | None, digits: int = 0) -> str:
    """A ratio as a percentage; what is neither nothing nor all never reads 0% or 100%.

    >>> percent(0.314), percent(0.0004), percent(0.0), percent(0.997), percent(1.0)
    ('31%', '<1%', '0%', '>99%', '100%')
    """
    if share is None:
        return "–"
    value = float(share) * 100
    smallest = 10.0**-digits
    if 0 < value < smallest / 2:
        return f"<{number(smallest, digits)}%"
    if 100 - smallest / 2 <= value < 100:
        return f">{number(100 - smallest, digits)}%"
    return f"{number(value, digits)}%"


def percent_range(low: Number, high: Number) -> str:
    """An interval of ratios; a sign of "more than" does not touch the dash.

    >>> percent_range(0.6, 0.84), percent_range(0.89, 0.997)
    ('60%–84%', '89% – >99%')
    """
    ends = percent(low), percent(high)
    return (" – " if ends[1][0] in "<>" else "–").join(ends)


def exact_number(value: Decimal) -> str:
    """As it is, without zeros that say nothing.

    >>> exact_number(Decimal("3.00")), exact_number(Decimal("1250.5"))
    ('3', '1,250.5')
    """
    return number(value, _digits_of(value))


def exact_percent(share: Decimal) -> str:
    """A rate that somebody set, as it is.

    >>> exact_percent(Decimal("0.1900")), exact_percent(Decimal("0.077"))
    ('19%', '7.7%')
    """
    return f"{exact_number(share * 100)}%"


def _digits_of(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def signed(value: Number | None, digits: int = 1) -> str:
    """A number with its sign, a true minus and no useless decimals.

    >>> signed(18), signed(-7.25), signed(-0.04)
    ('+18', '−7.2', '±0')
    """
    if value is None:
        return "–"
    rounded = round(float(value), digits)
    if not rounded:
        return "±0"
    shown = number(abs(rounded), 0 if rounded.is_integer() else digits)
    return f"{'+' if rounded > 0 else '−'}{shown}"


def money(amount: Number | None, currency: str, *, has_cents: bool = False) -> str:
    """An amount with its currency; cents only when there are any, unless they are asked for.

    >>> money(148000, "EUR"), money(Decimal("-12.50"), "CHF"), money(9, "EUR", has_cents=True)
    ('€148,000', '−CHF 12.50', '€9.00')
    """
    if amount is None:
        return "–"
    digits = 0 if amount == int(amount) and not has_cents else 2
    shown = number(max(amount, -amount), digits)
    sign = CURRENCY_SIGNS.get(currency, f"{currency} ")
    return f"{'−' if amount < 0 else ''}{sign}{shown}"


# What large amounts are counted in, the largest first.
UNITS = ((10**9, "bn"), (10**6, "M"), (10**3, "k"))
CHINESE_UNITS = ((10**8, "亿"), (10**4, "万"))


def money_short(amount: Number | None, currency: str) -> str:
    """An amount in three digits and a unit, where there is room for no more; small ones as they are.

    >>> money_short(1269882, "EUR"), money_short(9940, "EUR"), money_short(-45010, "USD")
    ('€1.27 M', '€9,940', '−$45.0 k')
    """
    if amount is None:
        return money(None, currency)
    worth = Decimal(str(max(amount, -amount)))
    if worth < 10_000:
        return money(round(amount), currency)
    units = CHINESE_UNITS if (get_language() or "").startswith("zh") else UNITS
    size, unit = next(each for each in units if worth >= each[0])
    share = worth / size
    digits = 0 if share >= 100 else 1 if share >= 10 else 2
    sign = CURRENCY_SIGNS.get(currency, f"{currency} ")
    return f"{'−' if amount < 0 else ''}{sign}{number(share, digits)} {unit}"


def day_text(day: date) -> str:
    """The date as the reader writes it."""
    return _formatted(day, "DATE_FORMAT")


def _formatted(day: date, layout: str) -> str:
    return _formatted_in(get_language() or "", day, layout)


@lru_cache(maxsize=4096)  # pages show the same days again and again
def _formatted_in(_language: str, day: date, layout: str) -> str:
    return formats.date_format(day, layout)


def exact_time(local: datetime) -> str:
    """The date and the time of the day of a moment in the reader's time zone."""
    words = {"day": day_text(local.date()), "time": local.strftime("%H:%M")}
    return gettext("%(day)s, %(time)s") % words


def relative_time(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago or ahead; a date beyond four weeks."""
    if moment is None:
        return ""
    now = now or timezone.now()
    distance = abs(now - moment)
    local_day = timezone.localdate(moment)
    if distance > timedelta(days=30):  # most moments of a list
        return day_text(local_day)
    days = abs((timezone.localdate(now) - local_day).days)
    if distance < timedelta(minutes=1):
        return gettext("just now")
    if days > 28:
        return day_text(local_day)
    phrase = _ahead if moment > now else _ago
    if days == 0 or distance < timedelta(hours=6):
        return phrase(distance, 0)
    return phrase(distance, days)


def clock(moment: datetime, now: datetime | None = None, *, is_day_only: bool = False) -> str:
    """When something is or was: the day as people name it, and the time of the day."""
    local, today = timezone.localtime(moment), timezone.localdate(now)
    day = _day_name(local.date(), today)
    if is_day_only:
        return day
    return gettext("%(day)s, %(time)s") % {"day": day, "time": local.strftime("%H:%M")}


def _day_name(day: date, today: date) -> str:
    """Today, yesterday, tomorrow; the weekday within a week, else the date."""
    distance = (day - today).days
    if abs(distance) <= 1:
        return (gettext("Yesterday"), gettext("Today"), gettext("Tomorrow"))[distance + 1]
    if abs(distance) < 7:
        return _formatted(day, "D")
    return _formatted(day, "MONTH_DAY_FORMAT" if abs(distance) < 180 else "DATE_FORMAT")


def _ago(distance: timedelta, days: int) -> str:
    minutes, hours = distance // timedelta(minutes=1), distance // timedelta(hours=1)
    if days == 1:
        return gettext("yesterday")
    if days >= 14:
        return ngettext("%(n)d week ago", "%(n)d weeks ago", days // 7) % {"n": days // 7}
    if days:
        return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}
    if hours:
        return ngettext("%(n)d h ago", "%(n)d h ago", hours) % {"n": hours}
    return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}


def _ahead(distance: timedelta, days: int) -> str:
    minutes, hours = distance // timedelta(minutes=1), distance // timedelta(hours=1)
    if days == 1:
        return gettext("tomorrow")
    if days >= 14:
        return ngettext("in %(n)d week", "in %(n)d weeks", days // 7) % {"n": days // 7}
    if days:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    if hours:
        return ngettext("in %(n)d h", "in %(n)d h", hours) % {"n": hours}
    return ngettext("in %(n)d min", "in %(n)d min", minutes) % {"n": minutes}


def duration(span: timedelta | Number | None) -> str:
    """A timedelta or seconds, rounded up, as "7 min 40 s"."""
    if span is None:
        return "–"
    seconds = ceil(span.total_seconds() if isinstance(span, timedelta) else float(span))
    hours, minutes, seconds = seconds // 3600, seconds % 3600 // 60, seconds % 60
    if hours:
        return gettext("%(h)d h %(min)d min") % {"h": hours, "min": minutes}
    if minutes:
        return gettext("%(min)d min %(s)d s") % {"min": minutes, "s": seconds}
    return gettext("%(s)d s") % {"s": seconds}


def hours_text(hours: Number | None) -> str:
    """Working hours to the minute while they are few: "3 h 20 min", "35 min", "42 h".

    >>> hours_text(Decimal("3.33")), hours_text(0.5), hours_text(42.4), hours_text(None)
    ('3 h 20 min', '30 min', '42 h', '–')
    """
    if hours is None:
        return "–"
    minutes = round(hours * 60)
    if minutes >= SHOWN_TO_THE_MINUTE * 60 or (minutes and minutes % 60 == 0):
        return gettext("%(hours)s h") % {"hours": number(hours)}
    if minutes < 60:
        return gettext("%(minutes)s min") % {"minutes": minutes}
    return gettext("%(h)d h %(min)d min") % {"h": minutes // 60, "min": minutes % 60}


def browser(user_agent: str) -> str:
    """Browser and device of a User-Agent header, as far as they can be told."""
    name = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    device = next((name for sign, name in DEVICES.items() if sign in user_agent), "")
    if name and device:
        return gettext("%(browser)s on %(device)s") % {"browser": name, "device": device}
    return name or device or gettext("Unknown browser")
