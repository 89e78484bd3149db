"""The records around a record, as its page shows them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import DateField
from django.urls import reverse

from core import permissions
from core.choices import FieldType
from core.conditions.fields import value_of
from core.models import User
from core.permissions import Access
from core.phrases import day_text
from core.records.controls import widget_of
from core.records.declaration import RecordPage, Related, record_pages
from core.records.lookups import name_of
from core.registries import RecordType, record_types

SHOWN = 10
MOST = 200  # when somebody asks for all of them here


@dataclass(frozen=True)
class Line:
    """One record around another."""

    pk: int
    name: str
    url: str
    note: Any = ""
    role: Any = ""
    has_choice: bool = False
    details: str = ""


@dataclass(frozen=True)
class Around:
    """The lines of a relation, and what can be done from here; `unfold_url` shows the others here."""

    related: Related
    lines: list[Line]
    all_url: str = ""
    unfold_url: str = ""
    new_url: str = ""
    edit_url: str = ""
    may_add: bool = False
    may_remove: bool = False
    may_change: bool = False

    @property
    def kind(self) -> RecordType:
        return record_types[self.related.object_type]


def around(page: RecordPage, record: Any, user: User, unfolded: str = "") -> list[Around]:
    """What stands around the record, as far as the user may see it.

    Of each relation the first lines, of the one whose key is `unfolded` all.
    """
    access = permissions.access_of(user)
    may_edit = permissions.reaches(type(record), user, record, "edit")
    return [
        around_by(each, record, user, may_edit, is_folded=each.key != unfolded)
        for each in page.related
        if _is_told(each, page.record_type, access)
    ]


def _is_told(related: Related, own: RecordType, access: Access) -> bool:
    """A relation that is a field, of the other records or of this one, is hidden with it."""
    kind = record_types[related.object_type]
    named = ((kind, related.new_field), (kind, related.filter_name), (own, related.key))
    fields = [(of, of.field[name]) for of, name in named if name in of.field]
    return access.may(f"{kind.key}.view") and all(access.sees(of.rule_of(it)) for of, it in fields)


def around_by(
    related: Related, record: Any, user: User, may_edit: bool, *, is_folded: bool
) -> Around:
    access = permissions.access_of(user)
    edit_url = reverse(
        "record_related_edit", args=[record._meta.label_lower, record.pk, related.key]
    )
    # Whoever may not open that address has the list, or sees all of them here.
    shown = SHOWN if is_folded and (may_edit or related.filter_name) else MOST
    rows = list(related.rows(record, user)[: shown + 1])
    has_more, has_ties = len(rows) > shown, related.remove is not None or related.change is not None
    has_choice = bool(related.roles) and may_edit and related.remove is not None
    may_create = access.may(f"{related.object_type}.create") and bool(related.new_field)
    may_tie = may_edit if related.add else access.may(f"{related.object_type}.edit")
    unfolds = has_more and is_folded and may_edit and (has_ties or not related.filter_name)
    return Around(
        related,
        [_line(related, row, user, has_choice) for row in rows[:shown]],
        all_url=_all_url(related, record) if len(rows) > SHOWN else "",
        unfold_url=f"{edit_url}?all=1" if unfolds else "",
        new_url=_new_url(related, record) if may_create else "",
        edit_url=edit_url,
        may_add=may_tie and bool(related.add or related.new_field),
        may_remove=may_edit and related.remove is not None,
        may_change=may_edit and related.change is not None,
    )


def _line(related: Related, row: Any, user: User, has_choice: bool) -> Line:
    record = value_of(row, related.record) if related.record else row
    access = permissions.access_of(user)
    return Line(
        record.pk,
        name_of(record, user),
        record.get_absolute_url(),
        related.note(row, access) if related.note else "",
        getattr(row, related.role_field) if related.role_field else "",
        has_choice,
        " · ".join(filter(None, (_detail(row, name) for name in related.details))),
    )


def _detail(row: Any, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, date):
        return f"{row._meta.get_field(name).verbose_name} {day_text(value)}"  # since 12 Mar 2024
    return str(value or "")


def detail_form(
    related: Related, record: Any, number: int, user: User, data: Any = None
) -> "forms.ModelForm[Any] | None":
    """The details of the tie to the record of that number; none where there is no such tie."""
    row = related.rows(record, user).filter(**{f"{related.record}_id": number}).first()
    if row is None or related.change is None:
        return None
    made = forms.modelform_factory(type(row), fields=related.details, formfield_callback=_control)
    return made(data, instance=row, auto_id=f"{related.key}-%s")


def _control(column: Any, **given: Any) -> forms.Field:
    is_day = isinstance(column, DateField)
    made: forms.Field = column.formfield(
        **given | ({"widget": widget_of(FieldType.DATE)} if is_day else {})
    )
    return made


def _all_url(related: Related, record: Any) -> str:
    """The list with the condition that says the same; none where no field says it."""
    kind = record_types[related.object_type]
    if not related.filter_name:
        return ""
    is_one_of_several = kind.field[related.filter_name].type == FieldType.LINKS
    operator = "has_any" if is_one_of_several else "is"
    query = urlencode({"if": f"{related.filter_name}:{operator}:{record.pk}"})
    return f"{reverse(kind.list_url)}?{query}"


def _new_url(related: Related, record: Any) -> str:
    page = record_pages[related.object_type]
    return f"{reverse(page.create_url)}?{urlencode({related.new_field: record.pk})}"
