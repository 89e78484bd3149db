"""What a contact bought and will probably still buy, as lists, filters and programs know it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.registries.records import Behaviour, Field
from crm.choices import StageKind

# Whoever may not see the value ahead sees nothing of this.
RULE = "value_ahead"


def _told(name: str, label: object, kind: FieldType, column: str) -> Field:
    return Field(
        name,
        label,  # type: ignore[arg-type]  # a lazy text
        kind,
        path=f"lifetime__{column}",
        rule="" if name == RULE else RULE,
        is_editable=False,
        has_place=False,
    )


LIFETIME = (
    _told("value_ahead", _("Value ahead, 12 months"), FieldType.MONEY, "value"),
    _told("value_ahead_low", _("Value ahead at least"), FieldType.MONEY, "value_low"),
    _told("value_ahead_high", _("Value ahead at most"), FieldType.MONEY, "value_high"),
    _told("value_at_risk", _("Value at risk"), FieldType.MONEY, "at_risk"),
    _told("purchases_ahead", _("Purchases ahead, 12 months"), FieldType.NUMBER, "expected"),
    _told("alive", _("Chance to be still there"), FieldType.NUMBER, "alive"),
    _told("left_risk", _("Chance to have left"), FieldType.NUMBER, "risk"),
    _told("purchases", pgettext_lazy("customer", "Purchases"), FieldType.NUMBER, "purchases"),
    _told("bought", _("Bought so far"), FieldType.MONEY, "total"),
    _told("first_purchase", _("First purchase"), FieldType.DATE, "first_on"),
    _told("last_purchase", _("Last purchase"), FieldType.DATE, "last_on"),
)

# The sums over the people of a company.
OF_COMPANY = (
    _told("value_ahead", _("Value ahead, 12 months"), FieldType.MONEY, "value"),
    _told("value_at_risk", _("Value at risk"), FieldType.MONEY, "at_risk"),
    _told("bought", _("Bought so far"), FieldType.MONEY, "total"),
    _told("buyers", _("Contacts who bought"), FieldType.NUMBER, "buyers"),
    _told("last_purchase", _("Last purchase"), FieldType.DATE, "last_on"),
)


def deals_closed(link: str) -> Behaviour:
    """Deals with somebody as the main contact that were won or lost."""
    kinds = [(str(key), label) for key, label in StageKind.choices if key != StageKind.OPEN]
    return Behaviour(
        "deal_closed",
        _("Deal closed"),
        "crm.Deal",
        link=link,
        at="closed_at",
        kind="status",
        kinds=kinds,
        permission="crm.deal.view",
        rule="crm.deal.status",
    )
