"""Facts about customers and sales."""

from crm.models.acquaintances import Acquaintance
from crm.models.activities import Activity
from crm.models.assignments import AssignmentPerson, AssignmentRule, DayOff, LeadArrival
from crm.models.closing import CloseReason, Competitor
from crm.models.companies import Company
from crm.models.company_lifetimes import CompanyLifetime
from crm.models.contact_lifetimes import ContactLifetime
from crm.models.contacts import Contact
from crm.models.conversions import LeadConversion
from crm.models.customer_segments import ContactSegment, CustomerSegment
from crm.models.deal_outlooks import DealOutlook
from crm.models.deals import Deal, DealContact, DealLine, StageChange
from crm.models.duplicates import (
    CommonName,
    DuplicateCandidate,
    DuplicateKey,
    DuplicatePair,
    MergedRecord,
)
from crm.models.groups import Event, Group, Membership, Participation
from crm.models.imports import FileImport, ImportBatch, RefusedRow
from crm.models.interactions import Interaction
from crm.models.lead_scores import LeadScore
from crm.models.leads import Lead
from crm.models.lifecycle import CompanyLife, ContactLife, LifeStage, LifeStay, StaleLife
from crm.models.pipelines import Pipeline, Stage
from crm.models.products import Product
from crm.models.quality import CompanyQuality, ContactQuality
from crm.models.quotes import Quote, QuoteLine, QuoteSequence
from crm.models.responses import ResponseTarget

__all__ = [
    "Acquaintance",
    "Activity",
    "AssignmentPerson",
    "AssignmentRule",
    "CloseReason",
    "CommonName",
    "Company",
    "CompanyLife",
    "CompanyLifetime",
    "CompanyQuality",
    "Competitor",
    "Contact",
    "ContactLife",
    "ContactLifetime",
    "ContactQuality",
    "ContactSegment",
    "CustomerSegment",
    "DayOff",
    "Deal",
    "DealContact",
    "DealLine",
    "DealOutlook",
    "DuplicateCandidate",
    "DuplicateKey",
    "DuplicatePair",
    "Event",
    "FileImport",
    "Group",
    "ImportBatch",
    "Interaction",
    "Lead",
    "LeadArrival",
    "LeadConversion",
    "LeadScore",
    "LifeStage",
    "LifeStay",
    "Membership",
    "MergedRecord",
    "Participation",
    "Pipeline",
    "Product",
    "Quote",
    "QuoteLine",
    "QuoteSequence",
    "RefusedRow",
    "ResponseTarget",
    "Stage",
    "StageChange",
    "StaleLife",
]
