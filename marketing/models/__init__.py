"""The models of marketing."""

from marketing.models.campaigns import Campaign, CampaignVariant, Recipient
from marketing.models.consents import Consent, ConsentEvent, Purpose, Suppression
from marketing.models.messages import Message, MessageImage, MessageText
from marketing.models.segments import Segment, SegmentMember, SegmentSize, StaleMembership
from marketing.models.tracking import MailHit, PageView, Visitor, Website

__all__ = [
    "Campaign",
    "CampaignVariant",
    "Consent",
    "ConsentEvent",
    "MailHit",
    "Message",
    "MessageImage",
    "MessageText",
    "PageView",
    "Purpose",
    "Recipient",
    "Segment",
    "SegmentMember",
    "SegmentSize",
    "StaleMembership",
    "Suppression",
    "Visitor",
    "Website",
]
