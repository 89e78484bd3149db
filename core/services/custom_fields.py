"""Custom fields: making them, reading and writing their values."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from itertools import chain, count
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core import audit, permissions
from core.choices import FieldType, KnownWhen
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import CustomField, User

TRUE_WORDS = frozenset({"1", "true", "yes", "y", "t", "ja", "是", "对", "有"})
FALSE_WORDS = frozenset({"0", "false", "no", "n", "f", "nein", "否", "不", "无"})
MAX_TEXT = 5_000
# Every form and page of a record shows them all.
MOST_FIELDS = 200
MAX_DIGITS = 300  # what is longer fits no floating-point number
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)([.]\d+)?([eE][+-]?\d{1,2})?|[+-]?\d+,\d+")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+([.]\d+)?")
# A number that begins so is a code: a postal code, a telephone number.
CODE = re.compile(r"\+|0\d")


@transaction.atomic
def ensure_field(
    *,
    object_type: str,
    label: str,
    field_type: str,
    known_when: str = KnownWhen.BEFORE,
    by: User | None = None,
) -> CustomField:
    """The field with this label, made when it is not there; an existing one keeps its type.

    One that was once marked as filled in after contact stays so; marking it later is a decision
    about everybody's scores and needs the right to manage fields.
    """
    label = label[:200]
    lock_for_transaction("core.custom_fields")
    field = CustomField.objects.filter(object_type=object_type, label__iexact=label).first()
    if field is None:
        taken = set(
            CustomField.objects.filter(object_type=object_type).values_list("key", flat=True)
        )
        if len(taken) >= MOST_FIELDS:
            raise Refused(
                _("There are %(count)s fields of your own already. Leave columns out.")
                % {"count": len(taken)}
            )
        return CustomField.objects.create(
            object_type=object_type,
            key=field_key(label, taken),
            label=label,
            type=field_type,
            known_when=known_when,
            position=len(taken),
        )
    is_new_mark = known_when == KnownWhen.AFTER and field.known_when != KnownWhen.AFTER
    if is_new_mark and (by is None or permissions.access_of(by).may("core.custom_field.manage")):
        set_known_when(field=field, known_when=known_when, by=by)
    return field


def field_key(label: str, taken: Collection[str]) -> str:
    """A stable key made from a label, in any script; different labels never share one."""
    stem = slugify(label, allow_unicode=True).replace("-", "_")[:55] or "field"
    numbered = (f"{stem}_{number}" for number in count(2))
    return next(key for key in chain([stem], numbered) if key not in taken)


@transaction.atomic
def set_known_when(*, field: CustomField, known_when: str, by: User | None) -> None:
    """Somebody who knows says when the field is filled in; a score obeys from its next training."""
    if known_when not in KnownWhen.values:
        raise Refused(_("Say whether the field is known before the outcome."))
    before = audit.snapshot(field)
    field.known_when = known_when
    field.save(update_fields=["known_when"])
    changes = audit.differences(before, field)
    audit.record(actor=by, action="field.known_when", subject=field, changes=changes)


def fields_of(object_type: str) -> list[CustomField]:
    return list(CustomField.objects.filter(object_type=object_type))


def parse_value(field: CustomField, text: str) -> Any:
    """The JSON value of a text for the field; raises ValueError with a sentence."""
    text = text.strip()
    if not text:
        return None
    return PARSERS[FieldType(field.type)](text)


def _parse_number(text: str) -> float | int:
    text = text.replace(" ", "").replace("\u00a0", "")
    if not NUMBER.fullmatch(text) or len(text) > MAX_DIGITS:
        raise ValueError(_("“%(text)s” is not a number.") % {"text": text[:50]})
    plain = text.replace(",", "") if THOUSANDS.fullmatch(text) else text.replace(",", ".")
    number = Decimal(plain)
    return int(number) if number == number.to_integral_value() else float(number)


def _parse_date(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise ValueError(
            _("“%(text)s” is not a date. Write it as 2026-11-22.") % {"text": text[:50]}
        ) from None


def _parse_boolean(text: str) -> bool:
    word = text.casefold()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(_("“%(text)s” is neither yes nor no.") % {"text": text[:50]})


PARSERS = {
    FieldType.TEXT: lambda text: text[:MAX_TEXT],
    FieldType.CHOICE: lambda text: text[:200],
    FieldType.NUMBER: _parse_number,
    FieldType.DATE: _parse_date,
    FieldType.BOOLEAN: _parse_boolean,
}


def guess_type(samples: Iterable[str]) -> FieldType:
    """The narrowest type that fits all samples; few repeated words are a choice."""
    values = [text.strip() for text in samples if text.strip()]
    if not values:
        return FieldType.TEXT
    for kind in (FieldType.BOOLEAN, FieldType.NUMBER, FieldType.DATE):
        if _all_parse(kind, values):
            is_code = kind == FieldType.NUMBER and any(CODE.match(value) for value in values)
            return FieldType.TEXT if is_code else kind
    distinct = set(values)
    repeats = len(distinct) <= max(20, len(values) // 20) and len(distinct) < len(values)
    return FieldType.CHOICE if repeats else FieldType.TEXT


def _all_parse(kind: FieldType, values: list[str]) -> bool:
    if kind == FieldType.BOOLEAN and len({v.casefold() for v in values} - {"0", "1"}) == 0:
        return len(set(values)) > 1
    try:
        for value in values:
            PARSERS[kind](value)
    except ValueError:
        return False
    return True
