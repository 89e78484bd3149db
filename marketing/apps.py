"""Marketing: declares its records, pages and jobs; between the records below and the analytics above."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketingConfig(AppConfig):
    """Segments of contacts."""

    name = "marketing"
    verbose_name = _("Marketing")

    def ready(self) -> None:
        from marketing import declarations  # noqa: PLC0415  # needs loaded models

        declarations.register()
