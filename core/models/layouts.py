"""Which fields stand where on the pages of a record type."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RecordLayout(models.Model):
    """The places of the fields, for everybody; without one the fields stand as shipped.

    `places` is a list of {"name", "section", "is_more"}; a field that it does not name stands where
    it would stand without a layout.
    """

    object_type = models.CharField(
        _("record type"), max_length=60, unique=True, help_text=_("Such as crm.lead.")
    )
    places = models.JSONField(_("places of the fields"), default=list)

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")

    def __str__(self) -> str:
        return self.object_type
