"""Web forms: what visitors fill in, and the editor of a form."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core import signing
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from marketing.models import Purpose, WebForm
from marketing.services.web_forms import FIELDS, purposes_of, wording_of

BEGIN = ("name", "language", "title", "intro")
TRAP = "website"
SALT = "marketing.webform"
FEWEST_DIGITS = 5  # of a phone number
OLDEST = 86_400  # of a page that somebody left open
WIDGETS: dict[str, Any] = {
    "message": forms.Textarea(attrs={"rows": 4}),
    "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    "name": forms.TextInput(attrs={"autocomplete": "name"}),
    "company": forms.TextInput(attrs={"autocomplete": "organization"}),
    "job_title": forms.TextInput(attrs={"autocomplete": "organization-title"}),
}


def new_token() -> str:
    """Says when the page was made, and is there once."""
    return signing.TimestampSigner(salt=SALT).sign(get_random_string(16))


class VisitorForm(forms.Form):
    """The fields that a web form asks for, the box of consent, which is never ticked, and a trap."""

    def __init__(
        self, data: Any = None, *, form: WebForm, purposes: Iterable[Purpose] | None = None
    ) -> None:
        """`purposes` are those of a form that is not saved yet."""
        super().__init__(data, auto_id="f_%s")
        for each in form.fields:
            name = each["name"]
            if name in FIELDS:
                self.fields[name] = _field(name, is_required=bool(each.get("required")))
        self.names = list(self.fields)
        asked = purposes_of(form) if purposes is None else list(purposes)
        if asked:
            wording = wording_of(form, asked)
            self.fields["consent"] = forms.BooleanField(label=wording, required=False)

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        if phone and sum(each.isdecimal() for each in phone) < FEWEST_DIGITS:
            raise forms.ValidationError(_("Enter a phone number, such as +49 30 1234567."))
        return phone

    def values(self) -> dict[str, str]:
        return {name: str(self.cleaned_data.get(name) or "").strip() for name in self.names}


def _field(name: str, *, is_required: bool) -> forms.Field:
    label, longest = FIELDS[name]
    if name == "email":
        widget = forms.EmailInput(attrs={"autocomplete": "email"})
        return forms.EmailField(
            label=label, max_length=longest, required=is_required, widget=widget
        )
    return forms.CharField(
        label=label, max_length=longest, required=is_required, widget=WIDGETS.get(name)
    )


class WebFormEditor(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Which fields, which consent, what happens afterwards, on which websites."""

    asked = forms.MultipleChoiceField(
        label=_("Fields"),
        choices=[(name, label) for name, (label, _longest) in FIELDS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    needed = forms.MultipleChoiceField(
        label=_("Must be filled in"),
        choices=[(name, label) for name, (label, _longest) in FIELDS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    websites = forms.CharField(
        label=_("Websites"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "https://example.com"}),
        help_text=_("Where the form stands in a frame or is sent by a script, one on each line."),
    )

    redirect_url = forms.URLField(
        label=_("Page afterwards"),
        required=False,
        max_length=300,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/thanks"}),
        help_text=_("Empty: the thanks are shown."),
    )

    class Meta:
        model = WebForm
        fields = (
            "name",
            "language",
            "title",
            "intro",
            "button",
            "purposes",
            "consent_text",
            "is_confirmed",
            "makes_lead",
            "source",
            "thanks",
            "redirect_url",
            "is_open",
        )
        widgets = {
            "intro": forms.Textarea(attrs={"rows": 2}),
            "consent_text": forms.Textarea(attrs={"rows": 2}),
            "thanks": forms.Textarea(attrs={"rows": 2}),
            "purposes": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "purposes": _("With a box that is not ticked; without a purpose there is no box."),
            "consent_text": _("Kept with each answer as proof. Empty: the usual sentence."),
            "source": _("Of new contacts and leads. Empty: the name of the form."),
        }

    def __init__(self, data: Any = None, *, instance: WebForm) -> None:
        super().__init__(data, instance=instance)
        chosen: Any = self.fields["purposes"]
        chosen.queryset = Purpose.objects.in_use()
        self.initial["asked"] = [each["name"] for each in instance.fields]
        self.initial["needed"] = [each["name"] for each in instance.fields if each["required"]]
        self.initial["websites"] = "\n".join(instance.origins)
        self.order_fields([*BEGIN, "asked", "needed", "button", "purposes", "consent_text"])

    @property
    def begin(self) -> list[forms.BoundField]:
        """What stands above the fields."""
        return [self[name] for name in BEGIN]

    @property
    def rest(self) -> list[forms.BoundField]:
        others = (*BEGIN, "asked", "needed")
        return [self[name] for name in self.fields if name not in others]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each field that can be asked for, and whether it is and has to be filled in."""
        asked, needed = self["asked"].value() or (), self["needed"].value() or ()
        return [
            {
                "name": name,
                "label": label,
                "is_asked": name in asked or name in needed,
                "is_needed": name in needed,
            }
            for name, (label, _longest) in FIELDS.items()
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("redirect_url", "").startswith("ftp"):
            self.add_error("redirect_url", _("Enter a web address."))
        asked, needed = set(said.get("asked", ())), set(said.get("needed", ()))
        self.instance.fields = [
            {"name": name, "required": name in needed}
            for name in FIELDS
            if name in asked | needed  # what must be filled in is asked for
        ]
        self.instance.origins = said.get("websites", "").split()
        return said
