"""Forms of people: their company is chosen or made by its name; who is probably there is found."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Q, QuerySet

from core.forms.records import RecordForm
from core.models import User
from core.records.fields import RecordField
from core.records.links import LinkField
from core.services.edits import Outcome
from core.text import comparable
from crm.models import Contact
from crm.services.companies import find_or_create_companies

COMPANY = "company_name"


class NamesCompany(RecordForm):
    """A name that no company has becomes one when the form is saved, where the role makes companies."""

    def control_name(self, field: RecordField) -> str:
        return COMPANY if field.name == "company" else super().control_name(field)

    def control(self, name: str, field: RecordField) -> forms.Field:
        if name != COMPANY:
            return super().control(name, field)
        return LinkField(
            target=field.target,
            user=self.user,
            allows_new=self.access.may("crm.company.create"),
            label=field.label,
            required=False,
        )

    def settled(self) -> dict[str, Any]:
        values = super().settled()
        name = values.get(COMPANY)
        if isinstance(name, str):
            owner = self.record.owner or self.user
            found = find_or_create_companies([name], by=self.user, owner=owner, team=owner.team)
            values[COMPANY] = found[name]
        return values

    @transaction.atomic
    def save(self, at: Any) -> Outcome:
        return super().save(at)


def duplicate_people(values: Mapping[str, Any], user: User) -> QuerySet[Any] | None:
    """Contacts with the same e-mail address, else with the same name."""
    people: QuerySet[Any] = Contact.objects.visible_to(user)
    same = Q()
    if values.get("email"):
        same |= Q(email_key=values["email"].strip().casefold())
    if values.get("name"):
        same |= Q(name_key=comparable(values["name"]))
    return people.filter(same).order_by("pk") if same else None
