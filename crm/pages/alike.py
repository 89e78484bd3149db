"""Records that a new one is probably the same as: found by indexed columns, then compared."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db.models import Q

from core import permissions
from core.models import User
from core.records import Alike
from core.records.controls import dialled
from core.text import comparable
from crm.methods.duplicates.legal_forms import spellings
from crm.methods.duplicates.profiles import FirmProfile, PersonProfile
from crm.methods.duplicates.records import Firm, Person
from crm.models import Company
from crm.queries.compared import COMPANY, COMPARED, CONTACT, Profile, name_key
from crm.queries.duplicates import reason_text

MOST_SHOWN = 3
MOST_COMPARED = 50  # records of one common name
LEAST = 0.05  # a common name alone says less


def people_alike(values: Mapping[str, Any], user: User) -> list[Alike]:
    """Contacts with the e-mail address, a phone or the name, also with the name turned round."""
    given = {name: value for name, value in values.items() if isinstance(value, str)}
    company = values.get("company") or values.get("company_name")
    person = Person(
        0,
        given.get("name", ""),
        given.get("email", ""),
        given.get("phone", ""),
        other_emails=_filled(given, "other_email"),
        other_phones=_filled(given, "mobile", "other_phone"),
        company_name=company.name if isinstance(company, Company) else str(company or ""),
        domain=company.domain if isinstance(company, Company) else "",
        job_title=given.get("job_title", ""),
        city=given.get("city", ""),
        linkedin_url=given.get("linkedin_url", ""),
    )
    access = permissions.access_of(user)
    same = Q()
    if person.email and access.sees("crm.contact.email"):
        same |= Q(email_key=person.email.strip().casefold())
    if person.name and access.sees("crm.contact.name"):
        same |= Q(name_key__in=set(_turns(comparable(person.name))))
    return _alike(CONTACT, person, same | _same_phone(person, access), user)


def companies_alike(values: Mapping[str, Any], user: User) -> list[Alike]:
    """Companies with the name, whatever their legal form, or the domain."""
    given = {name: value for name, value in values.items() if isinstance(value, str)}
    firm = Firm(
        0, *(given.get(name, "") for name in ("name", "domain", "website", "phone", "city"))
    )
    access = permissions.access_of(user)
    same = Q()
    if firm.name and access.sees("crm.company.name"):
        same |= Q(name_key__in=spellings(comparable(firm.name)))
    domain = COMPARED[COMPANY].profile(firm).domain
    if domain and access.sees("crm.company.domain"):
        same |= Q(domain=domain)
    return _alike(COMPANY, firm, same, user)


def _same_phone(person: Person, access: permissions.Access) -> Q:
    """Contacts with one of the numbers, as they are stored: dialled where that can be told."""
    numbers = {dialled(text) for text in (person.phone, *person.other_phones) if text.strip()}
    same = Q()
    for column in ("phone", "mobile"):
        if numbers and access.sees(f"crm.contact.{column}"):
            same |= Q(**{f"{column}__in": numbers})
    return same


def _filled(given: Mapping[str, str], *names: str) -> tuple[str, ...]:
    return tuple(given[name] for name in names if given.get(name))


def _turns(name: str) -> Iterator[str]:
    """A name and the name with its last word first, and its first word last."""
    words = name.split()
    yield name
    yield " ".join([*words[-1:], *words[:-1]])
    yield " ".join([*words[1:], *words[:1]])


def _alike(object_type: str, new: Any, same: Q, user: User) -> list[Alike]:
    """The likeliest of the visible records that have something in common with the new one."""
    if not same:
        return []
    compared = COMPARED[object_type]
    rows = compared.model.objects.visible_to(user).filter(same).order_by("pk")
    pks = list(rows.values_list("pk", flat=True)[:MOST_COMPARED])
    records = compared.of_ids(pks) if pks else {}
    profiles = {pk: compared.profile(record) for pk, record in records.items()}
    frequency = _frequency([name_key(profile) for profile in profiles.values()])
    one = compared.profile(new)
    matches = {pk: compared.match(one, other, frequency) for pk, other in profiles.items()}
    likeliest = sorted(matches, key=lambda pk: (-matches[pk].probability, pk))
    shown = [
        pk
        for pk in likeliest
        if matches[pk].probability >= LEAST or _has_same_address(one, profiles[pk])
    ][:MOST_SHOWN]
    found = compared.model.objects.for_list().in_bulk(shown)
    access = permissions.access_of(user)
    return [
        Alike(
            found[pk],
            matches[pk].probability,
            [
                text
                for reason in matches[pk].reasons
                if reason.weight > 0
                and (text := reason_text(object_type, reason.message, reason.args, access))
            ],
        )
        for pk in shown
        if pk in found
    ]


def _frequency(names: list[str]) -> Callable[[str], int]:
    """How many of the compared records have a name, with the new one."""
    return lambda name: names.count(name) + 1


def _has_same_address(one: Profile, other: Profile) -> bool:
    """Whether both have one e-mail address, or one website: worth a look whatever else is known."""
    if isinstance(one, PersonProfile) and isinstance(other, PersonProfile):
        return not (one.emails | one.mailboxes).isdisjoint(other.emails | other.mailboxes)
    if isinstance(one, FirmProfile) and isinstance(other, FirmProfile):
        return bool(one.domain) and one.domain == other.domain
    return False
