"""Analytics: declares its jobs, panels and pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """Fills panels on the pages below; nothing below imports it."""

    name = "analytics"
    verbose_name = _("Analytics")

    def ready(self) -> None:
        from analytics import declarations  # noqa: PLC0415  # needs loaded models

        declarations.register()
