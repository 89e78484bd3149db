"""What is asked about segments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Hue, Sharing
from core.forms.bulk import ChangeForm
from marketing.choices import SegmentKind
from marketing.models import Segment
from marketing.services.list_changes import AddToList, RemoveFromList
from marketing.services.segments import lists_for

AGAIN = {"data-again": True}
WHOSE = (
    (
        Sharing.PRIVATE,
        pgettext_lazy("segment", "Only the owner and whoever reaches the owner's records"),
    ),
    (Sharing.TEAM, pgettext_lazy("segment", "The owner's team")),
    (Sharing.ALL, pgettext_lazy("segment", "Everybody")),
)


class SegmentForm(forms.Form):
    """What a segment is called and whose it is; the filter builder asks who is in it."""

    name = forms.CharField(label=pgettext_lazy("segment", "Name"), max_length=120)
    kind = forms.ChoiceField(
        label=pgettext_lazy("segment", "How contacts come in"),
        choices=(
            (SegmentKind.DYNAMIC, _("By a condition, by themselves")),
            (SegmentKind.STATIC, _("By hand: a list")),
        ),
        widget=forms.Select(attrs=AGAIN),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    hue = forms.ChoiceField(label=_("Colour"), choices=Hue.choices, required=False)
    sharing = forms.ChoiceField(label=_("Who has it"), choices=WHOSE)

    def __init__(self, data: Any = None, *, segment: Segment, typed: Any = None) -> None:
        """`typed` is what stands in the form while only lines of the condition change."""
        self.segment = segment
        names = ("name", "kind", "description", "hue", "sharing")
        initial = {name: getattr(segment, name) for name in names}
        if typed is not None:
            initial = {name: typed.get(name, initial[name]) for name in names}
        super().__init__(data, initial=initial)
        if segment.pk:
            del self.fields["kind"]

    @property
    def is_dynamic(self) -> bool:
        """What stands in the form now."""
        if self.segment.pk:
            return self.segment.is_dynamic
        return str(self["kind"].value()) != SegmentKind.STATIC

    def filled(self) -> Segment:
        """The segment with what the form says."""
        for name, value in self.cleaned_data.items():
            setattr(self.segment, name, value)
        return self.segment


class _ListForm(ChangeForm):
    """Which of the lists that one may change."""

    segment = forms.TypedChoiceField(label=pgettext_lazy("segment", "List"), coerce=int)

    def prepare(self) -> None:
        field: Any = self.fields["segment"]
        field.choices = [(each.pk, each.name) for each in lists_for(self.by)]
        if not field.choices:
            field.help_text = _(
                "There is no list yet that you may change. Make one under Segments."
            )


class AddToListForm(_ListForm):
    """Onto a list."""

    def change(self) -> AddToList:
        return AddToList(self.cleaned_data["segment"])


class RemoveFromListForm(_ListForm):
    """Off a list."""

    def change(self) -> RemoveFromList:
        return RemoveFromList(self.cleaned_data["segment"])
