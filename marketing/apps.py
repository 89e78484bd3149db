"""Marketing: between the records below and the analytics above."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketingConfig(AppConfig):
    """No models yet; its place in the order of apps is fixed."""

    name = "marketing"
    verbose_name = _("Marketing")
