"""Opens and clicks, some seconds later: who it was, and then onto the recipient and the timeline.

Each batch is one transaction, and an interaction has the hit's number as its key: a worker that dies has written
all of a batch or nothing, and another one does it again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from core.locks import lock_for_transaction
from crm.services.interactions import NewInteraction, record_interactions
from marketing.choices import HitKind, Verdict
from marketing.models import MailHit, Recipient
from marketing.services.permission_to_send import untracked
from marketing.services.tracking.machines import TRAP_SPAN, Hit, signs

QUIET = timedelta(seconds=20)  # what belongs together has come by then
BATCH = 500
MOST_BATCHES = 40  # a turn; beat calls again
COLUMNS = {
    (HitKind.OPEN, Verdict.PERSON): "opened_at",
    (HitKind.OPEN, Verdict.MACHINE): "machine_opened_at",
    (HitKind.CLICK, Verdict.PERSON): "clicked_at",
    (HitKind.CLICK, Verdict.MACHINE): "machine_clicked_at",
}


def settle_hits(*, at: datetime) -> int:
    """Decide on what has waited long enough, the oldest first; returns how many."""
    number = 0
    for _turn in range(MOST_BATCHES):
        done = _settle_some(at)
        number += done
        if done < BATCH:
            break
    return number


@transaction.atomic
def _settle_some(at: datetime) -> int:
    lock_for_transaction("marketing.hits")  # two would write the same recipients' columns
    rows = MailHit.objects.filter(verdict="", at__lte=at - QUIET).order_by("at", "id")
    waiting = list(rows.select_for_update(of=("self",))[:BATCH])
    number = len(waiting)
    if not waiting:
        return 0
    recipients = Recipient.objects.select_related("campaign").in_bulk(
        {hit.recipient_id for hit in waiting}
    )
    waiting = _wanted(waiting, recipients)
    if not waiting:
        return number
    _decide(waiting, recipients)
    MailHit.objects.bulk_update(waiting, ["verdict", "sign"])
    _note(waiting, recipients.values())
    record_interactions(_interactions(waiting, recipients))
    return number


def _wanted(waiting: list[MailHit], recipients: dict[int, Recipient]) -> list[MailHit]:
    """Without those of people who have come to want that nothing is counted: their hits go."""
    unwilling = untracked({recipient.contact_id for recipient in recipients.values()})
    gone = [hit for hit in waiting if recipients[hit.recipient_id].contact_id in unwilling]
    MailHit.objects.filter(pk__in=[hit.pk for hit in gone]).delete()
    return [hit for hit in waiting if hit not in gone]


def _decide(waiting: Collection[MailHit], recipients: dict[int, Recipient]) -> None:
    """Each in the light of what else the recipient's programmes did around that time."""
    around = MailHit.objects.filter(
        recipient__in=recipients,
        at__gte=min(hit.at for hit in waiting) - TRAP_SPAN,
        at__lte=max(hit.at for hit in waiting) + TRAP_SPAN,
    )
    known: dict[int, list[Hit]] = defaultdict(list)
    for hit in around:
        known[hit.recipient_id].append(
            Hit(hit.pk, hit.kind, hit.at, hit.url, hit.agent, hit.is_head)
        )
    for number, hits in known.items():
        found = signs(hits, recipients[number].sent_at)
        for hit in waiting:
            if hit.recipient_id == number:
                hit.sign = found.get(hit.pk, "")
                hit.verdict = Verdict.MACHINE if hit.sign else Verdict.PERSON


def _note(waiting: Iterable[MailHit], recipients: Collection[Recipient]) -> None:
    """The first of each kind on the recipient; whoever clicks has opened."""
    found = {recipient.pk: recipient for recipient in recipients}
    for hit in waiting:
        recipient = found[hit.recipient_id]
        columns = [COLUMNS.get((HitKind(hit.kind), Verdict(hit.verdict)), "")]
        if columns == ["clicked_at"]:
            columns.append("opened_at")
        for column in filter(None, columns):
            before = getattr(recipient, column)
            setattr(recipient, column, hit.at if before is None else min(before, hit.at))
    Recipient.objects.bulk_update(recipients, list(COLUMNS.values()))


def _interactions(
    waiting: Iterable[MailHit], recipients: dict[int, Recipient]
) -> Iterable[NewInteraction]:
    """What people did; what machines did says nothing about them."""
    for hit in waiting:
        recipient = recipients[hit.recipient_id]
        if hit.verdict != Verdict.PERSON or hit.kind == HitKind.TRAP:
            continue
        yield NewInteraction(
            contact=recipient.contact_id,
            kind=hit.kind,
            at=hit.at,
            key=f"hit:{hit.pk}",
            subject=recipient.campaign.name,
            url=hit.url[:500],
            channel="email",
            detail={"campaign": recipient.campaign_id, "recipient": recipient.pk},
            origin=f"campaign:{recipient.campaign_id}",
        )
