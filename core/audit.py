"""The audit trail: services say what changed, in the transaction that changes it."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils import timezone

from core.custom_names import CUSTOM, custom_name
from core.insertion import insert_rows
from core.models import AuditEvent

if TYPE_CHECKING:
    from core.models import ChangeSet, JobRun, User

Changes = Mapping[str, tuple[Any, Any]]
BULK_FIELDS = (
    "at",
    "actor_id",
    "action",
    "object_type",
    "object_id",
    "changes",
    "change_set_id",
)


def record(
    *,
    actor: "User | None",
    action: str,
    subject: Model | None = None,
    changes: Changes | None = None,
    run: "JobRun | None" = None,
    object_type: str = "",
    change_set: "ChangeSet | None" = None,
) -> AuditEvent:
    """Write one event; `changes` maps field names to (before, after).

    `object_type` names the record type of an act on no single record: an export.
    """
    event = _event(actor, action, subject, changes or {})
    event.object_type = event.object_type or object_type
    event.run, event.change_set = run, change_set
    event.save()
    return event


def record_all(
    *,
    actor: "User | None",
    action: str,
    changes_by_subject: Iterable[tuple[Model, Changes]],
    change_set: "ChangeSet | None" = None,
) -> None:
    """Write one event for each record of a bulk action."""
    at, who = timezone.now(), actor.pk if actor is not None else None
    part_of = change_set.pk if change_set is not None else None
    insert_rows(
        AuditEvent,
        BULK_FIELDS,
        (
            (
                at,
                who,
                action,
                subject._meta.label_lower,
                subject.pk,
                plain_changes(changes),
                part_of,
            )
            for subject, changes in changes_by_subject
        ),
    )


def _event(
    actor: "User | None", action: str, subject: Model | None, changes: Changes
) -> AuditEvent:
    return AuditEvent(
        actor=actor,
        action=action,
        object_type=subject._meta.label_lower if subject is not None else "",
        object_id=subject.pk if subject is not None else None,
        changes=plain_changes(changes),
    )


def plain_changes(changes: Changes) -> dict[str, list[Any]]:
    """The changes as the trail keeps them: values of JSON."""
    return {name: [_plain(a), _plain(b)] for name, (a, b) in changes.items() if a != b}


def snapshot(subject: Model) -> dict[str, Any]:
    """The stored values of a record, to compare with later."""
    values = {
        field.name: field.value_from_object(subject) for field in subject._meta.concrete_fields
    }
    # Custom fields lie in a dictionary that whoever holds the record may change in place.
    return {
        name: dict(value) if isinstance(value, dict) else value for name, value in values.items()
    }


def differences(before: Mapping[str, Any], subject: Model) -> dict[str, tuple[Any, Any]]:
    """What changed since the snapshot; custom fields one by one."""
    changes: dict[str, tuple[Any, Any]] = {}
    for name, value in snapshot(subject).items():
        if name == CUSTOM:
            changes |= _custom_differences(before[name] or {}, value or {})
        elif name != "updated_at" and before[name] != value:
            changes[name] = (before[name], value)
    return changes


def _custom_differences(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    return {
        custom_name(key): (before.get(key), after.get(key))
        for key in {*before, *after}
        if before.get(key) != after.get(key)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)
