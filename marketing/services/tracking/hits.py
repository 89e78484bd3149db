"""Noting that a message was opened or a link followed: one row, and nothing that makes anybody wait."""

from datetime import datetime

from marketing.models import MailHit, Recipient


def note_hit(
    *, recipient: int, kind: str, at: datetime, agent: str, url: str = "", is_head: bool = False
) -> bool:
    """Write it; nothing where the recipient, or the campaign, is gone or counts no such thing."""
    names = ("campaign", "campaign__counts_opens", "campaign__counts_clicks")
    found = Recipient.objects.filter(pk=recipient).values_list(*names).first()
    if found is None:
        return False
    campaign, counts_opens, counts_clicks = found
    if not (counts_opens if kind == "open" else counts_clicks):
        return False
    MailHit.objects.create(
        campaign_id=campaign,
        recipient_id=recipient,
        kind=kind,
        at=at,
        url=url,
        agent=agent[:200],
        is_head=is_head,
    )
    return True
