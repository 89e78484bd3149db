"""What is known of a person and of a company, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A contact or a lead; what is not known is empty."""

    id: int
    name: str = ""
    email: str = ""
    phone: str = ""
    other_emails: tuple[str, ...] = ()
    other_phones: tuple[str, ...] = ()
    company_name: str = ""
    domain: str = ""
    job_title: str = ""
    city: str = ""
    linkedin_url: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Firm:
    """A company; what is not known is empty."""

    id: int
    name: str = ""
    domain: str = ""
    website: str = ""
    phone: str = ""
    city: str = ""
    external_id: str = ""
