"""A record with every field normalised once, before it is compared many times."""

from dataclasses import dataclass

from crm.methods.duplicates.normalising import (
    Name,
    domain_of,
    email_of,
    firm_words,
    name_of,
    phone_of,
    profile_of,
    without_accents,
)
from crm.methods.duplicates.records import Firm, Person
from crm.methods.duplicates.words import FREE_MAIL, SHARED_MAILBOXES


@dataclass(frozen=True, slots=True)
class PersonProfile:
    """A person as compared."""

    name: Name
    emails: frozenset[str]
    mailboxes: frozenset[str]  # of nobody in person: info@, sales@
    phones: frozenset[str]
    firm: tuple[str, ...]
    domains: frozenset[str]
    title: str
    city: str
    linkedin: str
    external_id: str


@dataclass(frozen=True, slots=True)
class FirmProfile:
    """A company as compared."""

    name: tuple[str, ...]
    domain: str
    phone: str
    city: str
    external_id: str

    @property
    def key(self) -> str:
        """The name without its legal form: what frequencies are counted by."""
        return "".join(self.name)


def person_profile(person: Person) -> PersonProfile:
    """Normalise a person."""
    written = (email_of(text) for text in (person.email, *person.other_emails))
    addresses = frozenset(address for address in written if address)
    mailboxes = frozenset(it for it in addresses if it.split("@")[0] in SHARED_MAILBOXES)
    numbers = (phone_of(text) for text in (person.phone, *person.other_phones))
    domains = {address.split("@")[1] for address in addresses} | {domain_of(person.domain)}
    return PersonProfile(
        name=name_of(person.name),
        emails=addresses - mailboxes,
        mailboxes=mailboxes,
        phones=frozenset(number for number in numbers if number),
        firm=firm_words(person.company_name),
        domains=frozenset(domains - FREE_MAIL - {""}),
        title=_plain(person.job_title),
        city=_plain(person.city),
        linkedin=profile_of(person.linkedin_url),
        external_id=person.external_id.strip(),
    )


def firm_profile(firm: Firm) -> FirmProfile:
    """Normalise a company."""
    domain = domain_of(firm.domain) or domain_of(firm.website)
    return FirmProfile(
        name=firm_words(firm.name),
        domain="" if domain in FREE_MAIL else domain,
        phone=phone_of(firm.phone),
        city=_plain(firm.city),
        external_id=firm.external_id.strip(),
    )


def _plain(text: str) -> str:
    return " ".join(without_accents(text).split())
