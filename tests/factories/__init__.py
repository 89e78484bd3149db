"""Records as tests need them; everything not given is made up."""

from tests.factories.core import (
    CustomFieldFactory,
    JobRunFactory,
    ModelVersionFactory,
    NotificationFactory,
    RoleFactory,
    TeamFactory,
    UserFactory,
)
from tests.factories.crm import (
    CompanyFactory,
    ContactFactory,
    LeadFactory,
    LeadImportFactory,
    LeadScoreFactory,
    RefusedRowFactory,
)

__all__ = [
    "CompanyFactory",
    "ContactFactory",
    "CustomFieldFactory",
    "JobRunFactory",
    "LeadFactory",
    "LeadImportFactory",
    "LeadScoreFactory",
    "ModelVersionFactory",
    "NotificationFactory",
    "RefusedRowFactory",
    "RoleFactory",
    "TeamFactory",
    "UserFactory",
]
