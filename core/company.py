"""The company as its pages show it."""

import json
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db.models import Subquery

from core.choices import Currency
from core.models import Installation, User

SHOWN = (
    "name",
    "logo",
    "accent",
    "languages",
    "language",
    "time_zone",
    "week_start",
    "address",
    "base_currency",
)
PREFIX = "company_"


@dataclass(frozen=True)
class Company:
    """What is known of the company; what nobody has said yet is as shipped."""

    name: str = "Renmai"
    logo: str = ""
    accent: str = "blue"
    languages: tuple[str, ...] = ()
    language: str = settings.LANGUAGE_CODE
    time_zone: str = "UTC"
    week_start: int = 0
    address: str = ""
    base_currency: str = Currency.EUR.value

    @property
    def is_named(self) -> bool:
        return self.name != Company.name

    @property
    def logo_name(self) -> str:
        """The part of the logo's address that changes with the picture."""
        return PurePath(self.logo).name

    @property
    def offered(self) -> list[tuple[str, Any]]:
        """The languages that people may choose, with their names."""
        wanted = self.languages or dict(settings.LANGUAGES)
        return [(code, name) for code, name in settings.LANGUAGES if code in wanted]

    def spoken(self, code: str) -> str:
        """The language, if it is offered; otherwise the company's own."""
        return code if code in dict(self.offered) else self.language


def company() -> Company:
    """Read on its own: for visitors, jobs and new users."""
    return _company(Installation.objects.filter(pk=1).values(*SHOWN).first() or {})


def dialling_country() -> str | None:
    """Where numbers without + are dialled; nobody may have said."""
    return Installation.objects.filter(pk=1).values_list("country", flat=True).first() or None


def stale_after_days() -> int:
    """For how many days nobody may touch a record before it counts as stale."""
    told = Installation.objects.filter(pk=1).values_list("stale_after_days", flat=True).first()
    return told if told is not None else Installation().stale_after_days


def company_for(user: User) -> Company:
    """The company as the frame of the user's page has read it already, else read now."""
    frame = user.cached_start
    return frame.company if frame is not None else company()


def company_columns() -> dict[str, Subquery]:
    """The same as columns of another query: the frame of every page reads them along."""
    rows = Installation.objects.filter(pk=1)
    return {f"{PREFIX}{name}": Subquery(rows.values(name)) for name in SHOWN}


def company_from(row: dict[str, Any]) -> Company:
    """The company from a row with `company_columns`, as the database driver gives it."""
    values = {name: row[f"{PREFIX}{name}"] for name in SHOWN}
    languages = values["languages"]
    if isinstance(languages, str):
        values["languages"] = json.loads(languages)
    return _company(values)


def _company(values: dict[str, Any]) -> Company:
    told = {name: value for name, value in values.items() if value is not None}
    return Company(**{**told, "languages": tuple(told.get("languages", ()))})
