"""Changes of more records than a request may take: cut by ranges of ids, each one transaction."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from core import permissions
from core.changes import Change, change_from_json
from core.errors import Refused
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.jobs.ranges import plan_over, within
from core.lists.selection import Selection
from core.models import ChangeSet, User
from core.services.records import change_records
from core.services.undo import put_back
from core.speaking import speaking_as

GONE = gettext_noop("Whoever started this may no longer do it.")


class BulkChangeJob(Job):
    """The selection is resolved again for each range, with the rights that the user has by then."""

    is_parallel = False

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Find the records"))
        change_set, selection, change = self._asked(run)
        by = _actor(change_set, change)
        with speaking_as(by):
            plan = plan_over(run, selection.rows(by))
        run.step(gettext_noop("Change them"))
        return plan

    def load(self, run: RunContext, payload: dict[str, Any]) -> list[int]:
        change_set, selection, change = self._asked(run)
        by = _actor(change_set, change)
        with speaking_as(by):
            rows = within(selection.rows(by), payload)
            return list(rows.order_by("pk").values_list("pk", flat=True))

    def compute(self, run: RunContext, data: list[int]) -> list[int]:
        return data

    def save(self, run: RunContext, results: list[int]) -> Saved:
        change_set, selection, change = self._asked(run)
        by = _actor(change_set, change)
        before = change_set.count
        rows = permissions.visible_rows(selection.kind.model, by).filter(pk__in=results)
        reached = rows.filter(change.reach(selection.kind.model, by)).count()
        with speaking_as(by):
            change_records(rows=rows, change=change, by=by, at=change_set.at, change_set=change_set)
        changed = change_set.count - before
        counts = {"changed": changed, "left": len(results) - reached}
        return Saved(len(results), changed, counts)

    @staticmethod
    def _asked(run: RunContext) -> tuple[ChangeSet, Selection, Change]:
        return (
            ChangeSet.objects.select_related("actor").get(pk=run.scope["change_set"]),
            Selection.from_json(run.scope["selection"]),
            change_from_json(run.scope["change"]),
        )


class BulkUndoJob(Job):
    """The events of the change set, range by range."""

    is_parallel = False

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Find the records"))
        plan = plan_over(run, self._events(run))
        run.step(gettext_noop("Put back what was there before"))
        return plan

    def load(self, run: RunContext, payload: dict[str, Any]) -> list[Any]:
        return list(within(self._events(run), payload).order_by("pk"))

    def compute(self, run: RunContext, data: list[Any]) -> list[Any]:
        return data

    def save(self, run: RunContext, results: list[Any]) -> Saved:
        undoing = ChangeSet.objects.select_related("actor").get(pk=run.scope["undoing"])
        before = undoing.count
        left = put_back(events=results, undoing=undoing)
        undoing.refresh_from_db(fields=["count"])
        undone = undoing.count - before
        return Saved(len(results), undone, {"undone": undone, "left": left})

    @staticmethod
    def _events(run: RunContext) -> QuerySet[Any]:
        return ChangeSet.objects.get(pk=run.scope["change_set"]).events.all()


def _actor(change_set: ChangeSet, change: Change) -> User:
    """Whoever started it, while that user may still do so."""
    by = change_set.actor
    permission = f"{change_set.object_type}.{change.right}"
    if by is None or not permissions.access_of(by).may(permission):
        raise Refused.by_msgid(GONE)
    return by
