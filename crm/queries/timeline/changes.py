"""What became of a record: its changes, its stages, how it came to us."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.models import AuditEvent
from core.permissions import Access
from core.queries.changes import Change
from core.registries import audit_actions
from crm.choices import StageKind
from crm.models import StageChange
from crm.queries.timeline.entries import Entry, FieldChange

ICONS = {
    "create": "plus",
    "assign": "user-share",
    "complete": "check",
    "file.add": "paperclip",
    "member.add": "user-plus",
    "participant.add": "user-plus",
    "attendance": "calendar-check",
    "lines": "package",
    "delete": "trash",
    "score.set": "gauge",
    "score.release": "gauge",
    "lead.qualify": "check",
    "lead.disqualify": "user-off",
    "lead.recycle": "calendar-due",
    "lead.return": "inbox",
    "quote.create": "file-text",
    "quote.issue": "file-text",
    "quote.sent": "send",
    "quote.accepted": "check",
    "quote.declined": "x",
    "quote.unmark": "arrow-back-up",
    "quote.delete": "trash",
}
# Whose acts are told by their words in the trail.
TOLD = frozenset({"lead", "quote"})
# Acts that are nothing but changes of fields: whoever sees none of these reads nothing.
OF_FIELDS = frozenset({"edit", "score.set", "score.release"})


def change_entry(changes: Sequence[Change], events: Sequence[AuditEvent]) -> Entry | None:
    """The changes of one entry, newest first; nothing when none of them may be seen."""
    facts = [FieldChange(*fact) for change in changes for fact in change.facts]
    event = events[0]
    if event.action in OF_FIELDS and not facts:
        return None
    by = _("by %(name)s") % {"name": event.actor.display_name} if event.actor else ""
    return Entry(
        event.at,
        ICONS.get(event.action, "pencil"),
        _fact(event, facts),
        tuple(part for part in (_file(event), by) if part),
        changes=tuple(facts),
    )


def _fact(event: AuditEvent, facts: Sequence[FieldChange]) -> str:
    if event.action == "edit":
        labels = {str(fact.label) for fact in facts}
        if len(labels) == 1:
            return _("%(field)s changed") % {"field": labels.pop()}
        sentence = ngettext("%(count)s field changed", "%(count)s fields changed", len(labels))
        return sentence % {"count": len(labels)}
    words = {
        "create": pgettext("event", "Created"),
        "assign": _("Changed hands"),
        "file.add": _("File added"),
        "file.delete": _("File deleted"),
        "member.add": _("Somebody joined"),
        "member.remove": _("Somebody left"),
        "member.edit": _("A membership changed"),
        "participant.edit": _("A participation changed"),
        "participant.add": _("Somebody takes part"),
        "participant.remove": _("Somebody no longer takes part"),
        "attendance": _("Attendance changed"),
        "lines": _("Products changed"),
        "delete": _("Moved to the bin"),
        "restore": _("Brought back from the bin"),
        "score.set": pgettext("event", "Score set by hand"),
        "score.release": pgettext("event", "Score given back to the model"),
    }
    return words.get(event.action) or _of_app(event.action)


def _of_app(action: str) -> str:
    """What an act of its own is called in the trail, where it tells of a record."""
    if action.partition(".")[0] in TOLD and action in audit_actions:
        return str(audit_actions[action].label)
    return pgettext("event", "Changed")


def _file(event: AuditEvent) -> str:
    """The name of a file that came or went, or the number of a quote."""
    told = (*event.changes.get("file", ()), *event.changes.get("quote", ()))
    return " ".join(str(name) for name in told if name)


def stage_entry(change: StageChange) -> Entry:
    """A step of a deal."""
    stage = change.to_stage
    kind = StageKind(stage.kind)
    fact = _("Moved to “%(stage)s”") % {"stage": stage} if kind == StageKind.OPEN else kind.label
    origin = _("from “%(stage)s”") % {"stage": change.from_stage} if change.from_stage else ""
    by = _("by %(name)s") % {"name": change.by.display_name} if change.by else ""
    icon = {StageKind.WON: "trophy", StageKind.LOST: "circle-x"}.get(kind, "arrow-right")
    details = tuple(part for part in (origin, by) if part)
    return Entry(change.at, icon, str(fact), details)


def origin_entry(kind: str, record: Any, access: Access) -> Entry:
    """How the record came to us."""
    if kind == "captured":
        source = record.source if access.sees("crm.lead.source") else ""
        fact = pgettext("event", "Captured")
        return Entry(record.captured_at, "target-arrow", fact, (source,) if source else ())
    if kind == "imported":
        detail = _("from %(file)s") % {"file": record.imported_by.file_name}
        return Entry(record.created_at, "file-import", pgettext("event", "Imported"), (detail,))
    return Entry(record.created_at, "plus", pgettext("event", "Created"))
