"""What customers will probably still buy: names of what runs count, and what records show of it."""

from collections.abc import Iterable
from datetime import timedelta
from math import sqrt
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.choices import CUSTOMER_FACTS, NOTHING_AHEAD, CohortKind
from core import permissions
from core.choices import Reach
from core.models import User
from core.permissions import Access, related_row_condition
from core.phrases import money, number
from core.queries.start import frame_of
from core.registries import record_types
from core.values import in_words
from crm.choices import RiskSource
from crm.models import Company, Contact, ContactLifetime
from crm.queries.purchases import Purchases

KIND = "analytics.lifetime_value"
VIEW, RUN = "analytics.lifetime.view", "analytics.lifetime.run"
STALE_AFTER = timedelta(days=2)  # it is said anew every night
MILLIS = 1_000  # counts are whole: shares and expected purchases are counted in thousandths
# Ends of the bands of value ahead.
BANDS = (1, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
# What the value is cut by, and where the contact has it.
SEGMENT = "segment"  # besides; somebody may be in several
GROUPS = {"source": "source", "owner": "owner_id", "industry": "company__industry"}
RULES = ("crm.contact.value_ahead", "crm.deal.amount")
SHOWN_PURCHASES, SHOWN_BUYERS, MOST_BUYERS = 24, 5, 2_000
LONG = 1.5  # times the usual gap


def sees_money(access: Access) -> bool:
    """Whether somebody may read what customers bought for: won deals are a part of it."""
    return all(access.sees(rule) for rule in RULES)


def lifetime_of(contact: Contact) -> ContactLifetime | None:
    """The contact's row, if they have bought; pages bring it along."""
    found: ContactLifetime | None = getattr(contact, "lifetime", None)
    return found


def contact_panel(contact: Contact, user: User) -> dict[str, Any] | None:
    """The panel on a contact's page; nothing for who has never bought."""
    access = permissions.access_of(user)
    found = lifetime_of(contact)
    if found is None or not sees_money(access):
        return None
    firm = frame_of(user).company
    now = timezone.now()
    purchases = Purchases(now, contact.pk, contact.pk, firm=firm)
    told = [float(worth or 0) for _who, _day, worth in purchases.of_each()][-SHOWN_PURCHASES:]
    return {
        "lifetime": found,
        "currency": firm.base_currency,
        "history": told,
        "why": why_of(found, timezone.localdate(now)),
        "reasons": reasons_of(found, access),
        "by_purchases": found.risk_by == RiskSource.PURCHASES,
        "says_nothing": found.version.algorithm == NOTHING_AHEAD,
        "is_old": now - found.as_of > STALE_AFTER,
        "may_see_page": access.may(VIEW),
    }


def why_of(found: ContactLifetime, today: Any) -> str:
    """ "Last bought 94 days ago; usually every 21."."""
    days = (today - found.last_on).days
    usual = found.usual_days
    if usual is None:
        return _("Bought once, %(days)s days ago.") % {"days": number(days)}
    words = {"days": number(days), "usual": number(max(usual, 1))}
    return _("Last bought %(days)s days ago; usually every %(usual)s.") % words


def reasons_of(found: ContactLifetime, access: Access) -> list[dict[str, Any]]:
    """The reasons of a model that may be read, in words."""
    labels = field_labels()
    return [
        {**reason, "label": str(labels[reason["field"]]), "detail": in_words(reason["value"])}
        for reason in found.reasons
        if reason["field"] in labels and may_read(reason["field"], access)
    ]


def field_labels() -> dict[str, Any]:
    """Labels of what the chance to have left is made of, by full name."""
    contact, company = record_types["crm.contact"], record_types["crm.company"]
    labels: dict[str, Any] = {contact.field_name(n): label for n, label in contact.labels.items()}
    for name in ("industry", "employees"):
        words = {"field": company.labels[name]}
        labels[company.field_name(name)] = _("Company: %(field)s") % words
    return labels | CUSTOMER_FACTS


def may_read(name: str, access: Access) -> bool:
    """Whether somebody may read what the contact holds there."""
    if name in {"customer.activities_90", "customer.since_touch"}:
        return access.may("crm.activity.view")
    if name.startswith("crm.company."):
        return (
            access.may("crm.company.view")
            and access.sees("crm.contact.company")
            and access.sees(name)
        )
    return access.sees(name)


# -- companies ------------------------------------------------------------------------------------


def company_panel(company: Company, user: User) -> dict[str, Any] | None:
    """The panel on a company's page: what its people whom the user sees bought and will buy, together."""
    access = permissions.access_of(user)
    may_look = access.may("crm.contact.view") and access.sees("crm.contact.company")
    if not getattr(company, "has_buyers", True) or not may_look or not sees_money(access):
        return None
    rows = ContactLifetime.objects.filter(contact__company=company, contact__deleted_at=None)
    rows = rows.filter(related_row_condition(Contact, user, "contact"))
    found = list(rows.select_related("contact").order_by("-total", "contact")[:MOST_BUYERS])
    if not found:
        return None
    return {
        "company": company,
        "currency": frame_of(user).company.base_currency,
        "buyers": [
            {"row": row, "name": row.contact.name_for(access)} for row in found[:SHOWN_BUYERS]
        ],
        "others": max(0, len(found) - SHOWN_BUYERS),
        "may_see_page": access.may(VIEW),
        **together(found),
    }


def together(rows: Iterable[ContactLifetime]) -> dict[str, Any]:
    """Sums over contacts, the ends of the value as if they bought independently of each other.

    Somebody of them is still there unless all have left.
    """
    found = list(rows)
    ahead = [row for row in found if row.value is not None]
    value = sum(float(row.value or 0) for row in ahead)
    bounded = [
        (float(row.value), float(row.value_low), float(row.value_high))
        for row in found
        if row.value is not None and row.value_low is not None and row.value_high is not None
    ]
    below = sqrt(sum((middle - low) ** 2 for middle, low, _high in bounded))
    above = sqrt(sum((high - middle) ** 2 for middle, _low, high in bounded))
    gone = 1.0
    known = [row.risk for row in found if row.risk is not None]
    for risk in known:
        gone *= risk
    return {
        "value": value if ahead else None,
        "low": max(0.0, value - below) if bounded else None,
        "high": value + above if bounded else None,
        "total": sum(float(row.total or 0) for row in found),
        "purchases": sum(row.purchases for row in found),
        "last_on": max(row.last_on for row in found),
        "as_of": max(row.as_of for row in found),
        "alive": 1 - gone if known else None,
    }


def totals_for(user: User) -> dict[str, Any]:
    """Sums over the contacts that somebody sees who does not see all."""
    rows = ContactLifetime.objects.filter(related_row_condition(Contact, user, "contact"))
    told = {name: Sum(name) for name in ("total", "value", "at_risk", "expected", "alive")}
    return rows.filter(contact__deleted_at=None).aggregate(**told)


def sees_cohorts(access: Access, kind: str) -> bool:
    """Counts of everybody are told to whoever sees everybody."""
    if kind == CohortKind.LEADS:
        sees = all(access.sees(f"crm.lead.{name}") for name in ("status", "captured", "closed"))
        return sees and access.reach("crm.lead.view") == Reach.ALL
    return access.reach("crm.contact.view") == Reach.ALL and sees_money(access)


def amount(value: Any, currency: str) -> str:
    """Whole units: nobody foretells cents."""
    return money(None if value is None else round(float(value)), currency)
