"""What the funnel report can be narrowed to: only what the reader may see."""

from typing import Any

from core import permissions
from core.choices import Reach
from core.models import User
from crm.choices import StageKind
from crm.models import Deal, Pipeline, Product, Stage

MOST = 300


def offers_for(user: User) -> dict[str, Any]:
    """Teams, people, sources and products."""
    access = permissions.access_of(user)
    reach = access.reach("crm.deal.view")
    people = User.objects.filter(is_active=True).select_related("team")
    if reach != Reach.ALL:
        mine = permissions.team_ids(user) if reach == Reach.TEAM and user.team_id else []
        people = people.filter(team__in=mine)
    owners = list(people.order_by("name", "email")[:MOST])
    teams = {owner.team.pk: owner.team for owner in owners if owner.team is not None}
    hidden = [
        name
        for name in ("team", "owner", "source", "products")
        if not access.sees(f"crm.deal.{name}")
    ]
    return {
        "teams": sorted(teams.values(), key=lambda team: team.name),
        "owners": owners,
        "sources": [] if "source" in hidden else _sources(user),
        "products": _products(user) if access.sees("crm.product.name") else [],
        "hidden": hidden,
    }


def ways() -> dict[Pipeline, list[Stage]]:
    """The pipelines in use with their stages: open ones in order, then won ones, then lost ones."""
    found: dict[Pipeline, list[Stage]] = {}
    stages = Stage.objects.in_use().filter(pipeline__is_archived=False).select_related("pipeline")
    for stage in stages:
        found.setdefault(stage.pipeline, []).append(stage)
    kinds = list(StageKind)
    for several in found.values():
        several.sort(key=lambda stage: kinds.index(StageKind(stage.kind)))
    return found


def _sources(user: User) -> list[str]:
    rows = permissions.visible_rows(Deal, user).exclude(source="")
    return list(rows.order_by("source").values_list("source", flat=True).distinct()[:MOST])


def _products(user: User) -> list[tuple[int, str]]:
    rows = permissions.visible_rows(Product, user).order_by("name_key")
    return list(rows.values_list("pk", "name")[:MOST])
