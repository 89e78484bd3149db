"""Whom to call first."""

from typing import TYPE_CHECKING, Any

from crm.models import Lead

if TYPE_CHECKING:
    from core.models import User

SHOWN = 8


def call_first(_record: Any, user: "User") -> dict[str, Any]:
    """The open leads with the best scores, and how many leads there are to start with."""
    leads = Lead.objects.visible_to(user)
    best = leads.open().filter(score__isnull=False).for_list().order_by("-score__score", "-pk")
    return {"leads": list(best[:SHOWN]), "has_leads": leads.exists()}
