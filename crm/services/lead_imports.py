"""Importing leads: starting, saving slices, finishing."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from core import audit, permissions
from core.errors import Refused
from core.jobs.questions import ask
from core.locks import lock_for_transaction
from core.models import JobRun, User
from core.services.custom_fields import ensure_field, learn_options
from core.services.records import CREATE, after_change
from core.upsert import update_rows
from crm.models import Lead, LeadImport, RefusedRow
from crm.services.companies import find_or_create_companies
from crm.services.contacts import find_or_create_contacts
from crm.services.import_mapping import CUSTOM, restrict_mapping, twice_mapped, type_of
from crm.services.lead_rows import LeadDraft, ParsedRows, RowParser, RowRefused
from crm.services.leads import close_or_open

if TYPE_CHECKING:
    from crm.models import Company, Contact

# What an imported row may change of a lead that is there.
UPDATED_FIELDS = [
    "status",
    "source",
    "country",
    "city",
    "contact",
    "company",
    "custom",
    "captured_at",
    "closed_at",
    "updated_at",
]
FOREIGN = gettext_noop(
    "The external ID “%(id)s” cannot be used: you may not change its lead, or it is taken elsewhere."
)


@transaction.atomic
def start_import(
    *,
    lead_import: LeadImport,
    mapping: list[dict[str, Any]],
    owner: User | None,
    by: User,
    as_of: datetime,
) -> JobRun:
    """Make the custom fields the mapping asks for and put the import into the queue."""
    permissions.require(by, "crm.lead.import")
    if LeadImport.objects.select_for_update().get(pk=lead_import.pk).is_started:
        raise Refused(_("This file was already imported."))
    if twice := twice_mapped(mapping):
        raise Refused(
            _("More than one column is matched to: %(fields)s.")
            % {"fields": pgettext("punctuation", ", ").join(twice)}
        )
    mapping = restrict_mapping(mapping, permissions.access_of(by))
    for entry in mapping:
        if entry["target"] == CUSTOM:
            entry["key"] = ensure_field(
                object_type="crm.lead",
                label=entry["column"],
                field_type=type_of(entry),
                known_when=entry["known_when"],
                by=by,
            ).key
    run = ask(
        kind="crm.lead_import",
        as_of=as_of,
        scope={"import": lead_import.pk, "file": lead_import.file_name},
        requested_by=by,
    )
    lead_import.mapping = mapping
    lead_import.owner = owner
    lead_import.team = owner.team if owner else by.team
    lead_import.run = run
    lead_import.save(update_fields=["mapping", "owner", "team", "run"])
    audit.record(actor=by, action="import.start", subject=lead_import, run=run)
    return run


def save_rows(*, lead_import: LeadImport, rows: ParsedRows) -> dict[str, int]:
    """Write one slice inside the caller's transaction; returns created, updated, refused."""
    lock_for_transaction("crm.lead_import")
    leads = _existing_leads(rows.drafts)
    foreign = leads.keys() - _changeable(leads, lead_import)
    drafts = [draft for draft in rows.drafts if draft.number not in foreign]
    refused = [
        *rows.refused,
        *(_refuse_foreign(lead_import, d) for d in rows.drafts if d.number in foreign),
    ]
    companies = find_or_create_companies(
        (draft.company for draft in drafts),
        by=lead_import.created_by,
        owner=lead_import.owner,
        team=lead_import.team,
    )
    contacts = find_or_create_contacts(drafts, companies, leads, lead_import)
    new: list[Lead] = []
    changed: dict[int, Lead] = {}
    before: dict[int, dict[str, Any]] = {}
    for draft in drafts:
        lead = leads.get(draft.number)
        if lead is None:
            lead = Lead(owner=lead_import.owner, team=lead_import.team, imported_by=lead_import)
            new.append(lead)
            if draft.number:  # a later row with the same number updates this one
                leads[draft.number] = lead
        elif lead.pk and lead.pk not in changed:
            changed[lead.pk], before[lead.pk] = lead, audit.snapshot(lead)
        fill_lead(lead, draft, companies, contacts)
    Lead.objects.bulk_create(new, batch_size=500)
    update_rows(list(changed.values()), fields=UPDATED_FIELDS)
    by = lead_import.created_by
    after_change("crm.lead", [lead.pk for lead in new], action=CREATE, by=by)
    changes = {pk: audit.differences(before[pk], lead) for pk, lead in changed.items()}
    after_change("crm.lead", changed, changes=changes, by=by)
    RefusedRow.objects.bulk_create(refused, batch_size=500)
    learn_options(object_type="crm.lead", values=(draft.custom for draft in drafts))
    return {"created": len(new), "updated": len(changed), "refused": len(refused)}


def _refuse_foreign(lead_import: LeadImport, draft: LeadDraft) -> RefusedRow:
    refusal = RowRefused(FOREIGN, id=draft.number)
    return RowParser(lead_import).refuse(draft.row_number, draft.raw, refusal)


def _existing_leads(drafts: Sequence[LeadDraft]) -> dict[str, Lead]:
    keys = {draft.number for draft in drafts if draft.number}
    return {
        str(lead.external_id): lead
        for lead in Lead.objects.filter(external_id__in=keys).select_related("contact", "company")
    }


def _changeable(existing: dict[str, Lead], lead_import: LeadImport) -> set[str]:
    """The numbers of the leads that whoever imports may edit."""
    if not existing or lead_import.created_by is None:
        return set()
    rows = Lead.objects.filter(external_id__in=existing).visible_to(lead_import.created_by, "edit")
    return {str(number) for number in rows.values_list("external_id", flat=True)}


def fill_lead(
    lead: Lead,
    draft: LeadDraft,
    companies: "dict[str, Company]",
    contacts: "dict[int, Contact]",
) -> None:
    """Write what the row says into the lead; what it leaves out stays."""
    for name, value in draft.lead.items():
        setattr(lead, name, value)
    lead.custom = {**lead.custom, **draft.custom}
    if draft.company:
        lead.company = companies[draft.company]
    if draft.row_number in contacts:
        lead.contact = contacts[draft.row_number]
    close_or_open(lead, timezone.now())
    lead.updated_at = timezone.now()


def finish_import(*, lead_import: LeadImport, run: JobRun) -> None:
    """Leave the trace of an import that is whole."""
    audit.record(actor=lead_import.created_by, action="import.finish", subject=lead_import, run=run)
