"""Web forms: made and changed, and what comes in by them, each answer once."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext, pgettext_lazy

from core import audit
from core.company import dialling_country
from core.errors import Refused
from core.models import User
from core.services.records import CREATE, EDIT, after_change, save_record
from core.strangers import kept
from core.values_in_files.phones import read_phone
from crm.choices import InteractionKind
from crm.models import AssignmentRule, Company, Contact, Lead
from crm.services.companies import find_or_create_companies
from crm.services.interactions import NewInteraction, record_interactions
from marketing.choices import Channel, ConsentSource, ConsentState, SubmissionState
from marketing.models import FormSubmission, Purpose, WebForm
from marketing.queries.consents import public_name
from marketing.services.confirmations import ask_confirmation
from marketing.services.consents import Word, record_consents
from marketing.services.permission_to_send import untracked
from marketing.services.tracking.visits import identify_visitor

ORIGIN = "marketing:form"
# What a form can ask for, with the longest answer.
FIELDS: Mapping[str, tuple[Any, int]] = {
    "name": (pgettext_lazy("person", "Name"), 200),
    "email": (gettext_lazy("E-mail"), 254),
    "phone": (gettext_lazy("Phone"), 50),
    "company": (gettext_lazy("Company"), 200),
    "job_title": (gettext_lazy("Job title"), 200),
    "country": (gettext_lazy("Country"), 100),
    "city": (gettext_lazy("City"), 100),
    "interest": (gettext_lazy("Interested in"), 200),
    "message": (gettext_lazy("Your message"), 4_000),
}
IDENTIFYING = ("name", "email", "phone")
OF_CONTACT = ("name", "email", "phone", "job_title", "country", "city")
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
TRAP, FAST, LINKS = "trap", "fast", "links"
# Nobody fills in a form in less; programs do.
LEAST_TIME = timedelta(seconds=2)
MOST_SPAM = 1_000
MOST_ORIGINS = 20


@dataclass(frozen=True)
class Sent:
    """One answer as it arrived; `token` makes it the same one when it arrives again."""

    values: Mapping[str, str]
    token: str = ""
    agrees: bool = False
    trap: str = ""
    took: timedelta | None = None
    page: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    visitor: UUID | None = None  # the browser, as the snippet of the company's websites knows it

    def __post_init__(self) -> None:
        object.__setattr__(self, "page", kept(self.page))
        utm = {name: kept(text) for name, text in self.utm.items()}
        object.__setattr__(self, "utm", utm)


# -- the form ----------------------------------------------------------------------------------------


def keep_form(form: WebForm, by: User, _at: datetime) -> WebForm:
    """Make or change a form; refuses one by which nobody could be reached."""
    if not form.name.strip():
        raise Refused(_("Give the form a name."))
    asked = {each["name"] for each in form.fields}
    if unknown := asked - set(FIELDS):
        raise Refused(_("There is no field “%(name)s”.") % {"name": min(unknown)})
    if asked.isdisjoint(IDENTIFYING):
        raise Refused(_("Ask for a name, an e-mail address or a phone number at least."))
    form.origins = _origins(form.origins)
    saved: WebForm = save_record(record=form, by=by)
    return saved


def _origins(given: list[str]) -> list[str]:
    """Such as https://example.com, each once."""
    found: dict[str, None] = {}
    for text in given:
        parts = urlsplit(text.strip().casefold())
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise Refused(
                _("“%(text)s” is no website. Write it as https://example.com.") % {"text": text}
            )
        port = f":{parts.port}" if parts.port else ""
        found[f"{parts.scheme}://{parts.hostname}{port}"] = None
    if len(found) > MOST_ORIGINS:
        raise Refused(_("Name at most %(most)s websites.") % {"most": MOST_ORIGINS})
    return list(found)


def purposes_of(form: WebForm) -> list[Purpose]:
    """What a visitor agrees to by the box; nothing before the form is saved."""
    if not form.pk:
        return []
    return list(form.purposes.filter(archived_at=None).order_by("name_key"))


def wording_of(form: WebForm, purposes: Iterable[Purpose]) -> str:
    """The words beside the box, as the visitor reads them."""
    if form.consent_text.strip():
        return form.consent_text.strip()
    with override(form.language):
        named = [public_name(each) for each in purposes]
        topics = pgettext("between topics", ", ").join(named)
        return _("I want to get this by e-mail: %(topics)s. I can unsubscribe at any time.") % {
            "topics": topics
        }


def needs_confirmation(form: WebForm, purposes: Iterable[Purpose]) -> list[Purpose]:
    """Those that count only after the link of a letter was followed."""
    return [each for each in purposes if form.is_confirmed or each.is_confirmed]


# -- what comes in -----------------------------------------------------------------------------------


@transaction.atomic
def take_submission(*, form: WebForm, sent: Sent, at: datetime) -> FormSubmission:
    """Keep an answer, and make of it what the form is for; one that arrives twice is one."""
    token = sent.token or _digest(sent, at)
    known = FormSubmission.objects.filter(form=form, token=token).first()
    if known is not None:
        return known
    why = _spam(sent)
    row = FormSubmission(
        form=form,
        token=token,
        state=SubmissionState.SPAM if why else SubmissionState.TAKEN,
        why=why,
        values=dict(sent.values),
        wording=wording_of(form, purposes_of(form)) if sent.agrees else "",
        page=sent.page[:500],
        utm={name: text[:200] for name, text in sent.utm.items() if name in UTM and text},
        at=at,
    )
    if why and _has_enough_spam(form):
        return row  # it is spam; there is no need of more of it
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the same, a moment ago
        return FormSubmission.objects.get(form=form, token=token)
    if not why:
        _follow(row, form, sent, at)
    return row


def _digest(sent: Sent, at: datetime) -> str:
    """The same answer on the same day, where the page that sends it has no token."""
    said = json.dumps([dict(sent.values), sent.agrees, at.date().isoformat()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _spam(sent: Sent) -> str:
    if sent.trap:
        return TRAP
    if sent.took is not None and sent.took < LEAST_TIME:
        return FAST
    told = " ".join(sent.values.get(name, "") for name in ("name", "company", "job_title", "city"))
    return LINKS if "://" in told or "www." in told.lower() else ""


def _has_enough_spam(form: WebForm) -> bool:
    rows = FormSubmission.objects.filter(form=form, state=SubmissionState.SPAM)
    return rows.order_by()[MOST_SPAM - 1 : MOST_SPAM].exists()


@transaction.atomic
def take_from_spam(*, row: FormSubmission, by: User, at: datetime) -> None:
    """A person says that it is none; of two who say so at once one is enough."""
    rows = FormSubmission.objects.select_for_update(of=("self",)).select_related("form__owner")
    row = rows.get(pk=row.pk)
    if row.state != SubmissionState.SPAM:
        return
    row.state, row.why = SubmissionState.TAKEN, ""
    row.save(update_fields=["state", "why"])
    sent = Sent(row.values, token=row.token, agrees=bool(row.wording), page=row.page)
    _follow(row, row.form, sent, at)
    audit.record(actor=by, action="webform.take", subject=row.form)


def _follow(row: FormSubmission, form: WebForm, sent: Sent, at: datetime) -> None:
    """The person, the lead, the consent, the timeline."""
    owner = form.owner if form.owner is not None and form.owner.is_active else None
    company = _company(sent.values.get("company", ""), form, owner)
    contact = _person(sent.values, form, owner, company)
    lead = _lead(sent.values, form, contact, company, at) if form.makes_lead else None
    row.contact, row.lead = contact, lead
    row.save(update_fields=["contact", "lead"])
    if sent.agrees:
        _agree(form, contact, row, at)
    if sent.visitor is not None and not untracked([contact.pk]):
        identify_visitor(key=sent.visitor, contact=contact.pk, at=at)
    record_interactions(
        [
            NewInteraction(
                contact=contact.pk,
                kind=InteractionKind.SUBMIT,
                at=at,
                key=f"form:{row.pk}",
                subject=form.name,
                url=row.page,
                channel="web",
                detail=row.utm,
                origin=ORIGIN,
            )
        ]
    )


def _company(name: str, form: WebForm, owner: User | None) -> Company | None:
    if not name:
        return None
    found = find_or_create_companies([name], by=owner, owner=owner, team=form.team)
    return found[name]


def _person(
    values: Mapping[str, str], form: WebForm, owner: User | None, company: Company | None
) -> Contact:
    """The contact of this address, of which only what is empty is filled; else a new one."""
    said = {name: values[name] for name in OF_CONTACT if values.get(name)}
    if "phone" in said:
        phone = read_phone(said["phone"], dialling_country())
        said["phone"] = phone.e164 or said["phone"]
    email = said.get("email", "").casefold()
    rows = Contact.objects.kept().select_for_update().filter(email_key=email).order_by("pk")
    contact: Contact | None = rows.first() if email else None
    if contact is None:
        source = form.source or form.name
        contact = Contact(**said, company=company, owner=owner, team=form.team, source=source[:100])
        contact.language = form.language
        contact.save()
        audit.record(actor=None, action=CREATE, subject=contact)
        after_change("crm.contact", [contact.pk], action=CREATE)
        return contact
    before = audit.snapshot(contact)
    for name, text in {**said, "language": form.language}.items():
        if not getattr(contact, name):
            setattr(contact, name, text)
    if contact.company_id is None:
        contact.company = company
    changes = audit.differences(before, contact)
    if changes:
        contact.save()
        audit.record(actor=None, action=EDIT, subject=contact, changes=changes)
        after_change("crm.contact", [contact.pk], changes={contact.pk: changes})
    return contact


def _lead(
    values: Mapping[str, str],
    form: WebForm,
    contact: Contact,
    company: Company | None,
    at: datetime,
) -> Lead:
    """Nobody's yet, so that the rules of the assignment find somebody; the form's owner has it without rules."""
    lead = Lead(
        contact=contact,
        company=company,
        source=(form.source or form.name)[:100],
        interest=values.get("interest", ""),
        description=values.get("message", ""),
        country=values.get("country", ""),
        city=values.get("city", ""),
        captured_at=at,
        owner=None if AssignmentRule.objects.enabled().exists() else contact.owner,
        team=form.team,
    )
    lead.save()
    audit.record(actor=None, action=CREATE, subject=lead)
    after_change("crm.lead", [lead.pk], action=CREATE)
    return lead


def _agree(form: WebForm, contact: Contact, row: FormSubmission, at: datetime) -> None:
    """Pending until it is confirmed, or given at once; the words that were shown are kept with the answer."""
    purposes = purposes_of(form)
    detail = _("Form “%(name)s”, answer %(number)s") % {"name": form.name, "number": row.pk}
    confirmed = needs_confirmation(form, purposes)
    if confirmed:
        language = form.language
        ask_confirmation(
            contact=contact, purposes=confirmed, detail=detail, at=at, language=language
        )
    source, state = ConsentSource.FORM, ConsentState.GRANTED
    record_consents(
        (
            Word(contact.pk, each.pk, Channel.EMAIL, state, source, at, detail)
            for each in purposes
            if each not in confirmed
        ),
        keeps_withdrawn=True,  # anybody could have entered the address
    )
