"""The lists of sales."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Board, ListDefinition, RowAction, RowButtons, drawing
from core.permissions import Access
from crm import cells
from crm.cells.triage import triage_actions
from crm.models import Lead
from crm.queries.inbox import is_inbox
from crm.services.conversions import may_convert


def _of_lead(lead: Lead, access: Access) -> Sequence[RowAction]:
    """An open lead becomes a deal, where the user may make one; a new one is worked off."""
    triage = triage_actions(lead, access)
    if access.user is None or not may_convert(lead, access.user):
        return triage
    url = reverse("lead_convert", args=[lead.pk])
    return (RowAction(_("Convert to a deal"), "layout-kanban", url, "v"), *triage)


LEADS = ListDefinition(
    "crm.lead",
    columns=("company", "score", "chance", "status", "source", "owner", "touched", "created"),
    default_sort="-score",
    search_hint=_("Name, e-mail, company or number"),
    searched=("contact.name", "contact.email", "company.name", "external_id"),
    empty="crm/leads/empty.html",
    create_url="lead_create",
    create_label=_("New lead"),
    name_field="contact",
    name_label=_("Name"),
    related=("contact", "company"),
    phone={"company": "m-sub", "score": "m-end", "status": "m-end2", "awaits": "m-end2"},
    cells={
        "name": drawing.person,
        "score": cells.score,
        "chance": cells.chance,
        "chance_low": cells.share,
        "chance_high": cells.share,
        "grade": cells.grade,
        "status": cells.lead_status,
        "awaits": cells.waiting_since,
        "clock": cells.response_clock,
        "response": cells.working_hours,
    },
    beside={
        "awaits": ("clock",),
        "score": ("score__score", "score__hand_score"),
        "chance": ("score__low", "score__high"),
    },
    actions=_of_lead,
    # New leads are worked off where they stand.
    buttons=RowButtons(is_inbox, triage_actions, ("status", "owner", "team", "deleted_at")),
)

CONTACTS = ListDefinition(
    "crm.contact",
    columns=("job_title", "company", "life_stage", "email", "owner", "touched"),
    default_sort="name",
    search_hint=_("Name, e-mail or company"),
    searched=("name", "email", "company.name"),
    empty_title=_("No contacts yet"),
    empty_text=_(
        "A contact is a person. Contacts are created automatically from leads with a name, an e-mail address or a phone."
    ),
    create_url="contact_create",
    create_label=_("New contact"),
    phone={"job_title": "m-sub", "life_stage": "m-end", "touched": "m-end2"},
    cells={
        "name": drawing.person,
        "lifecycle_stage": cells.lifecycle_stage,
        "life_stage": cells.life_stage,
        "life_score": cells.whole_amount,
        "next_gain": cells.whole_amount,
        "model_segment": cells.model_segment,
        "model_segment_chance": cells.share,
        "rfm_cell": cells.rfm_cell,
        "value_ahead": cells.value_ahead,
        "value_ahead_low": cells.whole_amount,
        "value_ahead_high": cells.whole_amount,
        "value_at_risk": cells.whole_amount,
        "bought": cells.whole_amount,
        "purchases_ahead": cells.one_digit,
        "alive": cells.share,
        "left_risk": cells.share,
    },
    beside={
        "life_stage": ("life__stage__tone",),
        "model_segment": ("segmented__segment__colour",),
        "rfm_cell": ("segmented__recency", "segmented__frequency", "segmented__value"),
        "value_ahead": ("lifetime__value_low", "lifetime__value_high"),
    },
)

COMPANIES = ListDefinition(
    "crm.company",
    columns=("industry", "kind", "employees", "city", "country", "owner", "touched"),
    default_sort="name",
    search_hint=pgettext_lazy("company", "Name"),
    searched=("name", "domain"),
    empty_title=_("No companies yet"),
    empty_text=_(
        "Companies are created automatically from leads and contacts that name one. You can also add one yourself."
    ),
    create_url="company_create",
    create_label=_("New company"),
    phone={"industry": "m-sub", "city": "m-end", "touched": "m-end2"},
    cells={
        "name": drawing.thing,
        "life_stage": cells.life_stage,
        "life_score": cells.whole_amount,
        "next_gain": cells.whole_amount,
        "value_ahead": cells.whole_amount,
        "value_at_risk": cells.whole_amount,
        "bought": cells.whole_amount,
        "model_segment": cells.company_segment,
    },
    beside={
        "life_stage": ("life__stage__tone",),
        "model_segment": ("lifetime__segment__colour",),
    },
)

# The range of the chance, and what it was a week before.
OUTLOOK = ("outlook__low", "outlook__high", "outlook__earlier_probability")

DEALS = ListDefinition(
    "crm.deal",
    columns=("company", "stage", "amount", "close", "next_step", "owner"),
    default_sort="-close",
    search_hint=_("Name, company or contact"),
    searched=("name", "company.name", "contact.name"),
    empty_title=_("No deals yet"),
    empty_text=_(
        "A deal is a possible sale with a value and an expected closing day. Good leads become deals."
    ),
    create_url="deal_create",
    create_label=_("New deal"),
    phone={"company": "m-sub", "amount": "m-end", "close": "m-end2"},
    cells={
        "stage": cells.deal_stage,
        "status": cells.deal_stage,
        "win_chance": cells.win_chance,
        "win_chance_low": cells.share,
        "win_chance_high": cells.share,
        "stale": cells.stale,
    },
    beside={"stage": ("status",), "win_chance": OUTLOOK},
    board=Board(
        ("company", "amount", "close", "win_chance", "owner", "next_step"), default_sort="close"
    ),
)

PRODUCTS = ListDefinition(
    "crm.product",
    columns=("sku", "category", "unit", "price", "is_active", "created"),
    default_sort="name",
    search_hint=_("Name or product code"),
    searched=("name", "sku"),
    empty_title=_("No products yet"),
    empty_text=_("Products are what you sell. Deals list them with a number and a price."),
    create_url="product_create",
    create_label=_("New product"),
    phone={"sku": "m-sub", "price": "m-end", "category": "m-end2"},
)

ACTIVITIES = ListDefinition(
    "crm.activity",
    columns=("kind", "at", "contact", "company", "done", "outcome", "owner"),
    default_sort="-at",
    search_hint=_("Subject, contact or company"),
    searched=("subject", "contact.name", "company.name"),
    empty_title=_("No activities yet"),
    empty_text=_(
        "Calls, meetings, notes, tasks and e-mails appear here once somebody logs them on a record."
    ),
    create_url="activity_create",
    create_label=_("New activity"),
    name_field="subject",
    phone={"contact": "m-sub", "kind": "m-end", "at": "m-end2"},
    cells={"kind": cells.activity_kind},
)

GROUPS = ListDefinition(
    "crm.group",
    columns=("kind", "url", "tags", "owner", "created"),
    default_sort="name",
    search_hint=pgettext_lazy("group", "Name"),
    searched=("name",),
    empty_title=_("No groups yet"),
    empty_text=_(
        "A group is where people meet: a chat group, a round table, an association. Its members are contacts."
    ),
    create_url="group_create",
    create_label=_("New group"),
    phone={"kind": "m-sub", "created": "m-end"},
)

EVENTS = ListDefinition(
    "crm.event",
    columns=("kind", "starts", "ends", "place", "group", "cost", "owner"),
    default_sort="-starts",
    search_hint=_("Name or place"),
    searched=("name", "place"),
    empty_title=_("No events yet"),
    empty_text=_(
        "An event is a fair, a webinar or a dinner. It says who was invited, who came, and what it cost."
    ),
    create_url="event_create",
    create_label=_("New event"),
    phone={"place": "m-sub", "kind": "m-end", "starts": "m-end2"},
)

LISTS = (LEADS, CONTACTS, COMPANIES, DEALS, PRODUCTS, ACTIVITIES, GROUPS, EVENTS)
