"""Sales: declares its records, pages, jobs and permissions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    """Companies, contacts, leads, imports."""

    name = "crm"
    verbose_name = _("Sales")

    def ready(self) -> None:
        from crm import declarations  # noqa: PLC0415  # needs loaded models

        declarations.register()
