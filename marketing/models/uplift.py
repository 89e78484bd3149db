"""For whom messages change most, as learnt from campaigns that kept a control group."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import JobRun, ModelVersion
from crm.models import Contact


class ContactUplift(models.Model):
    """What a message changes for a contact, in percentage points of reaching a campaign's goal."""

    contact = models.OneToOneField(
        Contact,
        verbose_name=_("contact"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="uplift",
    )
    points = models.FloatField(_("uplift in points"))
    # Of all contacts, 1 to 100: the highest is where a message changes most.
    percentile = models.PositiveSmallIntegerField(_("uplift, percentile"))
    version = models.ForeignKey(
        ModelVersion, verbose_name=_("model version"), on_delete=models.CASCADE, related_name="+"
    )
    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("uplift of a contact")
        verbose_name_plural = _("uplift of contacts")
        indexes = [
            models.Index(fields=["percentile", "contact"], name="marketing_uplift_percentile"),
            models.Index(fields=["points", "contact"], name="marketing_uplift_points"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.points:+.2f}"
