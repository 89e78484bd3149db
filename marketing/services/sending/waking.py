"""What should be sending and is not: found by beat, whatever was lost."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from marketing.choices import CampaignState, RecipientState
from marketing.models import Campaign, Recipient
from marketing.services.campaigns.states import skip_cancelled, start_due
from marketing.services.sending.claims import WORKERS, recover, workers_at


def look_after(*, at: datetime) -> list[int]:
    """Recover, start and end what is to be; the campaigns that need a worker, as often as they need one."""
    recover(at=at)
    skip_cancelled()
    start_due(at=at)
    finish_done(at=at)
    return [pk for pk in at_rest(at) for _worker in range(WORKERS - workers_at(pk, at))]


def at_rest(at: datetime) -> Iterable[int]:
    """Campaigns in which something is to be done now."""
    rested = Q(sending=None) | Q(sending__not_before=None) | Q(sending__not_before__lte=at)
    due = Recipient.objects.filter(
        campaign=OuterRef("pk"), state=RecipientState.WAITING, due_at__lte=at
    )
    rows = Campaign.objects.filter(state=CampaignState.SENDING, deleted_at=None).filter(rested)
    waiting = rows.filter(Q(gathered_to__isnull=False) | Exists(due))
    return waiting.order_by("started_at", "pk").values_list("pk", flat=True)


@transaction.atomic
def finish_done(*, at: datetime) -> int:
    """Campaigns of which nobody waits any more are sent; how many."""
    open_states = [RecipientState.WAITING, RecipientState.TAKEN]
    still = Recipient.objects.filter(campaign=OuterRef("pk"), state__in=open_states)
    rows = Campaign.objects.filter(state=CampaignState.SENDING, gathered_to=None, deleted_at=None)
    return int(
        rows.filter(~Exists(still)).update(state=CampaignState.SENT, finished_at=at, paused_for="")
    )
