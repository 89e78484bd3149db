"""The reasons and competitors that are offered."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import override

from crm.choices import SEEDED_REASONS, UNFIT, StageKind, seeded_label
from crm.models import CloseReason, Competitor


def reasons_for(kind: str) -> list[CloseReason]:
    """Those for deals that end so, in order."""
    return list(CloseReason.objects.filter(kind=kind, is_archived=False))


@cache
def _said_of_lost() -> dict[str, dict[str, None]]:
    """The reasons for losing that come with the product, each with its words in every language."""
    found: dict[str, dict[str, None]] = {name: {} for name in SEEDED_REASONS[StageKind.LOST]}
    for code, _language in settings.LANGUAGES:
        with override(code):
            for name, words in found.items():
                words[seeded_label(name)] = None
    return found


def lost_reason_of(words: str) -> str:
    """The reason that the words are in one of the languages: deals keep what was read when they were closed."""
    return next((name for name, said in _said_of_lost().items() if words in said), words)


def words_of_lost(reason: str) -> list[str]:
    """All words that deals may have of a reason."""
    return list(_said_of_lost().get(reason, [reason]))


def competitors_offered() -> list[Competitor]:
    return list(Competitor.objects.filter(is_archived=False))


def closing_page() -> dict[str, Any]:
    """All of them, for the page of settings: two queries."""
    reasons = list(CloseReason.objects.all())
    competitors = list(Competitor.objects.all())
    kinds = (StageKind.LOST, StageKind.WON, UNFIT)
    return {
        "kinds": [
            {
                "kind": kind,
                "rows": [row for row in reasons if row.kind == kind and not row.is_archived],
            }
            for kind in kinds
        ],
        "competitors": [row for row in competitors if not row.is_archived],
        "archived_reasons": [row for row in reasons if row.is_archived],
        "archived_competitors": [row for row in competitors if row.is_archived],
    }
