"""Putting back the value that a field had before a change: an edit like any other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.choices import FieldType
from core.errors import Refused
from core.models import AuditEvent, Tag, User
from core.records.declaration import RecordPage
from core.records.fields import RecordField
from core.records.links import LinkField
from core.records.lookups import name_of


def restore_value(
    *, page: RecordPage, record: Any, event: AuditEvent, name: str, by: User, at: datetime
) -> RecordField:
    """Write what the event says was there before; refuses what no longer fits."""
    form = page.form(None, page=page, record=record, user=by)
    known: Mapping[str, RecordField] = form.known
    control, field = next(
        ((key, f) for key, f in known.items() if f.trail_name == name and not f.through),
        (None, None),
    )
    if field is None or control is None or name not in event.changes:
        raise Refused(_("There is nothing to put back here."))
    if form.fields[control].disabled:
        raise Refused(_("Your role may not change this field."))
    before = event.changes[name][0]
    data = _as_sent(control, field, form.fields[control], before, by)
    bound = page.form(data, page=page, record=record, user=by, names=[field.name])
    if not bound.is_valid():
        errors = [str(error) for each in bound.errors.values() for error in each]
        raise Refused(errors[0])
    bound.save(at)
    return field


def _as_sent(
    control: str, field: RecordField, form_field: Any, value: Any, by: User
) -> dict[str, Any]:
    """The value as a form would send it."""
    if value in (None, "", []):
        return {control: "", f"{control}-shown": "1"}
    if isinstance(form_field, LinkField):
        row = form_field.row(value)
        if row is None:
            raise Refused(_("The record that stood here is gone or not shared with you."))
        return {control: name_of(row, by), f"{control}_id": str(row.pk)}
    if field.type == FieldType.TAGS:
        numbers = value if isinstance(value, list) else []
        return {
            control: ", ".join(Tag.objects.filter(pk__in=numbers).values_list("name", flat=True))
        }
    if isinstance(value, list):
        return {control: value, f"{control}-shown": "1"}
    if field.type == FieldType.MOMENT:
        moment = parse_datetime(str(value))
        return {control: timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""}
    return {control: str(value)}
