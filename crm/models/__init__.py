"""Facts about companies, contacts, leads and imports."""

from crm.models.companies import Company
from crm.models.contacts import Contact
from crm.models.imports import LeadImport, RefusedRow
from crm.models.lead_scores import LeadScore
from crm.models.leads import Lead

__all__ = ["Company", "Contact", "Lead", "LeadImport", "LeadScore", "RefusedRow"]
