"""How far people have come with us: the stages an administrator defines, and who stood in them when."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.conditions import Condition, Viewpoint, all_of, checked, from_json
from core.models import ModelVersion
from core.registries import record_types
from crm.choices import LifeAction, LifeRole, LifeTone
from crm.models.companies import Company
from crm.models.contacts import Contact

CONTACT = "crm.contact"


class LifeStageQuerySet(models.QuerySet["LifeStage"]):
    def enabled(self) -> "LifeStageQuerySet":
        return self.filter(is_enabled=True)


class LifeStage(models.Model):
    """A stage of the lifecycle. A contact stands in the last one whose condition holds.

    `names` holds the name by language; a stage without a condition holds for everybody.
    """

    TOLD = ("names", "role", "tone", "condition", "margin", "cost", "is_enabled")

    names = models.JSONField(_("names"), default=dict)
    role = models.CharField(
        pgettext_lazy("lifecycle", "part of the way"),
        max_length=8,
        choices=LifeRole,
        default=LifeRole.EARLY,
    )
    tone = models.CharField(_("colour"), max_length=8, choices=LifeTone, default=LifeTone.ACCENT)
    condition = models.JSONField(_("condition"), default=dict, blank=True)
    margin = models.DecimalField(
        _("margin in %"),
        max_digits=5,
        decimal_places=2,
        default=100,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("What of the value won from this stage remains."),
    )
    cost = models.DecimalField(
        _("cost of a month"),
        max_digits=12,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("Of a contact in this stage, in the base currency."),
    )
    is_enabled = models.BooleanField(_("in use"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects: ClassVar[Any] = LifeStageQuerySet.as_manager()

    class Meta:
        verbose_name = _("lifecycle stage")
        verbose_name_plural = _("lifecycle stages")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(margin__gte=0, margin__lte=100, cost__gte=0),
                name="crm_life_stage_worth",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language, else in that of the installation, else in any."""
        named = (self.names.get(code) for code in (get_language(), settings.LANGUAGE_CODE))
        return next(filter(None, (*named, *self.names.values())), str(self.pk))

    def asked(self, view: Viewpoint) -> Condition:
        """What it asks of a contact, checked; refuses what is gone or hidden."""
        if not self.condition:
            return all_of()
        return checked(from_json(self.condition), record_types[CONTACT], view)


class LifeStay(models.Model):
    """A contact's time in a stage, the present one without an end.

    `move` is set where a calendar month ended in another stage than it began in, on the stay that
    it ended in: both stages as numbers, such as 3>5. `cause` is what brought the contact here: a
    behaviour, "time" (something is long ago by now), "field", or "known" at the beginning.
    """

    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="stays",
        db_index=False,  # the first column of an index below
    )
    stage = models.ForeignKey(
        LifeStage, verbose_name=_("stage"), on_delete=models.CASCADE, related_name="+"
    )
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    move = models.CharField(  # noqa: DJ001  # most stays are no month's move: they have none
        _("move of a month"), max_length=24, null=True, blank=True
    )
    cause = models.CharField(_("because of"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("stay in a lifecycle stage")
        verbose_name_plural = _("stays in lifecycle stages")
        indexes = [
            models.Index(fields=["contact", "since"], name="crm_life_stay_contact"),
            models.Index(
                fields=["move", "since", "contact"],
                name="crm_life_stay_move",
                condition=Q(move__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="crm_life_stay_order",
            ),
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(until__isnull=True),
                name="crm_life_stay_present",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.stage_id}"


class Life(models.Model):
    """What is said of a record's lifecycle: stage, worth, what to do next and what that gains.

    `score` is what it is worth from now on, in the base currency. `gain` of the next action is set
    against doing nothing; both are empty where nothing is known on evidence.
    """

    stage = models.ForeignKey(
        LifeStage, verbose_name=_("stage"), on_delete=models.CASCADE, related_name="+"
    )
    since = models.DateTimeField(_("in the stage since"))
    as_of = models.DateTimeField(_("as of"))
    version = models.ForeignKey(
        ModelVersion,
        verbose_name=_("model version"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    score = models.DecimalField(
        _("lifecycle score"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    action = models.CharField(
        _("next action"), max_length=8, choices=LifeAction, blank=True, db_default=""
    )
    gain = models.DecimalField(
        _("gain of the next action"), max_digits=18, decimal_places=2, null=True, blank=True
    )

    class Meta:
        abstract = True


class ContactLife(Life):
    """Where a contact stands. `answers` keeps when fields that rules ask for changed their answer."""

    contact = models.OneToOneField(
        Contact,
        verbose_name=_("contact"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="life",
    )
    answers = models.JSONField(_("answers of fields"), default=dict, blank=True)

    class Meta:
        verbose_name = _("lifecycle of a contact")
        verbose_name_plural = _("lifecycles of contacts")
        indexes = [
            models.Index(fields=["stage", "contact"], name="crm_contact_life_stage"),
            models.Index(fields=["-score", "-contact"], name="crm_contact_life_score"),
            models.Index(fields=["since", "contact"], name="crm_contact_life_since"),
            models.Index(
                fields=["-gain", "-contact"],
                name="crm_contact_life_gain",
                condition=Q(gain__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.stage_id}"


class CompanyLife(Life):
    """Where a company stands: as far as the furthest of its contacts, who is named."""

    company = models.OneToOneField(
        Company,
        verbose_name=_("company"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="life",
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("furthest contact"),
        on_delete=models.CASCADE,
        related_name="+",
    )

    class Meta:
        verbose_name = _("lifecycle of a company")
        verbose_name_plural = _("lifecycles of companies")
        indexes = [
            models.Index(fields=["stage", "company"], name="crm_company_life_stage"),
            models.Index(fields=["-score", "-company"], name="crm_company_life_score"),
            models.Index(fields=["since", "company"], name="crm_company_life_since"),
        ]

    def __str__(self) -> str:
        return f"{self.company_id}: {self.stage_id}"


class StaleLife(models.Model):
    """A contact of whom something has changed since its stage was worked out."""

    contact = models.OneToOneField(
        Contact,
        verbose_name=_("contact"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("stale lifecycle")
        verbose_name_plural = _("stale lifecycles")
        indexes = [models.Index(fields=["since"], name="crm_stale_life_since")]

    def __str__(self) -> str:
        return str(self.pk)
