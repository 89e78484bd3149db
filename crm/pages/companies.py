"""The page of a company."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms.records import RecordForm
from core.models import User
from core.permissions import Access
from core.records import Pill, RecordPage, Related
from core.services.edits import keep_record
from crm.choices import CompanyKind
from crm.models import Company, Contact, Deal, Lead
from crm.pages import shared
from crm.pages.alike import companies_alike
from crm.queries.acquaintances import with_ties
from crm.queries.doubles import with_doubles
from crm.queries.lifetimes import with_buyers

TONES: dict[str, str] = {
    CompanyKind.CUSTOMER: "ok",
    CompanyKind.PROSPECT: "accent",
    CompanyKind.PARTNER: "violet",
}


def _sub(company: Company, access: Access) -> str:
    shown = (getattr(company, n) for n in ("industry", "city") if access.sees(f"crm.company.{n}"))
    return " · ".join(filter(None, shown))


def _pills(company: Company, access: Access) -> Sequence[Pill]:
    pills = list(shared.nobodys(company))
    if access.sees("crm.company.kind"):
        pills.insert(0, shared.toned(company.get_kind_display(), TONES, company.kind))
    return pills


def _subsidiaries(company: Company, user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Company.objects.visible_to(user).filter(parent=company).for_list()
    return rows.order_by("name_key", "pk")


def _contacts(company: Company, user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Contact.objects.visible_to(user).filter(company=company)
    return rows.order_by("name_key", "pk")


def _deals(company: Company, user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Deal.objects.visible_to(user).open().filter(company=company).for_list()
    return rows.order_by("-pk")


def _leads(company: Company, user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Lead.objects.visible_to(user).filter(company=company).for_list()
    return rows.order_by("-pk")


def _title(contact: Contact, access: Access) -> str:
    return contact.job_title if access.sees("crm.contact.job_title") else ""


COMPANY_PAGE = RecordPage(
    "crm.company",
    create_url="company_create",
    edit_url="company_edit",
    first=("name", "kind", "website", "phone", "industry", "city", "country", "employees"),
    save=keep_record,
    form=RecordForm,
    new_title=_("New company"),
    edit_title=_("Edit company"),
    saved=_("The company is saved."),
    rows=lambda rows: with_buyers(
        with_ties(with_doubles(rows.select_related("parent", "life__stage", "life__contact")))
    ),
    sub=_sub,
    pills=_pills,
    actions=(shared.note_action(),),
    related=(
        Related(
            "contacts",
            _("Contacts"),
            "crm.contact",
            "users",
            _contacts,
            note=_title,
            filter_name="company",
            new_field="company",
        ),
        Related(
            "deals",
            _("Open deals"),
            "crm.deal",
            "layout-kanban",
            _deals,
            note=shared.deal_note,
            filter_name="company",
            new_field="company",
        ),
        Related(
            "leads",
            _("Leads"),
            "crm.lead",
            "target-arrow",
            _leads,
            note=shared.lead_note,
            filter_name="company",
            new_field="company",
        ),
        Related(
            "subsidiaries",
            _("Subsidiaries"),
            "crm.company",
            "building",
            _subsidiaries,
            note=_sub,
            filter_name="parent",
            new_field="parent",
        ),
    ),
    is_square=True,
    duplicates=companies_alike,
    tabs=shared.tabs(has_activities=True),
)
