"""Leads that become deals: what is there already, converting, taking it back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api.base import body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    IDEMPOTENCY,
    MAYBE_NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError, ProblemError
from core.api.records import RecordsView
from core.choices import Currency
from core.ids import is_id
from core.models import User
from core.records import Alike
from core.records.lookups import lookup_rows, name_of
from crm.models import Contact, Deal, Lead, LeadConversion, Stage
from crm.pages.conversions import PERSON, ConversionForm
from crm.services.conversions import convert_lead
from crm.services.unconverting import unconvert_lead

LONGEST = 200
LARGEST = Decimal(10) ** 16
ALIKE = thing(
    {
        "id": ID,
        "name": TEXT,
        "probability": {"type": "number", "minimum": 0, "maximum": 1},
        "reasons": {"type": "array", "items": TEXT},
    }
)
THERE = thing(
    {
        "companies": {"type": "array", "items": ALIKE},
        "contacts": {"type": "array", "items": ALIKE},
    }
)
NAME = {**TEXT, "maxLength": LONGEST}
COMPANY: Json = {
    "description": "The number of one that is there, or the name of a new one; null for none. Left out: as the lead has it.",
    "anyOf": [
        thing({"id": ID}, required=["id"]),
        thing({"name": NAME}, required=["name"]),
        {"type": "null"},
    ],
}
CONTACT: Json = {
    "description": "The number of one that is there, or what is known of a new one; null for none. Left out: as the lead has it.",
    "anyOf": [
        thing({"id": ID}, required=["id"]),
        thing(dict.fromkeys(PERSON, NAME), required=[]),
        {"type": "null"},
    ],
}
DEAL: Json = thing(
    {
        "name": NAME,
        "stage": ID,
        "amount": {"type": ["number", "string", "null"]},
        "currency": {"enum": Currency.values},
        "close": {"type": ["string", "null"], "format": "date"},
        "owner": ID,
    },
    required=["name"],
)
TAKES = thing({"company": COMPANY, "contact": CONTACT, "deal": DEAL}, required=["deal"])
CONVERTED = thing(
    {
        "lead": ID,
        "deal": ID,
        "company": MAYBE_NUMBER,
        "contact": MAYBE_NUMBER,
        "made_company": FLAG,
        "made_contact": FLAG,
    }
)


class ConversionAct(RecordsView):
    """The lead that is to become a deal, or has become one."""

    def lead(self, user: User, pk: int) -> Lead:
        access = permissions.access_of(user)
        if not access.may("crm.deal.create") or not access.edits("crm.lead.status"):
            sentence = _("Your role may not turn leads into deals.")
            raise ProblemError(403, "not-allowed", sentence)
        rows: Any = Lead.objects.visible_to(user, "edit").for_list()
        found: Lead | None = rows.select_related("contact__company").filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class LeadConvert(ConversionAct):
    """Looking for what is there, and converting."""

    actions = {"GET": "edit", "POST": "edit"}

    @described(
        "Companies and contacts that a lead probably is",
        description="What the dialog offers beside the lead's own, the likeliest first.",
        answers={200: THERE},
    )
    def get(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        form = ConversionForm(lead=self.lead(user, pk), user=user)
        return Response(
            {"companies": _told(form.firms, user), "contacts": _told(form.people, user)}
        )

    @described(
        "Convert a lead to a deal",
        description="Company, contact and deal in one go: all of it is made, or nothing. Source, tags and activities "
        "go along to the deal.",
        takes=TAKES,
        headers=(IDEMPOTENCY,),
        answers={201: CONVERTED},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user, body = user_of(request), body_of(request)
        lead = self.lead(user, pk)
        if unknown := set(body) - {"company", "contact", "deal"}:
            raise InvalidError({min(unknown): [_("There is no such field.")]})
        done = convert_lead(
            lead=lead,
            deal=_deal_in(body.get("deal"), user),
            company=_company_in(body, lead, user),
            contact=_contact_in(body, lead, user),
            by=user,
            at=timezone.now(),
        )
        return Response(_told_of(done), status=201)


class LeadConvertUndo(ConversionAct):
    """Back to an open lead."""

    actions = {"POST": "edit"}

    @described(
        "Undo the conversion of a lead",
        description="The deal, and what was made for it, go into the bin. Refused once somebody has worked on the deal.",
        headers=(IDEMPOTENCY,),
        answers={200: CONVERTED},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        standing = LeadConversion.objects.standing().filter(lead=self.lead(user, pk))
        found = standing.select_related("change_set", "lead", "company", "contact").first()
        if found is None:
            raise Http404
        unconvert_lead(conversion=found, by=user, at=timezone.now())
        return Response(_told_of(found))


def _told(found: list[Alike], user: User) -> list[Json]:
    return [
        {
            "id": each.record.pk,
            "name": name_of(each.record, user),
            "probability": round(each.probability, 3),
            "reasons": [str(reason) for reason in each.reasons],
        }
        for each in found
    ]


def _told_of(done: LeadConversion) -> Json:
    return {
        "lead": done.lead_id,
        "deal": done.deal_id,
        "company": done.company_id,
        "contact": done.contact_id,
        "made_company": done.made_company,
        "made_contact": done.made_contact,
    }


# -- reading the body ------------------------------------------------------------------------------


def _record_in(given: Mapping[str, Any], link: str, user: User) -> Any:
    """The record of a number, among those that the caller sees."""
    number = given["id"]
    rows = lookup_rows(f"crm.{link}", user)
    row = rows.filter(pk=number).first() if is_id(number) else None
    if row is None or len(given) > 1:
        raise InvalidError({link: [_("There is no such record, or you may not see it.")]})
    return row


def _given(body: Json, link: str) -> Any:
    given = body[link]
    if given is not None and not isinstance(given, dict):
        raise InvalidError({link: [_("Give an object with “id”, or what is known of a new one.")]})
    return given


def _company_in(body: Json, lead: Lead, user: User) -> Any:
    if "company" not in body:
        return lead.company
    given = _given(body, "company")
    if given is None:
        return None
    if "id" in given:
        return _record_in(given, "company", user)
    return _text(given, "name", "company")


def _contact_in(body: Json, lead: Lead, user: User) -> Any:
    if "contact" not in body:
        return lead.contact
    given = _given(body, "contact")
    if given is None:
        return None
    if "id" in given:
        return _record_in(given, "contact", user)
    return _person_in(given, user)


def _person_in(given: Mapping[str, Any], user: User) -> Json:
    """What is said of a new contact, as far as the caller may write it."""
    access = permissions.access_of(user)
    for name in given:
        if name not in PERSON or not access.edits(f"crm.contact.{name}"):
            raise InvalidError({"contact": [_("There is no such field, or it is not yours.")]})
    person = {name: _text(given, name, "contact") for name in given}
    try:
        Contact(**person).clean_fields(exclude=["name_key"])
    except ValidationError as error:
        raise InvalidError(
            {f"contact.{name}": said for name, said in error.message_dict.items()}
        ) from error
    return person


def _text(given: Mapping[str, Any], name: str, place: str) -> str:
    value = given.get(name) or ""
    if not isinstance(value, str) or len(value) > LONGEST or "\0" in value:
        raise InvalidError({f"{place}.{name}": [_("Write a text.")]})
    return value.strip()


def _deal_in(given: Any, user: User) -> Deal:
    """The deal that is described, with what the caller may write."""
    if not isinstance(given, dict) or not _text(given, "name", "deal"):
        raise InvalidError({"deal": [_("Give the deal with its name.")]})
    if unknown := set(given) - set(DEAL["properties"]):
        raise InvalidError({f"deal.{min(unknown)}": [_("There is no such field.")]})
    access = permissions.access_of(user)
    for name in given:
        if name not in ("stage", "owner") and not access.edits(f"crm.deal.{name}"):
            raise InvalidError({f"deal.{name}": [_("Your role may not change this field.")]})
    deal = Deal(name=_text(given, "name", "deal"))
    if given.get("stage") is not None:
        deal.stage = _stage_in(given["stage"])
    deal.amount = _amount_in(given.get("amount"))
    deal.currency = _currency_in(given.get("currency"))
    deal.close_on = _day_in(given.get("close"))
    deal.owner = _owner_in(given.get("owner"), user)
    return deal


def _stage_in(number: Any) -> Stage:
    stages = Stage.objects.for_new_deals().select_related("pipeline")
    stage: Stage | None = stages.filter(pk=number).first() if is_id(number) else None
    if stage is None:
        raise InvalidError({"deal.stage": [_("There is no such open stage.")]})
    return stage


def _amount_in(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = None if isinstance(value, bool) else Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or abs(amount) >= LARGEST:
        raise InvalidError({"deal.amount": [_("Enter an amount such as 1200.50.")]})
    return amount


def _currency_in(value: Any) -> str:
    if value is None:
        return ""
    if value not in Currency.values:
        raise InvalidError({"deal.currency": [_("Give a currency such as EUR.")]})
    return str(value)


def _day_in(value: Any) -> date | None:
    if value is None:
        return None
    try:
        day = parse_date(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None:
        raise InvalidError({"deal.close": [_("Give a day such as 2026-12-31.")]})
    return day


def _owner_in(number: Any, user: User) -> User:
    if number is None:
        return user
    owner = User.objects.filter(pk=number, is_active=True).first() if is_id(number) else None
    if owner is None:
        raise InvalidError({"deal.owner": [_("There is no such colleague.")]})
    return owner
