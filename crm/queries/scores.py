"""What may be told of a lead's score."""

from dataclasses import dataclass
from typing import Any

from core.fields.added import labels_of
from core.permissions import Access
from core.registries import record_types
from core.values import in_words
from crm.models import Lead, LeadScore

# Labels of what is no field of a lead, such as what its timeline tells; whoever learns from it adds them.
MORE_LABELS: dict[str, Any] = {}


@dataclass(frozen=True)
class SeenReasons:
    """The reasons that somebody may see, in words, and the points of all others together."""

    reasons: list[dict[str, Any]]
    rest: float


def reason_labels() -> dict[str, Any]:
    """Labels of the fields that reasons name, by their full names."""
    kind = record_types["crm.lead"]
    labels: dict[str, Any] = {kind.field_name(name): label for name, label in kind.labels.items()}
    return labels | MORE_LABELS | labels_of(kind.key)


def score_row(lead: Lead) -> LeadScore | None:
    """The lead's score, if it has one; pages of leads bring it along."""
    found: LeadScore | None = getattr(lead, "score", None)
    return found


def reasons_seen(score: LeadScore, access: Access) -> SeenReasons:
    """What the user may not see is no reason; its points belong to the rest."""
    labels = reason_labels()
    shown = [
        {
            **reason,
            "label": str(labels.get(reason["field"], reason["field"])),
            "detail": in_words(reason["value"]),
        }
        for reason in score.reasons
        if access.sees(reason["field"])
    ]
    hidden = sum(r["points"] for r in score.reasons) - sum(r["points"] for r in shown)
    return SeenReasons(shown, score.rest_points + hidden)
