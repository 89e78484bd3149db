"""Companies: finding and making them."""

from collections.abc import Iterable

from django.db import transaction

from core.locks import lock_for_transaction
from core.models import Team, User
from core.services.records import CREATE, after_change
from core.text import comparable
from crm.models import Company


@transaction.atomic
def find_or_create_companies(
    names: Iterable[str], *, owner: User | None, team: Team | None
) -> dict[str, Company]:
    """A company for each name; those that differ only in case or width are one company."""
    lock_for_transaction("crm.company")
    keys = {name: comparable(name) for name in names if name}
    found: dict[str, Company] = {}
    for company in Company.objects.filter(name_key__in=set(keys.values())).order_by("-pk"):
        found[company.name_key] = company  # the oldest wins
    missing: dict[str, Company] = {}
    for name, key in keys.items():
        if key not in found and key not in missing:
            missing[key] = Company(name=name, name_key=key, owner=owner, team=team)
    Company.objects.bulk_create(missing.values(), batch_size=500)
    made = [company.pk for company in missing.values()]
    after_change("crm.company", made, action=CREATE, by=owner)
    found |= missing
    return {name: found[key] for name, key in keys.items()}
