"""What the lifecycle is reckoned with, and what people answered to suggestions."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.choices import Answer
from analytics.models.only_rows import OnlyRow
from core.models import JobRun
from crm.choices import LifeAction
from crm.models import Activity, Contact, LifeStage


def _cost(label: Any, amount: int) -> Any:
    return models.DecimalField(
        label,
        max_digits=12,
        decimal_places=2,
        default=amount,
        validators=[MinValueValidator(0)],
    )


class LifecycleTerms(OnlyRow):
    """What actions cost, and what money of the next month is worth now; there is one row at most."""

    discount = models.DecimalField(
        _("worth of the next month"),
        max_digits=5,
        decimal_places=4,
        default="0.9700",
        validators=[MinValueValidator(0), MaxValueValidator("0.9990")],
        help_text=_("What 1 of the next month counts for now, such as 0.97."),
    )
    email_cost = _cost(_("cost of an e-mail"), 2)
    call_cost = _cost(_("cost of a call"), 15)
    meeting_cost = _cost(_("cost of a meeting"), 120)
    offer_cost = _cost(_("cost of a quote"), 60)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("terms of the lifecycle")
        verbose_name_plural = _("terms of the lifecycle")
        constraints = [
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lt=1),
                name="analytics_lifecycle_discount",
            ),
            models.CheckConstraint(
                condition=Q(email_cost__gte=0, call_cost__gte=0, meeting_cost__gte=0)
                & Q(offer_cost__gte=0),
                name="analytics_lifecycle_costs",
            ),
        ]

    def cost_of(self, action: str) -> float:
        return 0.0 if action == LifeAction.NONE else float(getattr(self, f"{action}_cost"))


class LifecycleTally(models.Model):
    """What one part of a run counted; the part 0 holds what the whole run goes by."""

    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), on_delete=models.CASCADE, related_name="+"
    )
    first = models.PositiveBigIntegerField(_("first number"))
    sums = models.JSONField(_("sums"), default=dict)

    class Meta:
        verbose_name = _("tally of the lifecycle")
        verbose_name_plural = _("tallies of the lifecycle")
        constraints = [
            models.UniqueConstraint(fields=["run", "first"], name="analytics_life_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.first}"


class AnswerQuerySet(models.QuerySet["SuggestionAnswer"]):
    def standing(self) -> "AnswerQuerySet":
        """Those that nobody took back."""
        return self.filter(undone_at__isnull=True)


class SuggestionAnswer(models.Model):
    """What somebody said to a suggested action: accepted, later (`until`), or not useful (`reason`).

    `key` is what the asker sent with it, so that an answer given twice is one. What was accepted made an
    `activity`.
    """

    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # the first column of an index below
    )
    stage = models.ForeignKey(
        LifeStage, verbose_name=_("stage"), on_delete=models.CASCADE, related_name="+"
    )
    action = models.CharField(_("action"), max_length=8, choices=LifeAction)
    answer = models.CharField(pgettext_lazy("suggestion", "answer"), max_length=8, choices=Answer)
    until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    activity = models.ForeignKey(
        Activity,
        verbose_name=_("activity"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(_("when"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    key = models.CharField(_("key"), max_length=64, unique=True)

    objects: ClassVar[Any] = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a suggestion")
        verbose_name_plural = _("answers to suggestions")
        indexes = [
            models.Index(fields=["contact", "action", "-at"], name="analytics_answer_contact"),
            models.Index(fields=["action", "stage", "answer"], name="analytics_answer_action"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.action} {self.answer}"
