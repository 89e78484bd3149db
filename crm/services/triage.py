"""What is done with new leads at a glance: qualified with a next step, not a fit, later; and their return."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import audit, permissions
from core.changes import Change
from core.changes.drafts import Draft, complete, load_drafts, write_drafts
from core.changes.kinds import Prepared
from core.company import company
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import ChangeSet, User
from core.notifying import notify
from core.registries import RecordType, record_types
from core.services.records import after_change
from crm.choices import ActivityKind, LeadStatus, ResponseClock
from crm.models import Activity, Lead
from crm.queries.activities import activity_owners
from crm.queries.inbox import inbox_url
from crm.services.activities import plan_activity

LEAD, LOCK, RETURN = "crm.lead", "crm.lead.return", "lead.return"
LONGEST = 200
LONGEST_AWAY = timedelta(days=2 * 365)
STEP_AT = time(9)
BATCH = 500
TOLD_ONE_BY_ONE = 3
ONE_BACK = gettext_noop("%(name)s is back, as planned: a lead to be answered.")
SOME_BACK = gettext_noop("%(count)s of your leads are back, as planned.")
# Columns that these changes write and that no form does.
COLUMNS = ("returns_on",)


def _require_status(kind: RecordType, by: User) -> None:
    if kind.key != LEAD or not permissions.access_of(by).edits("crm.lead.status"):
        raise Refused(_("Your role may not change the status of leads."))


def _is_settled(lead: Any) -> bool:
    """A converted lead has its deal; only taking that back opens it."""
    return bool(lead.status == LeadStatus.CONVERTED)


@dataclass(frozen=True)
class QualifyLeads(Change):
    """It is worth a colleague's time; with a next step, which becomes a task of whoever has the lead."""

    key = "lead.qualify"
    right = "edit"
    changes_values = True

    step: str = ""
    step_on: str = ""

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        _require_status(kind, by)
        if len(self.step) > LONGEST:
            raise Refused(_("Say the next step in up to %(most)s characters.") % {"most": LONGEST})
        if self.step_on and not self.step:
            raise Refused(_("Say what the next step is, or take the day away."))
        if self.step:
            permissions.require(by, "crm.activity.create")

        def qualify(draft: Draft, _at: datetime) -> None:
            lead: Any = draft.record
            if not _is_settled(lead):
                lead.status, lead.returns_on = LeadStatus.QUALIFIED, None

        return qualify

    def follow_up(self, records: Sequence[Any], change_set: ChangeSet) -> None:
        """The next steps; undoing the change puts them into the bin while they are not done."""
        by = change_set.actor
        if not self.step or by is None:
            return
        owners = {user.pk: user for user in activity_owners(by)}
        made = []
        for lead in Lead.objects.for_list().filter(pk__in=[record.pk for record in records]):
            owner = owners.get(lead.owner_id or 0, by)
            activity = Activity(kind=ActivityKind.TASK, subject=self.step, lead=lead, owner=owner)
            activity.at = self._due(owner)
            made.append(plan_activity(activity=activity, by=by, at=change_set.at))
        made_now = {"deleted_at": (change_set.at, None)}
        audit.record_all(
            actor=by,
            action=self.key,
            changes_by_subject=[(activity, made_now) for activity in made],
            change_set=change_set,
        )

    def _due(self, owner: User) -> datetime | None:
        if not self.step_on:
            return None
        day = date.fromisoformat(self.step_on)
        return datetime.combine(day, STEP_AT, ZoneInfo(owner.time_zone))


@dataclass(frozen=True)
class DisqualifyLeads(Change):
    """Not a fit, and why."""

    key = "lead.disqualify"
    right = "edit"
    changes_values = True

    reason: str

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        _require_status(kind, by)
        reason = self.reason.strip()
        if not reason or len(reason) > LONGEST:
            raise Refused(_("Say why it is not a fit."))

        def disqualify(draft: Draft, _at: datetime) -> None:
            lead: Any = draft.record
            if not _is_settled(lead):
                lead.status, lead.lost_reason = LeadStatus.UNQUALIFIED, reason
                lead.returns_on = None

        return disqualify


@dataclass(frozen=True)
class RecycleLeads(Change):
    """Out of the inbox until a day; a closed lead keeps its outcome until then."""

    key = "lead.recycle"
    right = "edit"
    changes_values = True

    until: str

    def prepared(self, kind: RecordType, by: User) -> Prepared:
        _require_status(kind, by)
        until = date.fromisoformat(self.until)

        def recycle(draft: Draft, at: datetime) -> None:
            if not at.date() <= until <= at.date() + LONGEST_AWAY:
                raise Refused(_("Choose a day within the next two years."))
            lead: Any = draft.record
            if not _is_settled(lead):
                lead.returns_on = until

        return recycle


# -- coming back -----------------------------------------------------------------------------------


def return_leads(*, at: datetime) -> int:
    """Bring those back whose day has come, by the company's calendar; each once."""
    today = at.astimezone(ZoneInfo(company().time_zone)).date()
    returned = 0
    while number := _return_some(today, at):
        returned += number
    return returned


@transaction.atomic
def _return_some(today: date, at: datetime) -> int:
    """Two workers take turns: whoever comes second finds no day in the rows any more."""
    lock_for_transaction(LOCK)
    due = Lead.objects.filter(returns_on__lte=today)
    pks = list(due.order_by("returns_on", "pk").values_list("pk", flat=True)[:BATCH])
    if not pks:
        return 0
    kind = record_types[LEAD]
    drafts = load_drafts(kind, pks, with_tags=False)
    for draft in drafts:
        _bring_back(draft.record, at)
    complete(kind, drafts, at)
    change_set = ChangeSet.objects.create(
        object_type=LEAD, action=RETURN, actor=None, at=at, count=len(drafts)
    )
    written = write_drafts(kind, drafts, action=RETURN, change_set=change_set)
    after_change(LEAD, written, changes=written)
    _tell([pk for pk in written if _is_kept(drafts, pk)])
    return len(pks)


def _bring_back(lead: Any, at: datetime) -> None:
    """New again, and waiting from now on; one that was converted meanwhile stays so."""
    lead.returns_on = None
    if _is_settled(lead) or lead.deleted_at is not None:
        return
    lead.status, lead.lost_reason = LeadStatus.NEW, ""
    lead.awaits_since, lead.clock = at, ResponseClock.WAITING


def _is_kept(drafts: Sequence[Draft], pk: int) -> bool:
    record: Any = next(draft.record for draft in drafts if draft.record.pk == pk)
    return record.deleted_at is None and not _is_settled(record)


def _tell(pks: Sequence[int]) -> None:
    """Each owner is told of a few leads by name, of many in one sentence."""
    by_owner: defaultdict[Any, list[Any]] = defaultdict(list)
    rows = Lead.objects.for_list().filter(pk__in=pks, owner__is_active=True).order_by("pk")
    for lead in rows:
        by_owner[lead.owner].append(lead)
    for owner, leads in by_owner.items():
        if len(leads) > TOLD_ONE_BY_ONE:
            words: dict[str, Any] = {"count": len(leads)}
            url = inbox_url("me")
            notify(user=owner, kind="assignment", message=SOME_BACK, message_args=words, url=url)
            continue
        for lead in leads:
            words = {"name": lead.name_for(permissions.access_of(owner))[:120]}
            url = lead.get_absolute_url()
            notify(user=owner, kind="assignment", message=ONE_BACK, message_args=words, url=url)
