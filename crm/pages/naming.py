"""Forms of people: their company is chosen or made by its name; who is probably there is found."""

from typing import Any

from django import forms
from django.db import transaction

from core.forms.records import RecordForm
from core.records.fields import RecordField
from core.records.links import LinkField
from core.services.edits import Outcome
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
