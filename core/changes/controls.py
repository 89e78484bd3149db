"""Which control a field's value is given with when many records get it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import ForeignKey
from django.utils import timezone
from django.utils.translation import gettext as _

from core import permissions
from core.changes.values import CUSTOM, column_of, editable_custom_fields, editable_fields
from core.choices import FieldType
from core.conditions import Viewpoint
from core.lists.definition import lists
from core.models import CustomField, User
from core.queries.search import search_condition
from core.registries import RecordType, record_types

MOST_FOUND = 20
INPUT_TYPES = {
    FieldType.DATE: "date",
    FieldType.MOMENT: "datetime-local",
    FieldType.EMAIL: "email",
    FieldType.URL: "url",
    FieldType.PHONE: "tel",
}


@dataclass(frozen=True)
class Editable:
    """A field of which many records may get the same value."""

    name: str
    label: Any
    type: FieldType
    choices: tuple[tuple[Any, Any], ...] = ()
    target: str = ""

    @property
    def is_link(self) -> bool:
        return self.type == FieldType.LINK


def editables(kind: RecordType, by: User) -> list[Editable]:
    access = permissions.access_of(by)
    built_in = [
        Editable(
            field.name, field.label, field.type, _choices(column_of(kind, field)), field.target
        )
        for field in editable_fields(kind, access)
    ]
    return [*built_in, *(_added(field) for field in editable_custom_fields(kind, access))]


def _choices(column: Any) -> tuple[tuple[Any, Any], ...]:
    return () if isinstance(column, ForeignKey) else tuple(column.flatchoices)


def _added(field: CustomField) -> Editable:
    choices = () if field.takes_any else tuple(field.choices)
    name = f"{CUSTOM}{field.key}"
    return Editable(name, field.label, FieldType(field.type), choices, field.target)


def widget_of(field: Editable, by: User, find: str) -> forms.Widget:
    """The control; of a link it offers the records with the words of the search."""
    empty = [("", "—")]
    match field.type:
        case FieldType.LINK:
            return forms.RadioSelect(choices=_found(field, by, find))
        case FieldType.USER:
            users = User.objects.filter(is_active=True)
            return forms.Select(choices=empty + [(user.pk, user.display_name) for user in users])
        case FieldType.BOOLEAN:
            return forms.Select(choices=[*empty, ("True", _("Yes")), ("False", _("No"))])
        case FieldType.CHOICES if field.choices:
            return forms.CheckboxSelectMultiple(choices=field.choices)
        case FieldType.LONG_TEXT:
            return forms.Textarea(attrs={"rows": 4})
    if field.choices:
        return forms.Select(choices=empty + [pair for pair in field.choices if pair[0] != ""])
    return forms.TextInput(attrs={"type": INPUT_TYPES.get(field.type, "text")})


def _found(field: Editable, by: User, find: str) -> list[tuple[str, str]]:
    """Nothing, and the first records that their own list would find."""
    nothing = [("", _("none"))]
    words = find.strip()
    if not words or field.target not in lists:
        return nothing
    view = Viewpoint(by, timezone.localtime())
    rows = permissions.visible_rows(record_types[field.target].model, by)
    rows = rows.filter(search_condition(words, record_types[field.target], view.user)).order_by(
        "pk"
    )
    related = lists[field.target].related
    rows = rows.select_related(*related) if related else rows
    return nothing + [(str(row.pk), row.name_for(view.access)) for row in rows[:MOST_FOUND]]
