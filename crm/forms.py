"""Forms of sales."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.choices import FieldType
from core.fields.parsing import parse_value
from core.models import CustomField, User
from core.permissions import Access
from core.services.custom_fields import fields_of
from crm.models import Company, Contact, Lead
from crm.services.leads import may_edit_person

PERSON_FIELDS = ("name", "email", "phone", "job_title")
PREFIX = "custom_"


class UploadForm(forms.Form):
    """A file of leads."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("With a header row. UTF-8, UTF-16, GB18030 and Windows files are read."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )


def restrict(form: forms.BaseForm, access: Access, full_names: dict[str, str]) -> None:
    """Drop the fields the user may not see, lock those the user may not edit."""
    for name in list(form.fields):
        full = full_names[name]
        if not access.sees(full):
            del form.fields[name]
        elif not access.edits(full):
            form.fields[name].disabled = True


def _full_names(object_type: str, names: Iterable[str]) -> dict[str, str]:
    """Form field to the name rules know it by; the company's name stands for the company."""
    return {
        name: f"{object_type}.{name.replace(PREFIX, 'custom.', 1).removesuffix('_name')}"
        for name in names
    }


class LeadForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A lead with its person, its company and its custom fields."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=50, required=False)
    job_title = forms.CharField(label=_("Job title"), max_length=200, required=False)
    company_name = forms.CharField(label=_("Company"), max_length=200, required=False)

    class Meta:
        model = Lead
        fields = ["status", "source", "country", "city"]

    field_order = [
        "name",
        "email",
        "phone",
        "job_title",
        "company_name",
        "status",
        "source",
        "country",
        "city",
    ]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        lead = self.instance
        if lead.contact is not None:
            for name in PERSON_FIELDS:
                self.initial[name] = getattr(lead.contact, name)
        if lead.company is not None:
            self.initial["company_name"] = lead.company.name
        self.custom_fields = fields_of("crm.lead")
        for custom_field in self.custom_fields:
            self.fields[PREFIX + custom_field.key] = _custom_form_field(custom_field)
            self.initial[PREFIX + custom_field.key] = lead.custom.get(custom_field.key)
        names = _full_names("crm.lead", self.fields)
        names |= {name: f"crm.contact.{name}" for name in PERSON_FIELDS}
        if not may_edit_person(lead, user):
            for name in PERSON_FIELDS:
                self.fields[name].disabled = True
                self.fields[name].help_text = _("This contact belongs to somebody else.")
        restrict(self, permissions.access_of(user), names)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for custom_field in self.custom_fields:
            name = PREFIX + custom_field.key
            if name in data:
                self._clean_custom(custom_field, name, data[name])
        if not self.instance.pk and not any(data.get(n) for n in (*PERSON_FIELDS, "company_name")):
            self.add_error("name", _("Enter a name, an e-mail address, a phone or a company."))
        return data

    def _clean_custom(self, custom_field: CustomField, name: str, text: Any) -> None:
        try:
            value = parse_value(custom_field, str(text or ""), by=self.user)
        except ValueError as error:
            self.add_error(name, str(error))
            return
        custom = dict(self.instance.custom)
        custom[custom_field.key] = value
        if value is None:
            del custom[custom_field.key]
        self.instance.custom = custom

    def person(self) -> dict[str, str]:
        """The person's values among the fields that are shown."""
        data = self.cleaned_data
        return {name: data[name] for name in PERSON_FIELDS if name in data}


def _custom_form_field(custom_field: CustomField) -> forms.Field:
    widget: forms.Widget = forms.TextInput()
    if custom_field.type == FieldType.BOOLEAN:
        widget = forms.Select(choices=[("", "—"), ("True", _("Yes")), ("False", _("No"))])
    elif custom_field.type == FieldType.DATE:
        widget = forms.DateInput(attrs={"type": "date"})
    return forms.CharField(
        label=custom_field.label, required=False, widget=widget, max_length=5_000
    )


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A contact; the company is chosen by name."""

    company_name = forms.CharField(label=_("Company"), max_length=200, required=False)

    class Meta:
        model = Contact
        fields = ["name", "email", "phone", "job_title", "city", "country"]

    field_order = ["name", "email", "phone", "job_title", "company_name", "city", "country"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.company is not None:
            self.initial["company_name"] = self.instance.company.name
        restrict(self, permissions.access_of(user), _full_names("crm.contact", self.fields))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        stored = self.instance
        if not any(data.get(n, getattr(stored, n)) for n in ("name", "email", "phone")):
            self.add_error("name", _("Enter a name, an e-mail address or a phone."))
        return data


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A company."""

    class Meta:
        model = Company
        fields = ["name", "website", "phone", "industry", "city", "country", "employees"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        restrict(self, permissions.access_of(user), _full_names("crm.company", self.fields))
