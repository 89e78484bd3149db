"""Who took data out, and who logged in."""

from dataclasses import dataclass
from typing import Any

from core import permissions
from core.models import AuditEvent, CustomField, User
from core.queries.audit import seen_events
from core.registries import RecordType, record_types

PAGE_SIZE = 50
SIGN_INS = ("sign_in", "sign_in.failed", "sign_out")


@dataclass(frozen=True)
class ExportLine:
    """An export: by whom, of which rows of which list, with which fields."""

    event: AuditEvent
    list_label: str
    rows: int | None
    form: str
    conditions: str
    fields: list[str]


@dataclass(frozen=True)
class SignInLine:
    event: AuditEvent
    user: User | None
    network: str

    @property
    def is_failed(self) -> bool:
        return self.event.action == "sign_in.failed"


def exports_page(user: User, before: int | None) -> dict[str, Any]:
    events, older = _page(user, ("export",), before)
    access = permissions.access_of(user)
    labels = {field.name: field.label for field in CustomField.objects.all()}
    lines = [_export(event, access, labels) for event in events]
    return {"lines": lines, "older": older}


def _export(event: AuditEvent, access: permissions.Access, labels: dict[str, str]) -> ExportLine:
    told = {name: pair[1] for name, pair in event.changes.items()}
    is_list = event.object_type in record_types
    kind = record_types[event.object_type] if is_list else None
    names = [
        name
        for name in told.get("columns", [])
        if kind is None or access.sees(kind.field_name(name))
    ]
    return ExportLine(
        event,
        str(kind.plural) if kind else "",
        told.get("rows"),
        str(told.get("form", "")).upper(),
        # The sentence may speak of fields that are hidden from the reader.
        "" if access.hidden_fields else told.get("conditions", ""),
        [_field_label(kind, name, labels) for name in names],
    )


def _field_label(kind: RecordType | None, name: str, labels: dict[str, str]) -> str:
    if kind is None:
        return name
    return labels.get(kind.field_name(name)) or str(kind.label_of(name))


def sign_ins_page(user: User, before: int | None, *, only_failed: bool) -> dict[str, Any]:
    actions = ("sign_in.failed",) if only_failed else SIGN_INS
    events, older = _page(user, actions, before)
    users = User.objects.in_bulk({e.object_id for e in events if e.object_id is not None})
    lines = [
        SignInLine(event, users.get(event.object_id or 0), _network(event)) for event in events
    ]
    return {"lines": lines, "older": older, "only_failed": only_failed}


def _network(event: AuditEvent) -> str:
    return str(event.changes.get("network", (None, ""))[1] or "")


def _page(
    user: User, actions: tuple[str, ...], before: int | None
) -> tuple[list[AuditEvent], int | None]:
    rows = seen_events(user).select_related("actor").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    # One after the other: each is a stretch of the index of acts, all at once are not.
    events = [event for action in actions for event in rows.filter(action=action)[: PAGE_SIZE + 1]]
    events.sort(key=lambda event: -event.pk)
    shown = events[:PAGE_SIZE]
    return shown, shown[-1].pk if len(events) > PAGE_SIZE else None
