"""What the scoring job says of leads, in a table of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import JobRun, ModelVersion
from crm.choices import Grade
from crm.models.leads import Lead


class LeadScore(models.Model):
    """The score of one lead by one model version, as of a moment."""

    lead = models.OneToOneField(
        Lead,
        verbose_name=_("lead"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="score",
    )
    version = models.ForeignKey(
        ModelVersion, verbose_name=_("model version"), on_delete=models.PROTECT, related_name="+"
    )
    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    as_of = models.DateTimeField(_("as of"))
    score = models.PositiveSmallIntegerField(_("score"))
    grade = models.CharField(_("grade"), max_length=1, choices=Grade)
    probability = models.FloatField(_("chance"))
    low = models.FloatField(_("chance at least"))
    high = models.FloatField(_("chance at most"))
    # [{"field": "crm.lead.source", "value": "Referral", "points": 12.0}, …], largest first
    reasons = models.JSONField(_("reasons"), default=list)
    rest_points = models.FloatField(
        _("points of the other reasons"),
        default=0,
        help_text=_("Points of the reasons not listed."),
    )
    average_score = models.FloatField(_("average score"), default=0)

    class Meta:
        verbose_name = _("lead score")
        verbose_name_plural = _("lead scores")
        indexes = [
            models.Index(fields=["-score", "-lead"], name="crm_lead_score_score"),
            models.Index(fields=["-probability", "-lead"], name="crm_lead_score_chance"),
            models.Index(fields=["grade"], name="crm_lead_score_grade"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__gte=0, score__lte=100), name="crm_lead_score_0_100"
            ),
            models.CheckConstraint(
                condition=models.Q(low__gte=0, high__lte=1, low__lte=models.F("high")),
                name="crm_lead_score_interval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score} ({self.grade})"
