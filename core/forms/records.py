"""The form of a record, made from its fields; also of a single one, edited in place."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from core import permissions
from core.choices import FieldType
from core.currencies import base_currency
from core.models import User
from core.records.controls import form_field
from core.records.declaration import Alike, RecordPage
from core.records.facts import FactReader
from core.records.fields import RecordField, fields_for
from core.records.links import LinkField, TagsField
from core.records.plain import plain
from core.services.edits import Conflict, Outcome, edit_record, set_tags

LOADED = "loaded"
CURRENCY = "currency"
SEEN = "duplicates-seen"
LONGEST_STATE = 400_000


class RecordForm(forms.Form):
    """All fields of a record that may be seen and edited, those of the short form first.

    A field that was not sent is left as it is. `names` restricts the form to some fields.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        page: RecordPage,
        record: Any,
        user: User,
        names: Collection[str] = (),
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={**(initial or {})})
        self.page, self.record, self.user = page, record, user
        self.access = permissions.access_of(user)
        self.conflicts: list[Conflict] = []
        self.duplicates: list[Alike] = []
        self.known = {
            name: field for name, field in self.offered() if not names or field.name in names
        }
        for name, field in self.known.items():
            self.fields[name] = self.control(name, field)
            self._fill(name, field)
        self._restrict()
        self.loaded = self._loaded()

    # What the form offers; types with more to ask override these.

    def offered(self) -> Iterator[tuple[str, RecordField]]:
        """The fields in the order of the form, by the name of their control."""
        fields = fields_for(self.page.record_type, self.access)
        usable = [f for f in fields if self.is_offered(f)]
        places = {name: place for place, name in enumerate(self.page.first)}
        usable.sort(key=lambda field: places.get(field.name, len(places)))
        for field in usable:
            yield self.control_name(field), field

    def is_offered(self, field: RecordField) -> bool:
        return field.is_editable and field.name not in self.page.left_out

    def control_name(self, field: RecordField) -> str:
        return field.name

    def control(self, name: str, field: RecordField) -> forms.Field:
        return form_field(field, self.record, self.user)

    def is_locked(self, field: RecordField) -> bool:
        """Whether the field is shown but not edited."""
        return not self.access.edits(field.rule)

    # The rest is the same for all.

    def _row(self, name: str, field: RecordField) -> Any:
        """The row that a link leads to, as it may be shown; False when it is out of sight."""
        value = field.value(self.record)
        if value is None:
            return None
        if field.custom:
            control: Any = self.fields[name]
            return control.row(value) or False
        is_seen = not field.target or permissions.reaches(type(value), self.user, value)
        return value if is_seen else False

    def _fill(self, name: str, field: RecordField) -> None:
        if not self.record.pk and name in self.initial:
            return
        value = self._row(name, field) if field.is_link else field.value(self.record)
        if not (self.record.pk or value) and self.fields[name].required and field.name == CURRENCY:
            value = base_currency()
        if value is False and field.is_link:
            # Neither told nor cut.
            self.initial[name] = _("a record that you may not see")
            self.fields[name].disabled = True
        elif isinstance(value, Decimal):
            self.initial[name] = plain(value)
        elif field.is_link and value is not None:
            control: Any = self.fields[name]
            control.current = self.initial[name] = value
        elif value not in (None, ""):
            self.initial[name] = value

    def _restrict(self) -> None:
        for name, field in self.known.items():
            control = self.fields[name]
            control.disabled = control.disabled or self.is_locked(field)
            may_be_left = bool(self.record.pk) or not field.is_required
            if self.is_bound and may_be_left and self._is_omitted(name):
                control.required = False

    def _is_omitted(self, name: str) -> bool:
        widget = self.fields[name].widget
        return bool(widget.value_omitted_from_data(self.data, self.files, self.add_prefix(name)))

    def _loaded(self) -> dict[str, Any]:
        """What the fields held when the form was shown first."""
        now = {name: plain(field.value(self.record)) for name, field in self.known.items()}
        try:
            given = json.loads(self.data.get(LOADED, "")[:LONGEST_STATE]) if self.is_bound else {}
        except (ValueError, RecursionError):
            given = {}
        return {**now, **(given if isinstance(given, dict) else {})}

    @property
    def loaded_text(self) -> str:
        return json.dumps(self.loaded, ensure_ascii=False, sort_keys=True)

    def sent(self) -> dict[str, Any]:
        """The valid values of the fields that were sent and may be changed."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.known
            and not self.fields[name].disabled
            and not self._is_omitted(name)
            and self.data.get(f"keep-{name}") != "theirs"
        }

    def settled(self) -> dict[str, Any]:
        """The values as they are written; names of new records have become records."""
        return self.sent()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, field in self.known.items():
            if self._is_column_value(field, data.get(name)):
                self._check_column(name, field, data[name])
        return data

    def _is_column_value(self, field: RecordField, value: Any) -> bool:
        is_plain = bool(field.column) and not field.is_link and field.type != FieldType.TAGS
        return is_plain and value not in (None, "") and not isinstance(value, Model)

    def _check_column(self, name: str, field: RecordField, value: Any) -> None:
        """What the column demands beyond its control: that its value is there once."""
        model: Any = type(self.record)
        if field.through:
            model = model._meta.get_field(field.through).related_model
        if not field.is_unique(model):
            return
        others = model._base_manager.filter(**{field.column: value}).exclude(pk=self.record.pk)
        if others.exists():
            self.add_error(name, _("This is taken. Use another one."))

    def save(self, at: datetime) -> Outcome:
        """Write what is valid; conflicts are kept for showing the form again."""
        outcome = self.edit(at) if self.record.pk else Outcome(self.make(at), [])
        self.conflicts = outcome.conflicts
        if self.conflicts:
            self._show_conflicts(outcome.record)
        return outcome

    def edit(self, at: datetime) -> Outcome:
        return edit_record(
            record=self.record,
            fields=self.known,
            wanted=self.settled(),
            loaded=self.loaded,
            by=self.user,
            at=at,
            save=self.page.save,
        )

    def make(self, at: datetime) -> Any:
        """A new record of the values."""
        values = self.settled()
        for name, value in values.items():
            if name != "tags" and value is not None:
                self.known[name].put(self.record, value)
        made = self.page.save(self.record, self.user, at)
        if values.get("tags"):
            set_tags(record=made, names=values["tags"], by=self.user)
        return made

    def _show_conflicts(self, stored: Any) -> None:
        """The conflicting fields count as loaded with what is there: who saves again decides."""
        for each in self.conflicts:
            name = next(name for name, field in self.known.items() if field is each.field)
            self.loaded[name] = plain(each.field.value(stored))

    def begin_with(self, given: Mapping[str, str]) -> None:
        """What a new record has from the address: the company it is made from."""
        for name, field in self.known.items():
            text = given.get(field.name, "")
            if not text:
                continue
            control: Any = self.fields[name]
            if isinstance(control, LinkField):
                self.initial[name] = control.row(text) or ""
            elif not isinstance(control, TagsField):
                self.initial[name] = text

    def warn_of_duplicates(self) -> bool:
        """Whether there are records like this one and nobody has said yet that it is another."""
        if self.data.get(SEEN):
            return False
        return self.look_for_duplicates()

    def look_for_duplicates(self) -> bool:
        """Note the records that a new one is probably the same as, by what is valid so far."""
        if self.page.duplicates is not None and not self.record.pk:
            values = {f.name: self.cleaned_data.get(n) for n, f in self.known.items()}
            self.duplicates = list(self.page.duplicates(values, self.user))
        return bool(self.duplicates)

    # For the templates.

    @property
    def conflict_lines(self) -> list[dict[str, Any]]:
        """What stands against what, in words."""
        reader = FactReader(self.user)
        names = {field: name for name, field in self.known.items()}
        return [
            {
                "name": names[each.field],
                "label": each.field.label,
                "by": each.by,
                "at": each.at,
                "mine": reader.say(each.field, self.record, each.mine),
                "theirs": reader.say(each.field, self.record, each.theirs),
                "before": reader.say(each.field, self.record, each.before),
            }
            for each in self.conflicts
        ]

    def short(self) -> list[BoundField]:
        """The fields that everybody fills in, and those with an error."""
        return [bound for bound in self if self._is_short(bound)]

    def more(self) -> list[BoundField]:
        return [bound for bound in self if not self._is_short(bound)]

    def _is_short(self, bound: BoundField) -> bool:
        field = self.known.get(bound.name)
        is_first = field is None or field.name in self.page.first
        return is_first or bound.field.required or bool(bound.errors)
