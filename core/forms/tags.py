"""Forms of tags."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Hue
from core.models import Tag
from core.models.tags import LONGEST_NAME


class TagForm(forms.Form):
    """A tag's name and colour."""

    name = forms.CharField(label=pgettext_lazy("tag", "Name"), max_length=LONGEST_NAME)
    hue = forms.ChoiceField(
        label=_("Colour"), choices=Hue, required=False, widget=forms.RadioSelect
    )


class TagMergeForm(forms.Form):
    """Which of some tags stays."""

    into = forms.ChoiceField(label=_("Which one stays?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, tags: Sequence[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tags = {str(tag.pk): tag for tag in tags}
        choice: Any = self.fields["into"]
        choice.choices = [(pk, tag.name) for pk, tag in self.tags.items()]

    @property
    def chosen(self) -> Tag:
        return self.tags[self.cleaned_data["into"]]
