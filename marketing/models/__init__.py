"""The models of marketing."""

from marketing.models.campaigns import Campaign, CampaignVariant, Recipient
from marketing.models.consents import Consent, ConsentEvent, Purpose, Suppression
from marketing.models.links import LinkCheck
from marketing.models.messages import Message, MessageImage, MessageText
from marketing.models.past_people import PastPerson
from marketing.models.preferences import (
    ConfirmationRequest,
    ContactPreference,
    DeliveryProblem,
    MarketingOptions,
)
from marketing.models.segments import Segment, SegmentMember, SegmentSize, StaleMembership
from marketing.models.sending import MailSettings, Pace, Sending
from marketing.models.tracking import MailHit, PageView, Visitor, Website
from marketing.models.uplift import ContactUplift
from marketing.models.web_forms import FormSubmission, WebForm

__all__ = [
    "Campaign",
    "CampaignVariant",
    "ConfirmationRequest",
    "Consent",
    "ConsentEvent",
    "ContactPreference",
    "ContactUplift",
    "DeliveryProblem",
    "FormSubmission",
    "LinkCheck",
    "MailHit",
    "MailSettings",
    "MarketingOptions",
    "Message",
    "MessageImage",
    "MessageText",
    "Pace",
    "PageView",
    "PastPerson",
    "Purpose",
    "Recipient",
    "Segment",
    "SegmentMember",
    "SegmentSize",
    "Sending",
    "StaleMembership",
    "Suppression",
    "Visitor",
    "WebForm",
    "Website",
]
