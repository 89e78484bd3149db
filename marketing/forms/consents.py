"""What the dialog of a consent for many contacts asks."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms.bulk import ChangeForm
from marketing.choices import Channel
from marketing.models import Purpose
from marketing.services.consent_changes import NOTABLE, NoteConsent


class NoteConsentForm(ChangeForm):
    """For what, whether it was given, and on whose word."""

    purpose = forms.TypedChoiceField(label=_("Purpose"), coerce=int)
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[(each.value, each.label) for each in Channel]
    )
    state = forms.ChoiceField(
        label=pgettext_lazy("consent", "State"),
        choices=[(each.value, each.label) for each in NOTABLE],
    )
    detail = forms.CharField(
        label=_("On whose word"),
        max_length=300,
        help_text=_("Such as: asked for it by phone, signed up at the fair. It is kept as proof."),
    )

    def prepare(self) -> None:
        field: forms.TypedChoiceField = self.fields["purpose"]  # type: ignore[assignment]
        field.choices = [(each.pk, each.name) for each in Purpose.objects.in_use()]
        if not field.choices:
            field.help_text = _("There is no purpose yet. Add one in the settings of messages.")

    def change(self) -> NoteConsent:
        said = self.cleaned_data
        return NoteConsent(said["purpose"], said["channel"], said["state"], said["detail"])
