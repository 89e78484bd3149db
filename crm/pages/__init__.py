"""The pages of the record types of sales."""

from crm.pages.activities import ACTIVITY_PAGE
from crm.pages.companies import COMPANY_PAGE
from crm.pages.contacts import CONTACT_PAGE
from crm.pages.deals import DEAL_PAGE, PRODUCT_PAGE
from crm.pages.groups import EVENT_PAGE, GROUP_PAGE
from crm.pages.leads import LEAD_PAGE

RECORD_PAGES = (
    LEAD_PAGE,
    CONTACT_PAGE,
    COMPANY_PAGE,
    DEAL_PAGE,
    PRODUCT_PAGE,
    ACTIVITY_PAGE,
    GROUP_PAGE,
    EVENT_PAGE,
)
