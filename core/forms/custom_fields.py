"""What is said of a custom field."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Currency, FieldType, KnownWhen
from core.models import CustomField
from core.services.custom_fields import CHANGEABLE, CHOSEN_TYPES, options_from


class CustomFieldForm(forms.Form):
    """What is said of a custom field; of its options, currency and target where its type has them.

    Each option has a control of its own, so that a new label is not taken for a new option.
    """

    label = forms.CharField(label=pgettext_lazy("field", "Name"), max_length=200)
    help_text = forms.CharField(
        label=_("Help"),
        max_length=300,
        required=False,
        help_text=_("Stands below the field in forms."),
    )
    target = forms.ChoiceField(label=_("Leads to"))
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=Currency,
        help_text=_("One for all values, so that they can be compared."),
    )
    more_options = forms.CharField(
        label=_("Options"),
        required=False,
        help_text=_("One on each line."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    is_open = forms.BooleanField(
        label=_("Imports may add options"),
        required=False,
    )
    is_required = forms.BooleanField(label=_("Has to be filled in in forms"), required=False)
    known_when = forms.ChoiceField(
        label=_("When is it known?"),
        choices=KnownWhen,
        help_text=_("A score never learns from fields that are filled in after contact."),
    )
    is_actionable = forms.BooleanField(
        label=_("Can be acted upon"),
        required=False,
        help_text=_(
            "Such as “budget confirmed”: the page of a lead then says by how much leads with another value score higher."
        ),
    )

    def __init__(
        self,
        *args: Any,
        field: CustomField,
        targets: Sequence[tuple[str, Any]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.field = field
        for name in CHANGEABLE:
            self.initial.setdefault(name, getattr(field, name))
        chosen: Any = self.fields["target"]
        chosen.choices = targets
        for name in self._left_out():
            del self.fields[name]
        if "more_options" in self.fields:
            self._add_options()

    def _left_out(self) -> set[str]:
        kind = self.field.type
        parts = {
            "target": kind == FieldType.LINK and self.field.pk is None,
            "currency": kind == FieldType.MONEY,
            "more_options": kind in CHOSEN_TYPES,
            "is_open": kind in CHOSEN_TYPES,
        }
        return {name for name, is_asked in parts.items() if not is_asked}

    def _add_options(self) -> None:
        before_more = list(self.fields).index("more_options")
        names = list(self.fields)
        for place, option in enumerate(self.field.options):
            name = f"option_{place}"
            self.fields[name] = forms.CharField(
                label=_("Option %(number)s") % {"number": place + 1},
                max_length=200,
                required=False,
                initial=option["label"],
            )
            names.insert(before_more + place, name)
        if self.field.options:
            self.fields["more_options"].label = _("More options")
        self.order_fields(names)

    def values(self) -> dict[str, Any]:
        """What the service takes; an option that was emptied is taken away."""
        data = self.cleaned_data
        values = {name: data[name] for name in data if not name.startswith(("option_", "more_"))}
        if "more_options" not in self.fields:
            return values
        kept = [
            {**option, "label": data[f"option_{place}"].strip()}
            for place, option in enumerate(self.field.options)
            if data.get(f"option_{place}", "").strip()
        ]
        lines = [line.strip() for line in data["more_options"].splitlines() if line.strip()]
        taken = {option["key"] for option in self.field.options}
        return {**values, "options": [*kept, *options_from(lines, taken)]}
