"""The pages of deals and products."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms.records import RecordForm
from core.models import User
from core.permissions import Access, related_row_condition
from core.records import Linked, Pill, RecordPage, Related, Tab
from core.records.fields import RecordField
from crm.choices import BuyingRole, StageKind
from crm.models import Competitor, Contact, Deal, DealContact, Product, Stage
from crm.pages import shared
from crm.pages.lines import lines_context
from crm.pages.quotes import quotes_context
from crm.services.deals import add_participant, remove_participant, save_deal
from crm.services.products import save_product

TONES: dict[str, str] = {StageKind.WON: "ok", StageKind.OPEN: "accent"}


class DealForm(RecordForm):
    """A deal; a new one says the stage it begins in."""

    def is_offered(self, field: RecordField) -> bool:
        begins = not self.record.pk and field.name == "stage"
        if field.name == "competitor":
            return self._competitors.exists()
        return begins or super().is_offered(field)

    @property
    def _competitors(self) -> QuerySet[Competitor]:
        """Those that are offered, and the one that the deal names already."""
        rows: QuerySet[Competitor] = Competitor.objects.all()
        return rows.filter(Q(is_archived=False) | Q(pk=self.record.competitor_id))

    def control(self, name: str, field: RecordField) -> forms.Field:
        if field.name == "competitor":
            rows = self._competitors
            return forms.ModelChoiceField(rows, label=field.label, required=False, empty_label="—")
        if field.name != "stage":
            return super().control(name, field)
        stages = Stage.objects.for_new_deals()
        return forms.ModelChoiceField(
            stages.select_related("pipeline"),
            label=field.label,
            empty_label=None,
            initial=stages.first(),
        )


def _save(deal: Deal, by: User, at: datetime) -> Deal:
    return save_deal(deal=deal, by=by, at=at)


def _add(*, record: Deal, other: Contact, role: str, by: User, at: datetime) -> None:
    add_participant(deal=record, contact=other, role=role, by=by)


def _remove(*, record: Deal, other: Contact, by: User, at: datetime) -> None:
    remove_participant(deal=record, contact=other, by=by)


def _save_product(product: Product, by: User, _at: datetime) -> Product:
    return save_product(product=product, by=by)


def _sub(deal: Deal, access: Access) -> str:
    return shared.company_name(deal, access, "crm.deal.company")


def _pills(deal: Deal, access: Access) -> Sequence[Pill]:
    pills = list(shared.nobodys(deal))
    if access.sees("crm.deal.stage"):
        pills.insert(0, shared.toned(str(deal.stage), TONES, deal.status))
    return pills


def _bar(deal: Deal, access: Access) -> Mapping[str, Any]:
    """Where the deal goes from here."""
    return {"may_move": access.edits("crm.deal.stage"), "is_open": deal.is_open}


def _with_outlook(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The deal with its lead and what the jobs say of it, without the figures of their versions."""
    whole = rows.select_related("lead__contact", "lead__company", "outlook__version")
    return whole.defer("outlook__version__metrics", "outlook__version__features")


def _participants(deal: Deal, user: User) -> QuerySet[Any]:
    rows = DealContact.objects.filter(deal=deal).select_related("contact")
    return rows.filter(related_row_condition(Contact, user, "contact")).order_by("pk")


def _deals_of(product: Product, user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Deal.objects.visible_to(user).filter(lines__product=product).for_list()
    return rows.order_by("-pk").distinct()


LINES = Tab(
    "lines",
    _("Products"),
    "package",
    "crm/deals/lines.html",
    lines_context,
    rule="crm.deal.amount",
)

QUOTES = Tab(
    "quotes",
    _("Quotes"),
    "file-text",
    "crm/quotes/tab.html",
    quotes_context,
    rule="crm.deal.amount",
)

DEAL_PAGE = RecordPage(
    "crm.deal",
    create_url="deal_create",
    edit_url="deal_edit",
    first=("name", "company", "contact", "stage", "amount", "currency", "close"),
    save=_save,
    form=DealForm,
    new_title=_("New deal"),
    edit_title=_("Edit deal"),
    saved=_("The deal is saved."),
    rows=_with_outlook,
    sub=_sub,
    pills=_pills,
    actions=shared.person_actions("contact"),
    linked=(
        Linked("contact", _("Main contact"), ("email", "phone", "job_title")),
        Linked("company", _("Company"), ("industry", "employees", "website", "city")),
    ),
    related=(
        Related(
            "participants",
            _("People"),
            "crm.contact",
            "users",
            _participants,
            record="contact",
            note=lambda part, _access: part.get_role_display(),
            role_field="role",
            role_label=_("Buying role"),
            roles=BuyingRole.choices,
            add=_add,
            remove=_remove,
        ),
    ),
    is_square=True,
    tabs=(*shared.tabs(has_activities=True), LINES, QUOTES),
    bar_template="crm/deals/way.html",
    bar=_bar,
)


def _product_pills(product: Product, access: Access) -> Sequence[Pill]:
    if not access.sees("crm.product.is_active"):
        return ()
    if product.is_active:
        return (Pill(_("On sale"), "ok", has_dot=True),)
    return (Pill(_("No longer sold"), has_dot=True),)


PRODUCT_PAGE = RecordPage(
    "crm.product",
    create_url="product_create",
    edit_url="product_edit",
    first=("name", "sku", "category", "unit", "price", "currency", "is_active"),
    save=_save_product,
    form=RecordForm,
    new_title=_("New product"),
    edit_title=_("Edit product"),
    saved=_("The product is saved."),
    sub=lambda product, access: product.category if access.sees("crm.product.category") else "",
    pills=_product_pills,
    related=(
        Related(
            "deals",
            _("Deals"),
            "crm.deal",
            "layout-kanban",
            _deals_of,
            note=shared.deal_note,
        ),
    ),
    is_square=True,
    tabs=shared.tabs(),
)
