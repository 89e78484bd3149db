"""Who gets new leads: ordered rules, the people with what they can take, and the leads that wait."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.conditions import Condition, Viewpoint, all_of, checked, from_json
from core.models import Team
from core.registries import record_types
from crm.choices import AssignmentStrategy
from crm.models.leads import Lead

LEAD = "crm.lead"


class AssignmentRuleQuerySet(models.QuerySet["AssignmentRule"]):
    def enabled(self) -> "AssignmentRuleQuerySet":
        return self.filter(is_enabled=True)


class AssignmentRule(models.Model):
    """New leads that meet the condition (all, without one) go to a person, or to one of a team."""

    TOLD = ("name", "condition", "person", "team", "strategy", "takes_by_hand", "is_enabled")

    name = models.CharField(pgettext_lazy("assignment rule", "name"), max_length=120)
    condition = models.JSONField(_("condition"), default=dict, blank=True)
    person = models.ForeignKey(
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
    strategy = models.CharField(
        _("who of the team"),
        max_length=12,
        choices=AssignmentStrategy,
        default=AssignmentStrategy.ROUND_ROBIN,
    )
    takes_by_hand = models.BooleanField(
        _("also leads that somebody enters by hand"),
        default=False,
        help_text=_("Otherwise such a lead stays with whoever entered it."),
    )
    is_enabled = models.BooleanField(_("in use"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    last_person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("whose turn it was last"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects: ClassVar[Any] = AssignmentRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, team__isnull=True)
                | Q(person__isnull=True, team__isnull=False),
                name="crm_assignment_rule_target",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def asked(self, view: Viewpoint) -> Condition:
        """What it asks of a lead, checked; refuses what is gone or hidden. Nothing asked: all leads."""
        if not self.condition:
            return all_of()
        return checked(from_json(self.condition), record_types[LEAD], view)


class AssignmentPerson(models.Model):
    """What a colleague can take; whoever has no row takes leads without a limit."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    takes_leads = models.BooleanField(_("takes new leads"), default=True)
    capacity = models.PositiveSmallIntegerField(
        _("open leads at most"),
        null=True,
        blank=True,
        help_text=_("Left empty, there is no limit."),
    )
    country = models.CharField(_("country of the public holidays"), max_length=2, blank=True)

    class Meta:
        verbose_name = _("person in the assignment")
        verbose_name_plural = _("people in the assignment")

    def __str__(self) -> str:
        return str(self.pk)


class DayOff(models.Model):
    """Days on which a colleague gets no new leads, the last one included."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("days off")
        verbose_name_plural = _("days off")
        ordering = ["first_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="crm_day_off_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.first_on} – {self.last_on}"


class LeadArrival(models.Model):
    """A new lead for which nobody was named: it waits for the rules, and they answer once."""

    lead = models.OneToOneField(
        Lead, verbose_name=_("lead"), primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    is_by_hand = models.BooleanField(_("entered by hand"), default=False)
    came_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("came to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    since = models.DateTimeField(_("since"))
    next_at = models.DateTimeField(_("next try"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    rule = models.ForeignKey(
        AssignmentRule,
        verbose_name=_("rule"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("given to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("new lead of the assignment")
        verbose_name_plural = _("new leads of the assignment")
        indexes = [
            models.Index(
                fields=["next_at", "lead"],
                name="crm_arrival_waiting",
                condition=Q(answered_at__isnull=True),
            ),
            models.Index(fields=["-answered_at"], name="crm_arrival_answered"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
