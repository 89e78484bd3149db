"""What the scoring job says of leads, and people instead of it, in a table of its own."""

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import JobRun, ModelVersion
from crm.choices import GRID_CELLS, Grade
from crm.models.leads import Lead


class LeadScore(models.Model):
    """The score of one lead by one model version, as of a moment.

    What a person set lies beside it (a copy of the lead's `hand_score`): the job writes one, people the
    other, and the database says which counts. A lead that only a person scored has no model's score.
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
        ModelVersion,
        verbose_name=_("model version"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    as_of = models.DateTimeField(_("as of"), null=True)
    score = models.PositiveSmallIntegerField(_("score by the model"), null=True)
    grade = models.CharField(_("grade by the model"), max_length=1, choices=Grade, blank=True)
    probability = models.FloatField(_("chance"), null=True)
    low = models.FloatField(_("chance at least"), null=True)
    high = models.FloatField(_("chance at most"), null=True)
    fit = models.PositiveSmallIntegerField(
        pgettext_lazy("lead score", "fit"), null=True, blank=True
    )
    engagement = models.PositiveSmallIntegerField(
        pgettext_lazy("lead score", "engagement"), null=True, blank=True
    )
    cell = models.CharField(
        _("cell of fit and engagement"),
        max_length=2,
        choices=GRID_CELLS,
        blank=True,
        db_default="",
    )
    # [{"field": "crm.lead.source", "value": "Referral", "points": 12.0}, …], largest first
    reasons = models.JSONField(_("reasons"), default=list)
    rest_points = models.FloatField(
        _("points of the other reasons"),
        default=0,
        help_text=_("Points of the reasons not listed."),
    )
    average_score = models.FloatField(_("average score"), default=0)
    # The one that served a week ago or less, so that a page can say what has changed since.
    earlier_score = models.PositiveSmallIntegerField(_("earlier score"), null=True)
    earlier_at = models.DateTimeField(_("earlier score as of"), null=True)
    hand_score = models.PositiveSmallIntegerField(_("score set by hand"), null=True)
    hand_grade = models.CharField(
        _("grade set by hand"), max_length=1, choices=Grade, blank=True, db_default=""
    )
    counted_score = models.GeneratedField(
        verbose_name=_("score"),
        expression=Coalesce("hand_score", "score"),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    counted_grade = models.GeneratedField(
        verbose_name=_("grade"),
        expression=models.Case(
            models.When(hand_score__isnull=False, then="hand_grade"), default="grade"
        ),
        output_field=models.CharField(max_length=1),
        choices=Grade,
        db_persist=True,
    )

    class Meta:
        verbose_name = _("lead score")
        verbose_name_plural = _("lead scores")
        indexes = [
            models.Index(fields=["-counted_score", "-lead"], name="crm_lead_score_score"),
            models.Index(fields=["-probability", "-lead"], name="crm_lead_score_chance"),
            models.Index(fields=["counted_grade", "lead"], name="crm_lead_score_grade"),
            models.Index(fields=["cell"], name="crm_lead_score_cell", condition=~models.Q(cell="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__isnull=False) | models.Q(hand_score__isnull=False),
                name="crm_lead_score_by_somebody",
            ),
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
        return f"{self.counted_score} ({self.counted_grade})"

    @property
    def is_by_points(self) -> bool:
        """Whether points rules gave it: then there is no chance."""
        return self.score is not None and self.probability is None
