"""What people ask the audit log."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ids import LARGEST_ID
from core.models import User
from core.queries.audit import AuditSearch, may_search_words, type_label
from core.registries import audit_actions, audited_types, record_types

DAY = {"type": "date"}
ANY = ("", pgettext_lazy("choice", "any"))


class AuditForm(forms.Form):
    """Person, act, record, days and words; nothing has to be given."""

    q = forms.CharField(label=_("Words in the values"), max_length=100, required=False)
    actor = forms.ChoiceField(label=_("Who"), required=False)
    action = forms.ChoiceField(label=_("What was done"), required=False)
    type = forms.ChoiceField(label=_("To what"), required=False)
    number = forms.IntegerField(
        label=_("Number of the record"), min_value=1, max_value=LARGEST_ID, required=False
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=DAY))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs=DAY))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(each.pk), each.display_name) for each in User.objects.all()]
        self._offer("actor", people)
        acts = ((act.key, str(act.label)) for act in audit_actions)
        self._offer("action", sorted(acts, key=lambda act: act[1]))
        kinds = [
            (key, type_label(key))
            for key in (*(kind.key for kind in record_types), *(it.key for it in audited_types))
        ]
        self._offer("type", sorted(kinds, key=lambda kind: kind[1]))
        if not may_search_words(user):
            del self.fields["q"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [ANY, *choices]

    def search(self) -> AuditSearch:
        """What was asked for; what cannot be asked is left out."""
        data = getattr(self, "cleaned_data", {})
        actor = data.get("actor")
        return AuditSearch(
            actor=int(actor) if actor else None,
            action=data.get("action", ""),
            object_type=data.get("type", ""),
            object_id=data.get("number"),
            since=data.get("since"),
            until=data.get("until"),
            words=data.get("q", "").replace("\0", ""),
        )
