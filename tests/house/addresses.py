"""Every address of the product, with records made for its parameters.

A new address is covered by itself. One with a parameter that nobody knows yet fails with a sentence
that says where to add it: a maker in `RECORDS` (by the noun its name begins with).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from core.choices import RunState
from core.models import ChangeSet, ExchangeRate, SavedView, User
from crm.models import LeadImport
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    JobRunFactory,
    LeadFactory,
    LeadImportFactory,
)

OWN_ROOMS = ("core.", "crm.", "marketing.", "analytics.", "config.")


@dataclass(frozen=True)
class Address:
    """One URL pattern: its name, its view and the names of its parameters."""

    name: str
    route: str
    view: Callable[..., Any]
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return self.name or self.route

    @property
    def is_ours(self) -> bool:
        return self.view.__module__.startswith(OWN_ROOMS)

    @property
    def permission(self) -> str:
        """What the view says with @requires, @signed_in or @public; empty when it says nothing."""
        return getattr(self.view, "required_permission", "")

    def url(self, owner: User) -> str:
        """The address of a record of this user's."""
        if not self.parameters:
            return f"/{self.route}"
        return reverse(self.name, kwargs={p: value_of(self, p, owner) for p in self.parameters})


def addresses() -> list[Address]:
    return list(_walk(get_resolver(), "", ()))


def _walk(resolver: URLResolver, route: str, parameters: tuple[str, ...]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        found = (*parameters, *pattern.pattern.converters, *_groups(pattern))
        if isinstance(pattern, URLPattern):
            yield Address(pattern.name or "", here, pattern.callback, tuple(dict.fromkeys(found)))
        else:
            yield from _walk(pattern, here, found)


def _groups(pattern: URLPattern | URLResolver) -> tuple[str, ...]:
    """Named groups of a `re_path`, as allauth writes them."""
    return tuple(pattern.pattern.regex.groupindex)


def _lead(owner: User) -> int:
    return LeadFactory(owner=owner).pk


def _contact(owner: User) -> int:
    return ContactFactory(owner=owner, team=owner.team).pk


def _company(owner: User) -> int:
    return CompanyFactory(owner=owner, team=owner.team).pk


def _import(owner: User) -> int:
    lead_import: LeadImport = LeadImportFactory(created_by=owner, done=True)
    return lead_import.pk


def _waiting_import(owner: User) -> int:
    return LeadImportFactory(created_by=owner).pk


def _view(owner: User) -> int:
    return SavedView.objects.create(object_type="crm.contact", name="Mine", owner=owner).pk


def _job(owner: User) -> int:
    return JobRunFactory(requested_by=owner, state=RunState.QUEUED, finished_at=None).pk


def _custom_field(_owner: User) -> int:
    return CustomFieldFactory().pk


def _change(owner: User) -> int:
    return ChangeSet.objects.create(
        object_type="crm.contact", action="delete", actor=owner, at=timezone.now()
    ).pk


def _currency(_owner: User) -> int:
    day = date(2026, 1, 1)
    rate, _made = ExchangeRate.objects.get_or_create(
        currency="USD", valid_from=day, defaults={"rate": 1}
    )
    return rate.pk


def _activity(owner: User) -> int:
    return ActivityFactory(owner=owner).pk


# By the whole name of the address, else by the noun it begins with.
RECORDS: dict[str, Callable[[User], int]] = {
    "lead": _lead,
    "contact": _contact,
    "company": _company,
    "import": _import,
    "import_map": _waiting_import,
    "job": _job,
    "custom": _custom_field,
    "record": _contact,
    "view": _view,
    "change": _change,
    "currency": _currency,
    "activity": _activity,
    "activity_log": _lead,
    "activity_people": _lead,
    "timeline": _lead,
}
OTHERS = {
    "kind": "analytics.lead_score",
    "record_type": "crm.contact",
    "action": "assign",
    "provider_id": "oidc",
    "uidb36": "1",
    "key": "no-such-key",
    "object_type": "crm.lead",
}


def value_of(address: Address, parameter: str, owner: User) -> Any:
    if parameter in OTHERS:
        return OTHERS[parameter]
    noun = address.name.partition("_")[0]
    maker = RECORDS.get(address.name) or RECORDS.get(noun)
    assert maker is not None, (
        f"{address}: nobody knows what to put for <{parameter}>. Add {noun!r} to RECORDS in "
        "tests/house/addresses.py."
    )
    return maker(owner)
