"""Values of fields, said in words: what people read where JSON knows null, true and numbers."""

from datetime import date
from typing import Any

from django.utils import formats, numberformat
from django.utils.dateparse import parse_date
from django.utils.translation import gettext


def in_words(value: Any) -> str:
    """A value of a field in the active language.

    >>> in_words(None), in_words(True), in_words(1234.5)
    ('not answered', 'yes', '1234.5')
    """
    if value is None or value == "":
        return gettext("not answered")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int | float):
        # Four digits stand without a separator: they may be a year.
        return grouped(value, separated=abs(value) >= 10_000)
    text = str(value)
    return formats.date_format(date.fromisoformat(text), "DATE_FORMAT") if _is_day(text) else text


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and parse_date(text) is not None
    except ValueError:
        return False


def grouped(number: float, *, separated: bool = True) -> str:
    """A number with its thousands set apart and at most two decimals.

    >>> grouped(18406), grouped(0.5)
    ('18,406', '0.5')
    """
    rounded = round(number, 2)
    digits = len(f"{rounded % 1:.2f}".rstrip("0")) - 2
    return numberformat.format(
        rounded,
        formats.get_format("DECIMAL_SEPARATOR"),
        decimal_pos=digits,
        grouping=3,
        # Django leaves it out for Chinese, where software writes 18,406 all the same.
        thousand_sep=(formats.get_format("THOUSAND_SEPARATOR") or ",") if separated else "",
        force_grouping=separated,
        use_l10n=True,
    )
