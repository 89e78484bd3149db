"""Taking an import back: what it made goes to the bin, what it changed is put back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import audit, permissions
from core.changes.drafts import load_drafts, write_drafts
from core.errors import Refused
from core.jobs.questions import ask
from core.models import AuditEvent, ChangeSet, JobRun, Team, User
from core.registries import RecordType, record_types
from core.rows.keys import forget_keys
from core.services.colleagues import remove_colleagues, remove_empty_teams
from core.services.members import edit_user
from core.services.records import EDIT, after_change
from core.services.undo import UNDO, put_back
from crm.models import Acquaintance, FileImport, Interaction
from crm.services.imports.beside import take_back_beside
from crm.services.imports.kinds import COLLEAGUE, KINDS
from crm.services.imports.origins import origin_of

REVERT = "crm.import_revert"
# What only one record may have, the next import has to be able to give to another one.
SET_FREE = ("external_id", "sku")


def may_revert(file_import: FileImport, by: User) -> bool:
    """Whoever imported may, and administrators; once, and not while it runs."""
    run, change_set = file_import.run, file_import.change_set
    is_ones_own = file_import.created_by_id == by.pk
    access, right = permissions.access_of(by), KINDS[file_import.object_type].permission
    return (
        (is_ones_own or access.is_administrator)
        and access.may("crm.import.use")
        and (not right or access.may(right))
        and run is not None
        and not run.is_active
        and change_set is not None
        and change_set.undone_at is None
    )


@transaction.atomic
def start_reverting(*, file_import: FileImport, by: User, as_of: datetime) -> JobRun:
    """Put the reverting of an import into the queue."""
    held = (
        FileImport.objects.select_for_update(of=("self",))
        .select_related("run", "change_set")
        .get(pk=file_import.pk)
    )
    if not may_revert(held, by) or held.change_set is None:
        raise Refused(_("This import cannot be reverted, or it was already."))
    ChangeSet.objects.filter(pk=held.change_set.pk).update(undone_at=as_of)
    undoing = ChangeSet.objects.create(
        object_type=held.record_type.key, action=UNDO, actor=by, at=as_of
    )
    scope = {"import": held.pk, "file": held.file_name, "undoing": undoing.pk}
    held.reverting = ask(kind=REVERT, as_of=as_of, scope=scope, requested_by=by)
    ChangeSet.objects.filter(pk=undoing.pk).update(run=held.reverting)
    held.save(update_fields=["reverting"])
    audit.record(actor=by, action="import.revert", subject=held, run=held.reverting)
    return held.reverting


@transaction.atomic
def put_changes_back(*, events: Sequence[AuditEvent], undoing: ChangeSet) -> dict[str, int]:
    """Put back what the events (the newest first) changed, as far as nobody has changed it since."""
    changed = [event for event in events if event.action == EDIT and event.changes]
    left = sum(put_back(events=wave, undoing=undoing) for wave in _waves(changed))
    return {"put_back": len(changed) - left, "left_alone": left}


def _waves(events: Iterable[AuditEvent]) -> list[list[AuditEvent]]:
    """A record occurs once in each."""
    waves: list[dict[tuple[str, Any], AuditEvent]] = []
    for event in events:
        name = (event.object_type, event.object_id)
        wave = next((each for each in waves if name not in each), None)
        if wave is None:
            waves.append({name: event})
        else:
            wave[name] = event
    return [list(wave.values()) for wave in waves]


@transaction.atomic
def bin_made(
    *, kind: RecordType, pks: Sequence[int], file_import: FileImport, undoing: ChangeSet
) -> dict[str, int]:
    """Bin the records that the import made, but for those that somebody has changed since."""
    changed = _changed_since(kind, pks, file_import)
    drafts = [
        draft
        for draft in load_drafts(kind, set(pks) - changed, with_tags=False)
        if draft.record.deleted_at is None
    ]
    for draft in drafts:
        draft.record.deleted_at = undoing.at
        for name in SET_FREE:
            if getattr(draft.record, name, None):
                setattr(draft.record, name, None)
    written = write_drafts(kind, drafts, action="delete", change_set=undoing)
    forget_keys(kind.key, list(written))
    after_change(kind.key, written, changes=written, by=undoing.actor)
    ChangeSet.objects.filter(pk=undoing.pk).update(count=F("count") + len(written))
    return {"binned": len(written), "left_alone": len(changed)}


def _changed_since(kind: RecordType, pks: Sequence[int], file_import: FileImport) -> set[int]:
    began = file_import.run.started_at if file_import.run else None
    events = AuditEvent.objects.filter(
        object_type=kind.key, object_id__in=pks, actor__isnull=False, at__gt=began
    )
    # What the reverting itself did to a record does not keep it.
    events = events.exclude(action=UNDO).exclude(change_set=file_import.change_set)
    return {pk for pk in events.values_list("object_id", flat=True) if pk is not None}


@transaction.atomic
def forget_told(*, file_import: FileImport, at: datetime) -> dict[str, int]:
    """Delete what the import told of people: what they did, who of us knows them, what apps above took."""
    Acquaintance.objects.filter(imported_by=file_import).delete()
    gone, _by_model = Interaction.objects.filter(origin=origin_of(file_import)).delete()
    return {"deleted": gone, "put_back": take_back_beside(file_import, at)}


@transaction.atomic
def forget_colleagues(*, file_import: FileImport, undoing: ChangeSet) -> dict[str, int]:
    """Put back what the import changed of colleagues; delete those it made, if nothing hangs on them."""
    by = undoing.actor
    if file_import.object_type != COLLEAGUE or by is None:
        return {}
    events = AuditEvent.objects.filter(change_set=file_import.change_set).order_by("-pk")
    edits = [event for event in events if event.action == "user.edit"]
    back = [_put_colleague_back(event, by) for event in edits]
    made = {event.object_id for event in events if event.action == "user.create"} - {None}
    teams = {event.object_id for event in events if event.action == "team.create"} - {None}
    gone, kept = remove_colleagues(ids={pk for pk in made if pk}, by=by)
    kept_teams = remove_empty_teams(ids={pk for pk in teams if pk}, by=by)
    left = back.count(False)
    return {
        "deleted": gone,
        "put_back": back.count(True),
        "left_alone": left,
        "in_use": kept + kept_teams,
    }


def _put_colleague_back(event: AuditEvent, by: User) -> bool:
    """As far as nobody has changed it since; a team may be gone by now."""
    user = User.objects.select_related("team").filter(pk=event.object_id or 0).first()
    if user is None:
        return False
    now = {"name": user.name, "team": str(user.team or "")}
    if any(now[name] != after for name, (_before, after) in event.changes.items() if name in now):
        return False
    was = {name: before for name, (before, _after) in event.changes.items()}
    team = Team.objects.filter(name=was["team"]).first() if was.get("team") else None
    if was.get("team") and team is None:
        return False
    edit_user(
        user=user,
        name=was.get("name", user.name),
        email=user.email,
        team=team if "team" in was else user.team,
        roles=list(user.roles.all()),
        language=user.language,
        time_zone=user.time_zone,
        by=by,
    )
    return True


def made_types() -> list[RecordType]:
    """The types whose records say which import made them; those that link go first."""
    return [kind for kind in record_types if hasattr(kind.model, "imported_by")]
