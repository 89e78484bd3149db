"""A score that a person sets instead of the model's, and giving it back to the model."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import permissions
from core.changes import Change
from core.changes.drafts import Draft
from core.changes.kinds import Prepared
from core.errors import Refused
from core.models import ChangeSet, User
from core.registries import RecordType
from core.services.records import change_records
from crm.models import Lead

HIGHEST = 100
LONGEST_REASON = 300


@dataclass(frozen=True)
class SetScore(Change):
    """The person's score counts from now on; the model's goes on being computed beside it."""

    key = "score.set"
    right = "edit"

    score: int
    reason: str

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        _require_scoring(kind, by)
        if not 0 <= self.score <= HIGHEST:
            raise Refused(_("A score is a whole number from 0 to 100."))
        reason = self.reason.strip()
        if not reason or len(reason) > LONGEST_REASON:
            raise Refused(_("Say in up to 300 characters why: others will read it."))

        def hold(draft: Draft, at: datetime) -> None:
            _write(draft.record, self.score, reason, by.pk, at)

        return hold


@dataclass(frozen=True)
class ReleaseScore(Change):
    """The model's score counts again."""

    key = "score.release"
    right = "edit"

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        _require_scoring(kind, by)

        def release(draft: Draft, _at: datetime) -> None:
            _write(draft.record, None, "", None, None)

        return release


def _require_scoring(kind: RecordType, by: User) -> None:
    if not may_score(kind.key, by):
        raise Refused(_("Your role may not change the score of leads."))


def may_score(object_type: str, by: User) -> bool:
    """Whether the user's role may change scores at all."""
    return object_type == "crm.lead" and permissions.access_of(by).edits("crm.lead.score")


def _write(lead: Any, score: int | None, reason: str, by: int | None, at: datetime | None) -> None:
    if (lead.hand_score, lead.hand_reason) == (score, reason):
        return
    lead.hand_score, lead.hand_reason = score, reason
    lead.hand_by_id, lead.hand_at = by, at


@transaction.atomic
def set_score(
    *,
    lead: Lead,
    score: int,
    reason: str,
    by: User,
    at: datetime,
    seen: datetime | None,
) -> ChangeSet:
    """Set the lead's score by hand.

    `seen` is when the score that the person knew of was set, None where it was the model's: what
    somebody else set in the meantime is not overwritten.
    """
    rows = Lead.objects.filter(pk=lead.pk)
    locked = rows.select_for_update(of=("self",), no_key=True)
    stored = locked.select_related("hand_by").get()
    if stored.hand_at is not None and stored.hand_at != seen:
        raise Refused(
            _("%(name)s has set the score to %(score)s in the meantime: %(reason)s")
            % {
                "name": stored.hand_by.display_name if stored.hand_by else _("Somebody"),
                "score": stored.hand_score,
                "reason": stored.hand_reason,
            }
        )
    return change_records(rows=rows, change=SetScore(score, reason), by=by, at=at)


def release_score(*, lead: Lead, by: User, at: datetime) -> ChangeSet:
    """Give the lead's score back to the model."""
    rows = Lead.objects.filter(pk=lead.pk)
    return change_records(rows=rows, change=ReleaseScore(), by=by, at=at)
