"""Points rules: what serves as the score until there is enough to learn from."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.choices import RuleGroup
from core.conditions import Condition, Happened, Viewpoint, checked, from_json
from core.registries import record_types

LEAD = "crm.lead"
MOST_POINTS = 100


class PointsBook(models.Model):
    """The limits of a score by points, and where the cells of its grid begin; its rules hang on it."""

    object_type = models.CharField(_("record type"), max_length=60, unique=True, default=LEAD)
    fit_limit = models.PositiveSmallIntegerField(_("most points of fit"), default=50)
    engagement_limit = models.PositiveSmallIntegerField(_("most points of engagement"), default=50)
    total_limit = models.PositiveSmallIntegerField(_("most points of both together"), default=100)
    letter_a = models.PositiveSmallIntegerField(_("fit for an A, from"), default=38)
    letter_b = models.PositiveSmallIntegerField(_("fit for a B, from"), default=25)
    letter_c = models.PositiveSmallIntegerField(_("fit for a C, from"), default=13)
    digit_1 = models.PositiveSmallIntegerField(_("engagement for a 1, from"), default=38)
    digit_2 = models.PositiveSmallIntegerField(_("engagement for a 2, from"), default=25)
    digit_3 = models.PositiveSmallIntegerField(_("engagement for a 3, from"), default=13)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("book of points rules")
        verbose_name_plural = _("books of points rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    fit_limit__range=(1, MOST_POINTS),
                    engagement_limit__range=(1, MOST_POINTS),
                    total_limit__range=(1, MOST_POINTS),
                ),
                name="analytics_points_book_limits",
            ),
            models.CheckConstraint(
                condition=Q(
                    letter_a__lte=F("fit_limit"),
                    letter_b__lt=F("letter_a"),
                    letter_c__lt=F("letter_b"),
                    letter_c__gt=0,
                ),
                name="analytics_points_book_letters",
            ),
            models.CheckConstraint(
                condition=Q(
                    digit_1__lte=F("engagement_limit"),
                    digit_2__lt=F("digit_1"),
                    digit_3__lt=F("digit_2"),
                    digit_3__gt=0,
                ),
                name="analytics_points_book_digits",
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @property
    def limits(self) -> dict[str, Any]:
        """The limits and beginnings of cells, as `analytics.methods.points_score` names them."""
        return {
            "fit": self.fit_limit,
            "engagement": self.engagement_limit,
            "total": self.total_limit,
            "letters": (self.letter_a, self.letter_b, self.letter_c),
            "digits": (self.digit_1, self.digit_2, self.digit_3),
        }


class PointsRule(models.Model):
    """Points for a lead that meets a condition, or each time something happens around it.

    A rule with a `behaviour` counts; `kinds` (any, when there are none), `days`, `half_life`,
    `most_times` and `most_points` say what and how. A rule without one has a `condition`.
    """

    TOLD = (
        "name",
        "group",
        "points",
        "condition",
        "behaviour",
        "kinds",
        "days",
        "half_life",
        "most_times",
        "most_points",
    )

    book = models.ForeignKey(
        PointsBook, verbose_name=_("book"), on_delete=models.CASCADE, related_name="rules"
    )
    name = models.CharField(pgettext_lazy("points rule", "name"), max_length=120)
    group = models.CharField(
        pgettext_lazy("points rule", "group"), max_length=10, choices=RuleGroup
    )
    points = models.SmallIntegerField(
        _("points"), help_text=_("From -100 to 100; below 0 takes away.")
    )
    condition = models.JSONField(_("condition"), default=dict, blank=True)
    behaviour = models.CharField(_("what happens"), max_length=40, blank=True)
    kinds = models.JSONField(_("of which kind"), default=list, blank=True)
    days = models.PositiveSmallIntegerField(_("in the last days"), null=True, blank=True)
    half_life = models.PositiveSmallIntegerField(_("half-life in days"), null=True, blank=True)
    most_times = models.PositiveSmallIntegerField(_("how often at most"), null=True, blank=True)
    most_points = models.PositiveSmallIntegerField(
        _("how many points at most"), null=True, blank=True
    )
    is_enabled = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("points rule")
        verbose_name_plural = _("points rules")
        ordering = ["-group", "pk"]  # fit before engagement
        constraints = [
            models.CheckConstraint(
                condition=Q(points__range=(-MOST_POINTS, MOST_POINTS)) & ~Q(points=0),
                name="analytics_points_rule_points",
            ),
            models.CheckConstraint(
                condition=~Q(group=RuleGroup.FIT.value) | Q(behaviour=""),
                name="analytics_points_rule_fit",
            ),
            models.CheckConstraint(
                condition=Q(half_life__isnull=True) | Q(half_life__gt=0),
                name="analytics_points_rule_half_life",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_fit(self) -> bool:
        return self.group == RuleGroup.FIT

    def asked(self, view: Viewpoint) -> Condition:
        """What it asks of a lead, checked: its condition, or what has to happen; refuses nonsense."""
        condition: Condition
        if self.behaviour:
            condition = Happened(self.behaviour, tuple(self.kinds), days=self.days)
        else:
            condition = from_json(self.condition)
        return checked(condition, record_types[LEAD], view)

    def as_json(self) -> dict[str, Any]:
        """What a version keeps of it; `PointsRule(**…)` is the rule again."""
        return {"id": self.pk} | {name: getattr(self, name) for name in self.TOLD}
