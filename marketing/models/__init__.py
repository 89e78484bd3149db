"""The models of marketing."""

from marketing.models.campaigns import Campaign, CampaignVariant, Recipient
from marketing.models.consents import Consent, ConsentEvent, Purpose, Suppression
from marketing.models.messages import Message, MessageImage, MessageText
from marketing.models.segments import Segment, SegmentMember, SegmentSize, StaleMembership
from marketing.models.sending import MailSettings, Pace, ReturnedMessage, Sending

__all__ = [
    "Campaign",
    "CampaignVariant",
    "Consent",
    "ConsentEvent",
    "MailSettings",
    "Message",
    "MessageImage",
    "MessageText",
    "Pace",
    "Purpose",
    "Recipient",
    "ReturnedMessage",
    "Segment",
    "SegmentMember",
    "SegmentSize",
    "Sending",
    "StaleMembership",
    "Suppression",
]
