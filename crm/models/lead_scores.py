"""What the scoring job says of leads, in a table of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import JobRun, ModelVersion
from crm.choices import GRID_CELLS, Grade
from crm.models.leads import Lead


class LeadScore(models.Model):
    """The score of one lead by one model version, as of a moment.

    A model says a chance with its interval; points rules say none, but fit, engagement and their cell.
    """

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
    probability = models.FloatField(_("chance"), null=True, blank=True)
    low = models.FloatField(_("chance at least"), null=True, blank=True)
    high = models.FloatField(_("chance at most"), null=True, blank=True)
    fit = models.PositiveSmallIntegerField(
        pgettext_lazy("lead score", "fit"), null=True, blank=True
    )
    engagement = models.PositiveSmallIntegerField(
        pgettext_lazy("lead score", "engagement"), null=True, blank=True
    )
    cell = models.CharField(
        _("cell of fit and engagement"), max_length=2, choices=GRID_CELLS, blank=True
    )
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
            models.Index(fields=["cell"], name="crm_lead_score_cell", condition=~models.Q(cell="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__gte=0, score__lte=100), name="crm_lead_score_0_100"
            ),
            models.CheckConstraint(
                condition=models.Q(low__gte=0, high__lte=1, low__lte=models.F("high")),
                name="crm_lead_score_interval",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    probability__isnull=False, low__isnull=False, high__isnull=False, cell=""
                )
                | models.Q(
                    probability__isnull=True,
                    low__isnull=True,
                    high__isnull=True,
                    fit__lte=100,
                    engagement__lte=100,
                ),
                name="crm_lead_score_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score} ({self.grade})"

    @property
    def is_by_points(self) -> bool:
        """Whether points rules gave it: then there is no chance."""
        return self.probability is None
