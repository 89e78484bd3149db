"""Calendar quarters, and what was computed, promised and asked for in each."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.company import company
from core.models import JobRun, Team

MONTHS = 3


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter by its first day.

    >>> Quarter.of(date(2026, 11, 28)).first, Quarter.of(date(2026, 11, 28)).after.first
    (datetime.date(2026, 10, 1), datetime.date(2027, 1, 1))
    >>> Quarter.read("2026-Q4").before(3).key
    '2026-Q1'
    """

    first: date

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(date(day.year, (day.month - 1) // MONTHS * MONTHS + 1, 1))

    @classmethod
    def read(cls, key: str) -> "Quarter | None":
        """The quarter that a key such as 2026-Q4 names."""
        year, _dash, number = key.partition("-Q")
        if (
            len(year) == 4
            and year.isascii()
            and year.isdecimal()
            and "1900" < year < "2200"
            and number in {*"1234"}
        ):
            return cls(date(int(year), (int(number) - 1) * MONTHS + 1, 1))
        return None

    @property
    def key(self) -> str:
        return f"{self.first.year}-Q{self.number}"

    @property
    def number(self) -> int:
        return (self.first.month - 1) // MONTHS + 1

    @property
    def short(self) -> str:
        """Q4, as people say it."""
        return gettext("Q%(number)s") % {"number": self.number}

    @property
    def label(self) -> str:
        return gettext("Q%(number)s %(year)s") % {"number": self.number, "year": self.first.year}

    @property
    def after(self) -> "Quarter":
        return Quarter.of(self.first + timedelta(days=100))

    def before(self, count: int = 1) -> "Quarter":
        """The quarter so many before this one."""
        months = self.first.year * 12 + self.first.month - 1 - count * MONTHS
        return Quarter(date(months // 12, months % 12 + 1, 1))

    @property
    def days(self) -> int:
        return (self.after.first - self.first).days

    def starts(self, zone: str) -> datetime:
        """Its first moment where the company is."""
        return datetime.combine(self.first, time(), ZoneInfo(zone))

    def ends(self, zone: str) -> datetime:
        return self.after.starts(zone)


def this_quarter(moment: datetime) -> Quarter:
    """The quarter in which the company is."""
    return Quarter.of(moment.astimezone(ZoneInfo(company().time_zone)).date())


class QuarterForecast(models.Model):
    """What a quarter will bring by its open deals, as computed on a day, for one scope.

    `scope` is `all`, `team:3` (with the teams below it) or `owner:5`. `quantiles` are the 101 hundredths
    of the drawn totals, `parts` what they are made of, `backtest` (of `all` only) how past quarters went.
    """

    quarter = models.DateField(_("first day of the quarter"))
    day = models.DateField(_("day"))
    scope = models.CharField(_("scope"), max_length=40)
    as_of = models.DateTimeField(_("as of"))
    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    won = models.FloatField(_("won so far"))
    won_deals = models.PositiveIntegerField(_("won deals"))
    likely = models.FloatField(_("likely"))
    quantiles = models.JSONField(_("hundredths of the outcome"), default=list)
    parts = models.JSONField(_("what it is made of"), default=dict)
    backtest = models.JSONField(_("past quarters"), default=dict)

    class Meta:
        verbose_name = _("forecast of a quarter")
        verbose_name_plural = _("forecasts of quarters")
        constraints = [
            models.UniqueConstraint(
                fields=["quarter", "scope", "day"], name="analytics_quarter_forecast_once"
            )
        ]

    def __str__(self) -> str:
        return f"{Quarter(self.quarter).key} {self.scope}"


class Quota(models.Model):
    """What a person or a team is to bring in a quarter, in the base currency."""

    quarter = models.DateField(_("first day of the quarter"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    amount = models.DecimalField(
        _("quota"), max_digits=18, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = [
            models.UniqueConstraint(
                fields=["quarter", "user"],
                condition=models.Q(user__isnull=False),
                name="analytics_quota_user",
            ),
            models.UniqueConstraint(
                fields=["quarter", "team"],
                condition=models.Q(team__isnull=False),
                name="analytics_quota_team",
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, team__isnull=True)
                | models.Q(user__isnull=True, team__isnull=False),
                name="analytics_quota_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="analytics_quota_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{Quarter(self.quarter).key}: {self.amount}"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def latest_of(self, quarter: Quarter) -> "SubmissionQuerySet":
        """The last call of each person in the quarter."""
        newest = (
            Submission.objects.filter(quarter=quarter.first, user=models.OuterRef("user"))
            .order_by("-at", "-pk")
            .values("pk")[:1]
        )
        return self.filter(quarter=quarter.first, pk=models.Subquery(newest))


class Submission(models.Model):
    """A person's own call of what they will bring in a quarter; earlier ones stay as they were.

    Beside it what their deals added up to then: won, committed, best case and all that is open.
    """

    quarter = models.DateField(_("first day of the quarter"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    amount = models.DecimalField(
        _("call"), max_digits=18, decimal_places=2, validators=[MinValueValidator(0)]
    )
    closed = models.DecimalField(_("closed"), max_digits=18, decimal_places=2)
    commit = models.DecimalField(_("committed"), max_digits=18, decimal_places=2)
    best_case = models.DecimalField(_("best case"), max_digits=18, decimal_places=2)
    pipeline = models.DecimalField(_("pipeline"), max_digits=18, decimal_places=2)
    note = models.CharField(_("note"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"))

    objects: ClassVar[Any] = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("call of a quarter")
        verbose_name_plural = _("calls of quarters")
        indexes = [
            models.Index(fields=["quarter", "user", "-at", "-id"], name="analytics_submission_last")
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="analytics_submission_amount"
            )
        ]

    def __str__(self) -> str:
        return f"{Quarter(self.quarter).key}: {self.amount}"
