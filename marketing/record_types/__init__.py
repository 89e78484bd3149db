"""The record types of marketing, and the fields that it adds to others."""

from marketing.record_types import campaigns, segments
from marketing.record_types.campaigns import CAMPAIGN
from marketing.record_types.consents import CONSENT_BEHAVIOURS, CONSENT_OF_LEADS
from marketing.record_types.segments import IN_SEGMENTS, PEOPLE_IN_SEGMENT, SEGMENT
from marketing.record_types.uplift import UPLIFT
from marketing.record_types.web_forms import WEB_FORM

RECORD_TYPES = (SEGMENT, CAMPAIGN, WEB_FORM)
ARCHIVE_TABLES = (*segments.ARCHIVE_TABLES, *campaigns.ARCHIVE_TABLES)

__all__ = [
    "ARCHIVE_TABLES",
    "CONSENT_BEHAVIOURS",
    "CONSENT_OF_LEADS",
    "IN_SEGMENTS",
    "PEOPLE_IN_SEGMENT",
    "RECORD_TYPES",
    "UPLIFT",
]
