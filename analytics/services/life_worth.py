"""What contacts and companies are worth, and what to do next: the policy applied to records.

A suggestion needs evidence: an action that was tried often enough in the stage and more probably gains
than not. What the team often calls not useful ranks lower: a gain counts as much as the share of those
who took the action, with four who took it in advance. What somebody called not useful for a record is not
suggested for it again in the same stage; what was put off waits for its day; what was accepted waits
until it is done.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max

from analytics.choices import Answer
from analytics.models import SuggestionAnswer
from analytics.queries.lifecycle import Policy, Weighed
from analytics.services.lives import CompanySaid, Worthy, store_companies, store_worth
from crm.choices import LifeRole
from crm.models import Contact, ContactLife, ContactLifetime, Lead

IN_ADVANCE = 4  # who took an action before anybody was asked
REMEMBERED = timedelta(days=365)
QUIET = timedelta(days=30)  # after something was accepted
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Usefulness:
    """How useful the team found actions by stage, of 1."""

    shares: Mapping[tuple[int, str], float]

    @classmethod
    def read(cls, at: datetime) -> "Usefulness":
        rows = (
            SuggestionAnswer.objects.standing()
            .filter(at__gte=at - REMEMBERED, answer__in=(Answer.ACCEPTED, Answer.REFUSED))
            .values_list("stage", "action", "answer")
            .annotate(number=Count("pk"))
        )
        counts: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
        for stage, action, answer, number in rows:
            counts[stage, action][answer] = number
        return cls({key: _useful(found) for key, found in counts.items()})

    def of(self, stage: int, action: str) -> float:
        return self.shares.get((stage, action), 1.0)


def _useful(counts: Mapping[str, int]) -> float:
    taken = counts.get(Answer.ACCEPTED, 0) + IN_ADVANCE
    return taken / (taken + counts.get(Answer.REFUSED, 0))


@dataclass(frozen=True)
class Barred:
    """What is not suggested for a contact now: some actions, or anything."""

    actions: frozenset[str] = frozenset()
    everything: bool = False


def barred_for(contacts: Collection[int], at: datetime) -> dict[int, Barred]:
    """By contact, from what was answered about it: one query."""
    rows = SuggestionAnswer.objects.standing().filter(contact__in=contacts)
    refused: dict[int, set[str]] = defaultdict(set)
    silent: set[int] = set()
    columns = ("contact", "contact__life__stage", "stage", "action", "answer", "until", "at")
    for contact, present, stage, action, answer, until, said_at in rows.values_list(*columns):
        if answer == Answer.REFUSED and present == stage:
            refused[contact].add(action)
        is_put_off = answer == Answer.SNOOZED and until is not None and until > at.date()
        is_taken = answer == Answer.ACCEPTED and said_at > at - QUIET
        if is_put_off or is_taken:
            silent.add(contact)
    return {pk: Barred(frozenset(refused[pk]), pk in silent) for pk in {*refused, *silent}}


def suggested(stage: int, policy: Policy, barred: Barred, useful: Usefulness) -> list[Weighed]:
    """What may be suggested in the stage, the best first."""
    if barred.everything:
        return []
    found = [
        each
        for each in policy.weighed_of(stage)
        if each.is_worth_it and each.action not in barred.actions
    ]
    return sorted(found, key=lambda each: -each.gain * useful.of(stage, each.action))


def worth_of(lives: Sequence[ContactLife], policy: Policy, at: datetime) -> list[Worthy]:
    """What contacts are worth by their stage and own chances, and what to do next."""
    ids = [life.pk for life in lives]
    leads = Lead.objects.open().kept().filter(contact__in=ids, score__probability__isnull=False)
    chances = dict(
        leads.order_by().values_list("contact").annotate(chance=Max("score__probability"))
    )
    known = ContactLifetime.objects.filter(pk__in=ids, risk__isnull=False)
    risks = dict(known.order_by().values_list("pk", "risk"))
    barred, useful = barred_for(ids, at), Usefulness.read(at)
    found = []
    for life in lives:
        share = policy.share_of(life.stage_id, chances.get(life.pk), risks.get(life.pk))
        found.append(_worth(life, policy, share, barred, useful))
    return found


def _worth(
    life: ContactLife,
    policy: Policy,
    share: float,
    barred: Mapping[int, Barred],
    useful: Usefulness,
) -> Worthy:
    value = policy.value_of(life.stage_id)
    if value is None:
        return Worthy(life.pk, None, "", None)
    found = suggested(life.stage_id, policy, barred.get(life.pk, Barred()), useful)
    best = found[0] if found else None
    return Worthy(
        life.pk,
        _money(value * share),
        best.action if best else "",
        _money(best.gain * share) if best else None,
    )


def _money(amount: float) -> Decimal:
    return Decimal(amount).quantize(CENT)


def weigh_contacts(contacts: Any, policy: Policy, at: datetime) -> int:
    """Say it of these contacts; returns how many changed."""
    lives = list(ContactLife.objects.filter(pk__in=contacts).order_by("pk"))
    return store_worth(worth_of(lives, policy, at), version=policy.version, as_of=at)


# -- companies -------------------------------------------------------------------------------------


def place_companies(companies: Collection[int], at: datetime) -> int:
    """Companies stand as far as the furthest of their contacts; returns how many changed.

    Those who have drifted away count only where nobody stands elsewhere. Worth and the next action are
    those of the contact with the largest of each.
    """
    lives = ContactLife.objects.filter(
        contact__company__in=companies, contact__deleted_at=None
    ).select_related("stage", "contact")
    by_company: dict[int, list[ContactLife]] = defaultdict(list)
    for life in lives:
        by_company[life.contact.company_id or 0].append(life)
    said = [_company(company, found) for company, found in sorted(by_company.items())]
    return store_companies(said, companies, as_of=at)


def _company(company: int, lives: Sequence[ContactLife]) -> CompanySaid:
    furthest = min(lives, key=_how_far)
    worth = [life.score for life in lives if life.score is not None]
    gains = [(life.gain, -life.pk, life.action) for life in lives if life.gain is not None]
    gain, _pk, action = max(gains, default=(None, 0, ""))
    return CompanySaid(
        company,
        furthest.pk,
        furthest.stage_id,
        furthest.since,
        max(worth, default=None),
        action,
        gain,
        furthest.version_id,
    )


def _how_far(life: ContactLife) -> tuple[bool, int, datetime, int]:
    """The furthest first; of equal ones whoever has been there longest."""
    return life.stage.role == LifeRole.BACK, -life.stage.position, life.since, life.pk


def companies_of(contacts: Iterable[int]) -> list[int]:
    rows = Contact.objects.filter(pk__in=list(contacts), company__isnull=False)
    return sorted(set(rows.values_list("company", flat=True)))
