"""Companies: finding and making them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Q

from core import permissions
from core.locks import lock_for_transaction
from core.models import Team, User
from core.services.records import CREATE, after_change
from core.text import comparable
from crm.models import Company


def find_companies(
    names: Iterable[str], *, by: User | None, theirs: Q = permissions.NOTHING
) -> dict[str, Company]:
    """The companies of these names, by their compared form, among those that the user may see.

    Of several the oldest; nothing where the user may not see names. `theirs` is looked at besides.
    """
    keys = {comparable(name) for name in names if name}
    if not keys or (by is not None and not permissions.access_of(by).sees("crm.company.name")):
        return {}
    seen = permissions.row_condition(Company, by) if by is not None else permissions.NOTHING
    rows = Company.objects.kept().filter(seen | theirs, name_key__in=keys).order_by("-pk")
    return {company.name_key: company for company in rows}


@transaction.atomic
def find_or_create_companies(
    names: Iterable[str],
    *,
    by: User | None,
    owner: User | None,
    team: Team | None,
    marks: Mapping[str, Any] = MappingProxyType({}),
    domains: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Company]:
    """A company for each name; those that differ only in case or width are one company.

    Whether a company exists that the user may not see is not to be found out so: there will be two.
    Those of the new owner count, else each slice of an import for somebody else would make them anew.
    `marks` are columns of the new ones, `domains` theirs by name.
    """
    lock_for_transaction("crm.company")
    keys = {name: comparable(name) for name in names if name}
    theirs = Q(owner=owner) if owner is not None else Q(owner=None, team=team)
    found = find_companies(keys, by=by, theirs=theirs)
    missing: dict[str, Company] = {}
    for name, key in keys.items():
        if key not in found and key not in missing:
            domain = domains.get(name, "")
            missing[key] = Company(
                name=name, name_key=key, domain=domain, owner=owner, team=team, **marks
            )
    Company.objects.bulk_create(missing.values(), batch_size=500)
    made = [company.pk for company in missing.values()]
    after_change("crm.company", made, action=CREATE, by=by)
    found |= missing
    return {name: found[key] for name, key in keys.items()}
