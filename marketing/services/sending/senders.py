"""From whom a campaign is: as it says, else as the options of marketing say."""

from marketing.models import Campaign
from marketing.queries.message_options import options
from marketing.services.sending.mime import Sender


def sender_of(campaign: Campaign, bounce_address: str = "") -> Sender:
    """Name and address belong together: an own address without a name has none."""
    said = options()
    is_own = bool(campaign.sender_address)
    return Sender(
        name=campaign.sender_name or ("" if is_own else said.sender_name),
        address=campaign.sender_address or said.sender_address,
        reply_to=campaign.reply_to or said.reply_to,
        bounce_address=bounce_address,
    )
