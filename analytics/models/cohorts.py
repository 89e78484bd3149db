"""Who came in the same month, and how many of them did it again in the months after."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.choices import CohortKind
from core.models import JobRun


class Cohort(models.Model):
    """Those who bought for the first time, or were captured as leads, in one month.

    `counts` and `amounts` begin with that month: how many bought in each month and for how much in the base
    currency; of leads, how many of them were converted in it.
    """

    kind = models.CharField(_("cohort of"), max_length=9, choices=CohortKind)
    month = models.DateField(_("month"))
    size = models.PositiveIntegerField(_("people"))
    counts = models.JSONField(_("people in each month"), default=list)
    amounts = models.JSONField(_("value in each month"), default=list)
    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        constraints = [
            models.UniqueConstraint(fields=["kind", "month"], name="analytics_cohort_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.month:%Y-%m}"
