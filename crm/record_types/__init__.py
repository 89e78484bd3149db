"""The record types of sales and their fields."""

from crm.record_types.activities import ACTIVITY
from crm.record_types.archive import ARCHIVE_TABLES
from crm.record_types.companies import COMPANY
from crm.record_types.contacts import CONTACT
from crm.record_types.deals import DEAL, PRODUCT
from crm.record_types.groups import EVENT, GROUP
from crm.record_types.leads import LEAD
from crm.record_types.quality import QUALITY_RULES

RECORD_TYPES = (LEAD, CONTACT, COMPANY, DEAL, PRODUCT, ACTIVITY, GROUP, EVENT)

__all__ = ["ARCHIVE_TABLES", "QUALITY_RULES", "RECORD_TYPES"]
