"""When messages of a campaign would leave, in sentences for whoever is about to send it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from core.company import company
from marketing.models import Campaign
from marketing.services.sending.hours import Hours


def departure(campaign: Campaign, at: datetime) -> str:
    """When it begins, when the first messages leave where its hours say otherwise, and what can be undone.

    Hours are those of the company's clock, or of each recipient's, on which the same hour is shown.
    """
    zone, hours = ZoneInfo(company().time_zone), Hours.of(campaign)
    begins = max(campaign.scheduled_at or at, at)
    is_ahead = begins > at
    first, _end = hours.next(begins, zone)
    words = {"when": _moment(begins, zone), "first": _moment(first, zone), "zone": zone.key}
    if is_ahead:
        said = [_begins(campaign) % words]
    elif first > begins:
        said = []
    else:
        said = [_("It begins at once.")]
    if not hours.is_always:
        said.append(_hours(campaign, is_later=first > begins) % words)
    if is_ahead:
        said.append(_("Until it begins it can be taken back."))
    else:
        said.append(_("What has left cannot be called back."))
    return " ".join(said)


def _begins(campaign: Campaign) -> str:
    if campaign.is_local:
        return _("It begins by itself, %(when)s in the time of each recipient.")
    return _("It begins by itself: %(when)s (%(zone)s).")


def _hours(campaign: Campaign, *, is_later: bool) -> str:
    if campaign.is_local and is_later:
        return _(
            "Messages leave only in the hours chosen, by the clock of each recipient; by the company’s the first "
            "leave %(first)s (%(zone)s)."
        )
    if campaign.is_local:
        return _("Messages leave only in the hours chosen, by the clock of each recipient.")
    if is_later:
        return _("Messages leave only in the hours chosen, the first %(first)s (%(zone)s).")
    return _("Messages leave only in the hours chosen.")


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    day = f"{date_format(local, 'l')} {date_format(local, 'SHORT_DATE_FORMAT')}"
    return f"{day} {time_format(local.time(), 'H:i')}"
