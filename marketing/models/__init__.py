"""The models of marketing."""

from marketing.models.campaigns import Campaign, CampaignVariant, Recipient
from marketing.models.consents import Consent, ConsentEvent, Purpose, Suppression
from marketing.models.messages import Message, MessageImage, MessageText
from marketing.models.segments import Segment, SegmentMember, SegmentSize, StaleMembership

__all__ = [
    "Campaign",
    "CampaignVariant",
    "Consent",
    "ConsentEvent",
    "Message",
    "MessageImage",
    "MessageText",
    "Purpose",
    "Recipient",
    "Segment",
    "SegmentMember",
    "SegmentSize",
    "StaleMembership",
    "Suppression",
]
