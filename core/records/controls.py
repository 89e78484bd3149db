"""The form field of a record's field."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import FieldType
from core.company import dialling_country
from core.fields.parsing import in_order, parse_value
from core.models import CustomField, User
from core.records.fields import RecordField
from core.records.links import LinkField, TagsField
from core.values_in_files.phones import read_phone

NOTHING_CHOSEN = ("", "—")
INPUTS = {
    FieldType.DATE: ("date", {}),
    FieldType.MOMENT: ("datetime-local", {}),
    FieldType.EMAIL: ("email", {}),
    FieldType.PHONE: ("tel", {}),
    FieldType.URL: ("text", {"inputmode": "url"}),
    FieldType.NUMBER: ("text", {"inputmode": "decimal"}),
    FieldType.MONEY: ("text", {"inputmode": "decimal"}),
}
FORMATS = {FieldType.DATE: "%Y-%m-%d", FieldType.MOMENT: "%Y-%m-%dT%H:%M"}


def form_field(field: RecordField, record: Any, user: User) -> forms.Field:
    """The control, with the label, and what it takes for valid."""
    if field.type == FieldType.TAGS:
        return TagsField(label=field.label, required=False)
    if field.is_link:
        return _link(field, record, user)
    if field.custom:
        return _CustomControl(field.custom, user, current=field.value(record) if record else None)
    return _of_column(field, record)


def clean_stored(control: forms.Field, value: Any) -> Any:
    """What the control makes of a value as JSON keeps it: a record is its number."""
    if not isinstance(control, LinkField) or value in (None, ""):
        return control.clean(value)
    row = control.row(value)
    if row is None:
        raise forms.ValidationError(_("The record to link to is gone or not shared with you."))
    return row


def _link(field: RecordField, record: Any, user: User) -> forms.Field:
    target = "core.user" if field.type == FieldType.USER else field.target
    return LinkField(target=target, user=user, label=field.label, required=field.is_required)


def widget_of(field_type: FieldType) -> forms.Widget | None:
    """The widget where Django's own does not do."""
    if field_type == FieldType.LONG_TEXT:
        return forms.Textarea(attrs={"rows": 4})
    if field_type not in INPUTS:
        return None
    kind, attrs = INPUTS[field_type]
    if field_type in FORMATS:
        dated = forms.DateInput if field_type == FieldType.DATE else forms.DateTimeInput
        return dated(format=FORMATS[field_type], attrs={"type": kind})
    return forms.TextInput(attrs={"type": kind, **attrs})


def _of_column(field: RecordField, record: Any) -> forms.Field:
    holder = field.holder(record)
    model: type[Model] = type(holder) if holder is not None else _linked_model(field, record)
    column: Any = model._meta.get_field(field.column)
    if field.declared_choices:
        return _choice(field, getattr(holder, field.column, ""))
    is_required = field.is_required or bool(column.choices and not column.blank)
    given: dict[str, Any] = {"label": field.label, "required": is_required}
    widget = widget_of(field.type)
    if widget is not None:
        given["widget"] = widget
    if field.type == FieldType.BOOLEAN:
        return YesNo(**given)
    if field.type == FieldType.PHONE:
        given |= {"form_class": PhoneControl, "current": getattr(holder, field.column, "")}
    made: forms.Field = column.formfield(**given)
    made.help_text = column.help_text
    made.validators += [check for check in column.validators if check not in made.validators]
    return made


def _choice(field: RecordField, current: Any) -> forms.Field:
    """The declared choices, with a value from elsewhere that the record has already."""
    offered = [NOTHING_CHOSEN, *field.declared_choices]
    if current and current not in dict(offered):
        offered.append((current, current))
    return forms.ChoiceField(choices=offered, label=field.label, required=field.is_required)


def _linked_model(field: RecordField, record: Any) -> type[Model]:
    linked: type[Model] = record._meta.get_field(field.through).related_model
    return linked


class YesNo(forms.TypedChoiceField):
    """Yes or no, and which of both is always sent."""

    def __init__(self, **given: Any) -> None:
        given.pop("required", None)
        choices = [("True", _("Yes")), ("False", _("No"))]
        super().__init__(
            choices=choices, coerce=lambda text: text == "True", required=True, **given
        )


class PhoneControl(forms.CharField):
    """A number as it is dialled, where that can be told; otherwise, and as it was, as it is typed."""

    def __init__(self, *, current: str = "", **given: Any) -> None:
        self.current = current
        super().__init__(**given)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return typed if typed == self.current else dialled(typed)


def dialled(text: str) -> str:
    """The number in E.164; as it is written where it is not valid or has an extension.

    >>> dialled("+49 (0)30 1234567"), dialled("ask Ada")
    ('+49301234567', 'ask Ada')
    """
    if not any(letter.isdecimal() for letter in text):
        return text
    phone = read_phone(text, None if text.startswith("+") else dialling_country())
    return phone.e164 if phone.is_valid and not phone.extension else text


class _CustomControl(forms.Field):
    """The control of an added field; what people write is read as in an import."""

    def __init__(self, custom_field: CustomField, user: User, current: Any = None) -> None:
        self.custom_field = custom_field
        self.current = current
        self.user = user
        super().__init__(
            label=custom_field.label,
            required=custom_field.is_required,
            help_text=custom_field.help_text,
            widget=_custom_widget(custom_field),
        )

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            known = dict(self.custom_field.choices)
            return in_order(self.custom_field, [key for key in value if key in known]) or None
        try:
            read = parse_value(self.custom_field, str(value or "").replace("\0", ""), by=self.user)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        is_new = read and read != self.current
        return dialled(read) if is_new and self.custom_field.type == FieldType.PHONE else read


def _custom_widget(field: CustomField) -> forms.Widget:
    kind = FieldType(field.type)
    if kind == FieldType.BOOLEAN:
        return forms.Select(choices=[NOTHING_CHOSEN, ("True", _("Yes")), ("False", _("No"))])
    if kind == FieldType.CHOICES:
        return SeveralChoices(choices=field.choices)
    if kind == FieldType.CHOICE and field.choices:
        return forms.Select(choices=[NOTHING_CHOSEN, *field.choices])
    return widget_of(kind) or forms.TextInput(attrs={"maxlength": 5_000})


class SeveralChoices(forms.CheckboxSelectMultiple):
    """Boxes to tick; that none is ticked is said, too."""

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-shown" not in data
