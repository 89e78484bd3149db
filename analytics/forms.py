"""Forms of analytics."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.queries.lead_score_fields import parting_fields


class GroupsForm(forms.Form):
    """Which fields part the leads into groups that are compared."""

    compared = forms.MultipleChoiceField(
        label=_("Fields"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Fields that must not decide whom you call: country, language, gender where you record it. "
            "At most five. They are compared from the next training on."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = sorted(parting_fields().items(), key=lambda item: str(item[1]))
        choices = self.fields["compared"]
        assert isinstance(choices, forms.MultipleChoiceField)  # noqa: S101  # declared above
        choices.choices = [(name, label) for name, label in offered]
