"""Where values come from that nobody typed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DerivedValue(models.Model):
    """How a field of a record got its value by itself: by which method, from what, when.

    It holds while the record has this value; somebody who writes another one needs no word here.
    """

    object_type = models.CharField(
        _("record type"), max_length=60, help_text=_("Such as crm.lead.")
    )
    object_id = models.PositiveBigIntegerField(_("record number"))
    field = models.CharField(_("field"), max_length=60)
    value = models.CharField(_("value"), max_length=300)
    method = models.CharField(_("method"), max_length=40)
    detail = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("Such as the name of the file.")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("derived value")
        verbose_name_plural = _("derived values")
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "field"], name="core_derived_field"
            )
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id} {self.field}"
