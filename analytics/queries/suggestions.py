"""Where a contact or a company stands and what to do next, for its page and for home."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.urls import reverse

from analytics.models import SuggestionAnswer
from analytics.queries.lifecycle import Policy, Weighed, policy
from core import permissions
from core.conditions import Criterion
from core.errors import Refused
from core.models import User
from core.permissions import Access
from core.queries.home import HomeView
from core.queries.start import frame_of
from core.reading import read_by_name
from crm.models import Company, Contact, ContactLife, LifeStage, LifeStay
from crm.record_types.lifecycle import SCORE, STAGE
from crm.record_types.lifetimes import RULE as VALUE_AHEAD

SHOWN, PASSED = 6, 4
MAY = "crm.activity.create"


def contact_next(contact: Contact, user: User) -> dict[str, Any] | None:
    """The panel on a contact's page."""
    access = permissions.access_of(user)
    life: ContactLife | None = getattr(contact, "life", None)
    if life is None or not access.sees(f"crm.contact.{STAGE}"):
        return None
    stays, found = LifeStay.objects.filter(contact=contact).order_by("-since"), policy()
    stages = LifeStage.objects.in_bulk()
    currency = frame_of(user).company.base_currency
    return {
        "life": life,
        "score": _whole(life.score),
        "churn": _churn(life, contact, access, found),
        "stage": life.stage,
        "way": [
            {"stage": stages[stay.stage_id], "since": stay.since} for stay in stays[1 : PASSED + 1]
        ],
        "contact": contact,
        **_suggested(life, access, "crm.contact", currency, stages, found),
        "last_answer": _last_answer(contact.pk),
    }


def company_next(company: Company, user: User) -> dict[str, Any] | None:
    """The panel on a company's page: as far as its furthest contact, who has to be in sight."""
    access = permissions.access_of(user)
    life = getattr(company, "life", None)
    if life is None or not access.sees(f"crm.company.{STAGE}"):
        return None
    currency = frame_of(user).company.base_currency
    context = {
        "life": life,
        "score": _whole(life.score),
        "stage": life.stage,
        "way": [],
        "contact": None,
        "last_answer": None,
    }
    furthest = life.contact
    if access.may("crm.contact.view") and permissions.reaches(Contact, user, furthest):
        context["furthest"] = furthest
    rows = ContactLife.objects.filter(contact__company=company, gain__isnull=False)
    best = rows.select_related("stage", "contact").order_by("-gain", "pk").first()
    if best is None or not permissions.reaches(Contact, user, best.contact):
        return context | _nothing(access, "crm.company", currency)
    stages = LifeStage.objects.in_bulk()
    suggested = _suggested(best, access, "crm.company", currency, stages, policy())
    return context | suggested | {"contact": best.contact}


def _churn(
    life: ContactLife, contact: Contact, access: Access, found: Policy | None
) -> dict[str, float] | None:
    """The chance to have left that has moved the score, beside the usual one of the stage."""
    lifetime = getattr(contact, "lifetime", None)
    if lifetime is None or found is None or not access.sees(f"crm.contact.{VALUE_AHEAD}"):
        return None
    usual = found.usual_risk(life.stage_id)
    if lifetime.risk is None or usual is None:
        return None
    return {"risk": lifetime.risk, "usual": usual}


def _whole(amount: Decimal | None) -> int | None:
    return None if amount is None else round(amount)


def _nothing(access: Access, record_type: str, currency: str) -> dict[str, Any]:
    return {
        "sees_score": access.sees(f"{record_type}.{SCORE}"),
        "best": None,
        "currency": currency,
    }


def _suggested(
    life: ContactLife,
    access: Access,
    record_type: str,
    currency: str,
    stages: Mapping[int, LifeStage],
    found: Policy | None,
) -> dict[str, Any]:
    """The next action with its evidence; the others that were tried beside it."""
    sees = access.sees(f"{record_type}.{SCORE}") and access.sees(f"crm.contact.{SCORE}")
    context = _nothing(access, record_type, currency)
    if found is None or not sees:
        return context
    weighed = found.weighed_of(life.stage_id)
    best = next((each for each in weighed if each.action == life.action), None)
    return context | {
        "best": best,
        "gain": life.gain,
        "low": best.low * _share(life, best) if best else None,
        "high": best.high * _share(life, best) if best else None,
        "followed": _followed(best, stages) if best else [],
        "others": [each for each in weighed if each is not best],
        "has_evidence": bool(weighed),
        "evidence_from": found.told["from"],
        "may_answer": access.may(MAY),
        "may_see_policy": access.may("analytics.lifecycle.view"),
        "key": uuid4().hex,
    }


def _share(life: ContactLife, best: Weighed | None) -> float:
    """How much more, or less, this contact's gain is than the usual one of the stage."""
    if best is None or life.gain is None or not best.gain:
        return 1.0
    return float(life.gain) / best.gain


def _followed(best: Weighed, stages: Mapping[int, LifeStage]) -> list[dict[str, Any]]:
    return [
        {"name": stages[pk].name, "count": count, "share": count / best.trials}
        for pk, count in best.followed
        if pk in stages and best.trials
    ]


def _last_answer(contact: int) -> SuggestionAnswer | None:
    rows = SuggestionAnswer.objects.standing().filter(contact=contact)
    found: SuggestionAnswer | None = rows.select_related("by").order_by("-at").first()
    return found


# -- home ------------------------------------------------------------------------------------------


def home_next(home: HomeView, _user: User) -> dict[str, Any] | None:
    """Where the suggestions are: they are read after the page."""
    if not home.view.access.may("analytics.lifecycle.view"):
        return None
    return {"url": f"{reverse('home_next')}?show={home.scope}"}


def suggestions_for(home: HomeView, user: User) -> dict[str, Any] | None:
    """The suggestions that gain most among the contacts of the scope."""
    access = home.view.access
    found = policy()
    if found is None:
        return None
    suggests = Criterion("next_gain", "set")
    try:
        contacts = home.rows("crm.contact", suggests)
    except Refused:
        return None
    best = contacts.order_by("-life__gain", "-life__contact")
    rows = list(read_by_name(best, ("company", "life__stage"), ())[:SHOWN])
    return {
        "rows": [_row(contact, found, user, access) for contact in rows],
        "url": home.address("crm.contact", suggests, sort="-next_gain"),
        "currency": frame_of(user).company.base_currency,
        "may_answer": access.may(MAY),
        "sees_company": access.sees("crm.contact.company"),
        "sees_stage": access.sees(f"crm.contact.{STAGE}"),
    }


def _row(contact: Contact, found: Policy, user: User, access: Access) -> dict[str, Any]:
    life = contact.life
    weighed = found.weighed_of(life.stage_id)
    best = next((each for each in weighed if each.action == life.action), None)
    share = _share(life, best)
    is_seen = contact.company is not None and permissions.reaches(Company, user, contact.company)
    return {
        "contact": contact,
        "company": contact.company if is_seen else None,
        "life": life,
        "best": best,
        "low": best.low * share if best else None,
        "high": best.high * share if best else None,
        "key": uuid4().hex,
    }


def offered_for(contact: Contact) -> dict[str, Any] | None:
    """What programs are told: where a contact stands, and its next action with the evidence."""
    life = ContactLife.objects.filter(pk=contact.pk).first()
    if life is None:
        return None
    found = policy()
    weighed = found.weighed_of(life.stage_id) if found else []
    best = next((each for each in weighed if each.action == life.action), None)
    return {"life": life, "best": best, "weighed": weighed}
