"""A team that is dissolved: its records go to another one, range by range; then it is deleted."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.jobs.ranges import ranges, within
from core.models import Team, User
from core.services.teams import belongings


class DissolveTeamJob(Job):
    """What has moved is not found again, so that a second attempt goes on where the first ended."""

    is_parallel = False

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Find the records"))
        partitions: list[dict[str, Any]] = []
        for model, column in belongings():
            rows = model._base_manager.filter(**{column: run.scope["team"]}).order_by("pk")
            found = ranges(rows.values_list("pk", flat=True).iterator(chunk_size=5_000))
            where = {"model": model._meta.label_lower, "column": column}
            partitions += [{**where, **cut} for cut in found]
            run.check()
        run.step(gettext_noop("Move them to the other team"))
        return Plan(partitions)

    def load(self, run: RunContext, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    def compute(self, run: RunContext, data: dict[str, Any]) -> dict[str, Any]:
        return data

    def save(self, run: RunContext, results: dict[str, Any]) -> Saved:
        manager = apps.get_model(results["model"])._base_manager
        rows = within(manager.filter(**{results["column"]: run.scope["team"]}), results)
        moved = rows.update(**{results["column"]: run.scope["into"]})
        return Saved(moved, moved, {"moved": moved})

    def finish(self, run: RunContext) -> None:
        """Whoever came to the team meanwhile goes along; records would be left without a team."""
        team, into = run.scope["team"], run.scope["into"]
        people: list[tuple[type[Model], str]] = [(User, "team"), (Team, "parent")]
        for model, column in [*belongings(), *people]:
            model._base_manager.filter(**{column: team}).update(**{column: into})
        Team.objects.filter(pk=team).delete()
