"""Forms of customer segments: what one is called, what the model reads."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.models import SegmentOptions
from crm.models import CustomerSegment
from crm.models.customer_segments import COLOURS

COLOUR_NAMES = (
    _("Blue"),
    _("Orange"),
    _("Teal"),
    _("Pink"),
    _("Violet"),
    _("Olive"),
    _("Sky"),
    _("Grey"),
)


class SegmentForm(forms.Form):
    """Name, description and colour."""

    name = forms.CharField(
        label=pgettext_lazy("segment", "Name"),
        max_length=80,
        required=False,
        help_text=_("Left empty, it is called what the model calls it."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, max_length=2_000, widget=forms.Textarea
    )
    colour = forms.TypedChoiceField(
        label=_("Colour"),
        coerce=int,
        choices=list(zip(range(1, COLOURS + 1), COLOUR_NAMES, strict=True)),
    )

    def __init__(self, *args: Any, segment: CustomerSegment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            self.initial.setdefault(name, getattr(segment, name))


class OptionsForm(forms.Form):
    """What the model may read."""

    def __init__(self, *args: Any, options: SegmentOptions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("reads_profile", "reads_text"):
            column: Any = SegmentOptions._meta.get_field(name)
            self.fields[name] = forms.BooleanField(
                label=capfirst(str(column.verbose_name)),
                help_text=column.help_text,
                required=False,
                initial=getattr(options, name),
            )
