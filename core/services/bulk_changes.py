"""Changes of a selection: some records at once, many by a job; undoing them the same way."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.changes import Change
from core.errors import Refused
from core.jobs.questions import ask
from core.lists.selection import Selection
from core.models import ChangeSet, JobRun, User
from core.services.records import begin_change_set, change_records
from core.services.undo import begin_undoing, undo_change_set

CHANGE_JOB = "core.bulk_change"
UNDO_JOB = "core.bulk_undo"
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Outcome:
    """What came of it: the change set; the run when a job does the rest; and how many records were
    chosen that the user may not change so, or that somebody has changed since."""

    change_set: ChangeSet
    run: JobRun | None = None
    left_alone: int = 0


@transaction.atomic
def change_selection(*, selection: Selection, change: Change, by: User, at: datetime) -> Outcome:
    """Change up to 500 records now, more by a job."""
    rows = selection.rows(by)
    permissions.require(by, f"{selection.kind.key}.{change.right}")
    chosen = rows.order_by()[: MOST_AT_ONCE + 1].count()
    if not chosen:
        raise Refused(_("Select at least one record."))
    if chosen <= MOST_AT_ONCE:
        reached = rows.filter(change.reach(selection.kind.model, by)).count()
        change_set = change_records(rows=rows, change=change, by=by, at=at)
        return Outcome(change_set, left_alone=chosen - reached)
    change.prepared(selection.kind, by)  # refuses now what the job would refuse
    change_set = begin_change_set(kind=selection.kind, change=change, by=by, at=at)
    scope = {
        "change_set": change_set.pk,
        "selection": selection.as_json(),
        "change": change.as_json(),
    }
    return Outcome(change_set, _start(CHANGE_JOB, scope, change_set, by, at))


@transaction.atomic
def undo_change(*, change_set: ChangeSet, by: User, at: datetime) -> Outcome:
    """Undo a change of up to 500 records now, of more by a job."""
    if change_set.count <= MOST_AT_ONCE:
        undone = undo_change_set(change_set=change_set, by=by, at=at)
        return Outcome(undone.change_set, left_alone=undone.left_alone)
    undoing = begin_undoing(change_set=change_set, by=by, at=at)
    scope = {
        "change_set": change_set.pk,
        "undoing": undoing.pk,
        "selection": {"type": change_set.object_type},
    }
    return Outcome(undoing, _start(UNDO_JOB, scope, undoing, by, at))


def _start(
    kind: str, scope: dict[str, object], change_set: ChangeSet, by: User, at: datetime
) -> JobRun:
    run = ask(kind=kind, as_of=at, scope=scope, requested_by=by)
    change_set.run = run
    change_set.save(update_fields=["run"])
    audit.record(actor=by, action="job.start", run=run)
    return run
