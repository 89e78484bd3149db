"""Reads about who of us knows whom, for the panels of contacts and companies."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, When
from django.urls import reverse

from core.models import User
from core.permissions import related_row_condition
from crm.models import Acquaintance, Company, Contact

SHOWN = 20


@dataclass
class Knower:
    """A colleague with what tells that they know somebody, and since when."""

    user: User
    sources: list[str]
    since: date | None


def known_by(contact: Contact, user: User) -> dict[str, Any]:
    """The colleagues who know a contact: whoever asks (`is_known`), then the longest acquainted."""
    has_ties = getattr(contact, "has_ties", True)
    ties = Acquaintance.objects.filter(contact=contact) if has_ties else Acquaintance.objects.none()
    ties = ties.select_related("user")
    is_own = Case(When(user=user, then=0), default=1)
    knowers: dict[int, Knower] = {}
    for tie in ties.order_by(is_own, F("since").asc(nulls_last=True), "pk")[: SHOWN * 2]:
        knower = knowers.setdefault(tie.user_id, Knower(tie.user, [], tie.since))
        knower.sources.append(tie.get_source_display())
    return {
        "contact": contact,
        "knowers": list(knowers.values())[:SHOWN],
        "is_known": user.pk in knowers,
        "address": reverse("contact_known", args=[contact.pk]),
    }


def with_own_ties(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Contacts with `has_ties`, for the same."""
    found: QuerySet[Any] = rows.annotate(
        has_ties=Exists(Acquaintance.objects.filter(contact=OuterRef("pk")))
    )
    return found


def with_ties(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Companies with `has_ties`, so that the pages of most ask nothing more."""
    there = Acquaintance.objects.filter(contact__company=OuterRef("pk"))
    found: QuerySet[Any] = rows.annotate(has_ties=Exists(there))
    return found


def known_at(company: Company, user: User) -> dict[str, Any] | None:
    """The colleagues who know people of a company whom the user sees, and how many."""
    if not getattr(company, "has_ties", True):
        return None
    ties = Acquaintance.objects.filter(contact__company=company, contact__deleted_at=None)
    ties = ties.filter(related_row_condition(Contact, user, "contact"))
    counted = (
        ties.values("user").annotate(people=Count("contact", distinct=True)).order_by("-people")
    )
    counts = {row["user"]: row["people"] for row in counted[:SHOWN]}
    if not counts:
        return None
    users = User.objects.in_bulk(list(counts))
    return {"knowers": [(users[pk], people) for pk, people in counts.items()]}
