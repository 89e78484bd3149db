"""What is sample and what people made."""

from typing import Any

from django.db.models import Q

from core.models import JobRun, SampleData, User
from core.queries.home import ask_at_once, count
from core.registries import record_types
from crm.models import Activity, Deal, Lead

LOAD, REMOVE = "crm.sample_company", "crm.sample_removal"
# Where somebody's own records may point to sample ones.
LINKS: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Lead, ("contact", "company")),
    (Deal, ("contact", "company", "lead")),
    (Activity, ("contact", "company", "lead", "deal")),
)


def sample_state() -> dict[str, Any]:
    """Whether the sample company is there, and what is being done about it."""
    return {
        "data": SampleData.objects.filter(pk=1).exclude(loaded_at=None).first(),
        "run": JobRun.objects.active().filter(kind__in=(LOAD, REMOVE)).first(),
    }


def what_goes(user: User) -> list[dict[str, Any]]:
    """For each kind of record: how many go, and how many stay because people made them."""
    kinds = list(record_types)
    columns = {}
    for place, kind in enumerate(kinds):
        rows = kind.model._base_manager.all()
        columns[f"goes_{place}"] = count(rows.filter(is_sample=True))
        columns[f"stays_{place}"] = count(rows.filter(is_sample=False))
    found = ask_at_once(user, columns)
    return [
        {
            "label": kind.plural,
            "icon": kind.icon,
            "goes": found[f"goes_{place}"],
            "stays": found[f"stays_{place}"],
        }
        for place, kind in enumerate(kinds)
    ]


def links_to_empty(user: User) -> int:
    """How many of people's own records lose a link to a sample record."""
    columns = {}
    for model, links in LINKS:
        points = Q()
        for link in links:
            points |= Q(**{f"{link}__is_sample": True})
        rows = model._base_manager.filter(is_sample=False).filter(points)
        columns[model._meta.model_name or ""] = count(rows)
    return sum(ask_at_once(user, columns).values())
