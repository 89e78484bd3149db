"""Contacts and companies as the search for duplicates compares them."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.db.models import QuerySet

from core.registries import RecordType, record_types
from crm.methods.duplicates.profiles import (
    FirmProfile,
    PersonProfile,
    firm_profile,
    person_profile,
)
from crm.methods.duplicates.records import Firm, Person
from crm.methods.duplicates.scoring import Match, match_firms, match_people
from crm.models import Company, Contact

CONTACT, COMPANY = "crm.contact", "crm.company"
DIGEST_BYTES = 8

Compared = Person | Firm
Profile = PersonProfile | FirmProfile

PERSON_FIELDS = (
    "pk",
    "name",
    "email",
    "phone",
    "other_email",
    "mobile",
    "other_phone",
    "company__name",
    "company__domain",
    "job_title",
    "city",
    "linkedin_url",
)
FIRM_FIELDS = ("pk", "name", "domain", "website", "phone", "city")


def _person(row: tuple[Any, ...]) -> Person:
    pk, name, email, phone, other_email, mobile, other_phone, firm, domain, *rest = row
    title, city, linkedin = rest
    return Person(
        pk,
        name,
        email,
        phone,
        other_emails=(other_email,) if other_email else (),
        other_phones=tuple(number for number in (mobile, other_phone) if number),
        company_name=firm or "",
        domain=domain or "",
        job_title=title,
        city=city,
        linkedin_url=linkedin,
    )


def _firm(row: tuple[Any, ...]) -> Firm:
    return Firm(*row)


@dataclass(frozen=True)
class ComparedType:
    """How records of one type are read and compared; its numbers of other systems are unique."""

    key: str
    model: Any
    fields: tuple[str, ...]
    read: Callable[[tuple[Any, ...]], Any]
    profile: Callable[[Any], Any]
    match: Callable[..., Match]

    @property
    def kind(self) -> RecordType:
        return record_types[self.key]

    def kept(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._base_manager.filter(deleted_at__isnull=True)
        return rows

    def among(self, rows: QuerySet[Any]) -> Iterator[Compared]:
        return map(self.read, rows.values_list(*self.fields).iterator(chunk_size=2_000))

    def of_ids(self, ids: Collection[int]) -> dict[int, Compared]:
        """The kept ones among them, by number."""
        return {record.id: record for record in self.among(self.kept().filter(pk__in=ids))}


COMPARED: Mapping[str, ComparedType] = {
    each.key: each
    for each in (
        ComparedType(CONTACT, Contact, PERSON_FIELDS, _person, person_profile, match_people),
        ComparedType(COMPANY, Company, FIRM_FIELDS, _firm, firm_profile, match_firms),
    )
}


def name_key(profile: Profile) -> str:
    """The name under which records of one name are counted."""
    return profile.name.key if isinstance(profile, PersonProfile) else profile.key


def name_number(object_type: str, name: str) -> int:
    """The number under which records of one type with this name are counted."""
    return number_of(f"{object_type}:{name}")


def number_of(text: str) -> int:
    """A text as a number of 64 bits with a sign."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()
    return int.from_bytes(digest, "big", signed=True)


def digest_of(one: Compared, other: Compared) -> int:
    """What the two were when they were compared."""
    return number_of(f"{one!r}{other!r}")
