"""Whom to call first."""

from typing import TYPE_CHECKING, Any

from core import permissions
from core.permissions import Access
from core.registries import record_types
from core.services.custom_fields import labels_of
from core.values import in_words
from crm.models import Lead

if TYPE_CHECKING:
    from core.models import User

SHOWN = 8


def call_first(_record: Any, user: "User") -> dict[str, Any] | None:
    """The open leads with the best scores, each with its strongest reason that may be seen."""
    access = permissions.access_of(user)
    if not access.sees("crm.lead.score"):
        return None
    leads = Lead.objects.visible_to(user)
    best = (
        leads.open()
        .filter(score__isnull=False)
        .for_list()
        .select_related("score__version")
        .order_by("-score__score", "-score__probability", "-pk")
    )
    rows = list(best[:SHOWN])
    labels = _labels() if rows else {}
    return {
        "rows": [{"lead": lead, "reason": _reason(lead, labels, access)} for lead in rows],
        "open_count": leads.open().count(),
        "has_leads": bool(rows) or leads.exists(),
        "average": rows[0].score.version.metrics.get("base_rate") if rows else None,
        "may_import": access.may("crm.lead.import"),
        "may_create": access.may("crm.lead.create"),
        "sees_company": access.sees("crm.lead.company"),
    }


def _labels() -> dict[str, Any]:
    kind = record_types["crm.lead"]
    labels: dict[str, Any] = {kind.field_name(name): label for name, label in kind.labels.items()}
    return labels | labels_of(kind.key)


def _reason(lead: Lead, labels: dict[str, Any], access: Access) -> dict[str, Any] | None:
    """What speaks most for the lead, in words."""
    for reason in lead.score.reasons:
        if reason["points"] > 0 and access.sees(reason["field"]):
            label = labels.get(reason["field"], reason["field"])
            return {"label": label, "value": in_words(reason["value"])}
    return None
