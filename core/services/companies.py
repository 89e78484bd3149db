"""The one company that uses the installation."""

from django.db import transaction

from core import audit, permissions
from core.models import Installation, User


@transaction.atomic
def name_company(*, name: str, by: User) -> None:
    """Say what the company is called."""
    permissions.require(by, "core.settings.manage")
    installation, _made = Installation.objects.get_or_create(pk=1)
    before = audit.snapshot(installation)
    installation.name = name
    installation.save(update_fields=["name"])
    changes = audit.differences(before, installation)
    if changes:
        audit.record(actor=by, action="company.name", subject=installation, changes=changes)
