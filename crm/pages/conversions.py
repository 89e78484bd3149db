"""The dialog in which a lead becomes a deal: who and which company are there already, and the deal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.assigning import assignable_users
from core.forms.records import CURRENCY
from core.models import User
from core.phrases import percent
from core.records import Alike
from core.records.links import LinkField
from core.records.lookups import name_of
from core.records.plain import plain
from crm.methods.duplicates.words import FREE_MAIL
from crm.models import Company, Contact, Deal, Lead
from crm.pages.alike import LEAST, companies_alike, people_alike
from crm.pages.deals import DEAL_PAGE, DealForm

DEAL_FIELDS = ("name", "stage", "amount", "currency", "close")
PERSON = ("name", "email", "phone", "job_title")
KEEP, OTHER, NEW, NONE = "keep", "other", "new", "none"
SURE = 0.9  # a record that is so probably the same is chosen to begin with
LONGEST_NAME = 200


@dataclass(frozen=True)
class Option:
    """One way to go on with the company or the contact."""

    value: str
    title: str
    note: str = ""
    controls: Sequence[BoundField] = ()
    is_chosen: bool = False


class ConversionForm(DealForm):
    """The deal of a lead with its owner; company and contact are kept, chosen or made."""

    def __init__(self, data: Any = None, *, lead: Lead, user: User) -> None:
        self.lead = lead
        access = permissions.access_of(user)
        super().__init__(
            data,
            page=DEAL_PAGE,
            record=Deal(),
            user=user,
            names=DEAL_FIELDS,
            initial=_deal_of(lead, access),
        )
        self.auto_id = "convert_%s"
        self.firms = self._found("company", companies_alike, _firm_of(lead, access))
        self.people = self._found("contact", people_alike, _person_of(lead, access))
        self._add_owner()
        self._add_choice("company", self.firms)
        self._add_choice("contact", self.people)

    # -- what there is -----------------------------------------------------------------------------

    def _told(self, link: str) -> Any:
        """The lead's own company or contact, if the user may be told of it."""
        record = getattr(self.lead, link)
        is_told = self.access.sees(f"crm.lead.{link}") and self.access.reaches(record)
        return record if is_told else None

    def _found(self, link: str, look: Any, values: Mapping[str, Any]) -> list[Alike]:
        """Records that are probably the same, without the one that the lead has already."""
        linked = getattr(self.lead, f"{link}_id")
        if not self.access.sees(f"crm.lead.{link}") or not self.access.may(f"crm.{link}.view"):
            return []
        found = [each for each in look(values, self.user) if each.record.pk != linked]
        if link == "company":
            found += self._employer(linked, {each.record.pk for each in found})
        return found

    def _employer(self, linked: int | None, known: set[int]) -> Iterator[Alike]:
        """Where the lead's contact works."""
        person = self._told("contact")
        firm = person.company if person is not None else None
        is_seen = self.access.sees("crm.contact.company") and self.access.reaches(firm)
        if firm is not None and is_seen and firm.pk != linked and firm.pk not in known:
            yield Alike(firm, 1.0, [gettext("The contact works there")])

    # -- controls ----------------------------------------------------------------------------------

    def _add_owner(self) -> None:
        users = {each.pk: each for each in (self.user, *assignable_users(self.user, "crm.deal"))}
        self.owners = users
        first = self.lead.owner_id if self.lead.owner_id in users else self.user.pk
        self.fields["owner"] = forms.TypedChoiceField(
            label=_("Owner"),
            coerce=int,
            choices=[(each.pk, each.display_name) for each in users.values()],
            initial=first,
        )

    def _add_choice(self, link: str, found: list[Alike]) -> None:
        """Radio buttons, and the controls that two of them have."""
        self.fields[link] = forms.ChoiceField(
            choices=[(value, value) for value in self._values(link, found)],
            initial=self._first(link, found),
            label=_("Company") if link == "company" else _("Contact"),
        )
        self.fields[f"{link}_other"] = LinkField(
            target=f"crm.{link}", user=self.user, required=False, label=_("Search by name")
        )
        if NEW not in self._values(link, found):
            return
        names = ("name",) if link == "company" else PERSON
        for name in names:
            if self.access.edits(f"crm.{link}.{name}"):
                self.fields[f"{link}_{name}"] = _new_control(link, name)

    def _values(self, link: str, found: list[Alike]) -> list[str]:
        linked = getattr(self.lead, f"{link}_id")
        values = [KEEP] if linked else []
        if linked and not self.access.edits(f"crm.lead.{link}"):
            return values
        values += [str(each.record.pk) for each in found]
        if self.access.may(f"crm.{link}.view"):
            values.append(OTHER)
        if self.access.may(f"crm.{link}.create"):
            values.append(NEW)
        return [*values, NONE]

    def _first(self, link: str, found: list[Alike]) -> str:
        if getattr(self.lead, f"{link}_id"):
            return KEEP
        sure = [each for each in found if each.probability >= SURE]
        return str(sure[0].record.pk) if sure else NONE

    # -- for the template --------------------------------------------------------------------------

    @property
    def company_options(self) -> list[Option]:
        return self._options("company", self.firms)

    @property
    def contact_options(self) -> list[Option]:
        return self._options("contact", self.people)

    def _options(self, link: str, found: list[Alike]) -> list[Option]:
        chosen = str(self[link].value() or "")
        alike = {str(each.record.pk): each for each in found}
        return [
            self._option(link, value, alike.get(value), is_chosen=value == chosen)
            for value in self._values(link, found)
        ]

    def _option(self, link: str, value: str, alike: Alike | None, *, is_chosen: bool) -> Option:
        if alike is not None:
            share = gettext("%(share)s the same") % {"share": percent(alike.probability)}
            is_likely = LEAST <= alike.probability < 1
            note = " · ".join([*([share] if is_likely else []), *alike.reasons])
            return Option(value, name_of(alike.record, self.user), note, (), is_chosen)
        if value == KEEP:
            record = self._told(link)
            hidden = gettext("a record that you may not see")
            title = name_of(record, self.user) if record is not None else hidden
            return Option(value, title, gettext("As the lead has it"), (), is_chosen)
        titles = {
            OTHER: gettext("Another one that is here"),
            NEW: gettext("A new company") if link == "company" else gettext("A new contact"),
            NONE: gettext("None"),
        }
        names = {OTHER: ("other",), NEW: ("name", "email", "phone", "job_title")}.get(value, ())
        controls = [self[f"{link}_{name}"] for name in names if f"{link}_{name}" in self.fields]
        return Option(value, titles[value], "", controls, is_chosen)

    @property
    def deal_controls(self) -> list[BoundField]:
        return [self[name] for name in (*DEAL_FIELDS, "owner") if name in self.fields]

    # -- what was said -----------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for link in ("company", "contact"):
            other = f"{link}_other"
            if data.get(link) == OTHER and not data.get(other) and other not in self.errors:
                self.add_error(other, _("Choose one of the suggestions."))
            if data.get(link) == NEW:
                self._check_new(link, data)
        return data

    def _check_new(self, link: str, data: Mapping[str, Any]) -> None:
        if link == "company" and not data.get("company_name"):
            self.add_error("company_name", _("Enter the name of the company."))
        if link == "contact" and not any(data.get(f"contact_{name}") for name in PERSON[:3]):
            place = "contact_name" if "contact_name" in self.fields else None
            self.add_error(place, _("Enter a name, an e-mail address or a phone."))

    def deal(self) -> Deal:
        """The deal that was described, not stored yet."""
        for name, value in self.settled().items():
            if value is not None:
                self.known[name].put(self.record, value)
        owner = self.owners[self.cleaned_data["owner"]]
        self.record.owner, self.record.team = owner, owner.team
        deal: Deal = self.record
        return deal

    def chosen(self, link: str) -> Any:
        """The record, what is known of a new one, or nothing."""
        value = self.cleaned_data[link]
        if value == NONE:
            return None
        if value == KEEP:
            return getattr(self.lead, link)
        if value == OTHER:
            return self.cleaned_data[f"{link}_other"]
        if value == NEW and link == "company":
            return self.cleaned_data["company_name"]
        if value == NEW:
            return {name: self.cleaned_data.get(f"contact_{name}", "") for name in PERSON}
        found = self.firms if link == "company" else self.people
        return next(each.record for each in found if str(each.record.pk) == value)


def _new_control(link: str, name: str) -> forms.Field:
    model: Any = Company if link == "company" else Contact
    labels = {
        "name": pgettext_lazy("company", "Name") if link == "company" else _("Full name"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "job_title": _("Job title"),
    }
    made: forms.Field = model._meta.get_field(name).formfield(label=labels[name], required=False)
    return made


def _deal_of(lead: Lead, access: permissions.Access) -> dict[str, Any]:
    """What the lead says of the deal, as far as the user may see it."""

    def told(name: str, value: Any) -> Any:
        return value if access.sees(f"crm.lead.{name}") else None

    company = told("company", lead.company)
    firm = company.name_for(access) if access.reaches(company) else ""
    who = firm or lead.name_for(access)
    interest = told("interest", lead.interest)
    said = {
        "name": f"{who}{pgettext('punctuation', ': ')}{interest}"[:LONGEST_NAME]
        if interest
        else who,
        "amount": plain(told("budget", lead.budget)),
        CURRENCY: told("currency", lead.currency),
        "close": told("needed_by", lead.needed_by),
    }
    return {name: value for name, value in said.items() if value}


def _person_of(lead: Lead, access: permissions.Access) -> dict[str, Any]:
    """The lead's person as the search for the same one takes it."""
    person = lead.contact
    if person is None or not access.reaches(person) or not access.sees("crm.lead.contact"):
        return {}
    names = ("name", "email", "phone", "mobile", "job_title", "city")
    said = {name: getattr(person, name) for name in names if access.sees(f"crm.contact.{name}")}
    is_told = access.sees("crm.lead.company") and access.reaches(lead.company)
    return {**said, "company": lead.company if is_told else None}


def _firm_of(lead: Lead, access: permissions.Access) -> dict[str, Any]:
    """The lead's company, by its name, its website, or the address of its person."""
    firm, said = lead.company, {}
    if firm is not None and access.reaches(firm) and access.sees("crm.lead.company"):
        names = ("name", "domain", "website", "phone", "city")
        said = {name: getattr(firm, name) for name in names if access.sees(f"crm.company.{name}")}
    email = _person_of(lead, access).get("email", "")
    domain = email.rpartition("@")[2].casefold()
    if domain and domain not in FREE_MAIL and not said.get("domain") and not said.get("website"):
        said["domain"] = domain
    return said
