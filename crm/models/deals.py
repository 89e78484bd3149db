"""Deals, who takes part in them, what they are about and how they moved."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.permissions import Access
from core.text import comparable
from crm.choices import BuyingRole, DealKind, ForecastCategory, StageKind
from crm.models.closing import Competitor
from crm.models.companies import Company
from crm.models.contacts import Contact
from crm.models.leads import Lead
from crm.models.pipelines import Pipeline, Stage
from crm.models.places import Imported, Origin, import_index
from crm.models.products import Product


class DealQuerySet(OwnedQuerySet["Deal"]):
    def open(self) -> "DealQuerySet":
        return self.filter(status=StageKind.OPEN)

    def won(self) -> "DealQuerySet":
        return self.filter(status=StageKind.WON)

    def lost(self) -> "DealQuerySet":
        return self.filter(status=StageKind.LOST)

    def for_list(self) -> "DealQuerySet":
        return self.select_related("company", "contact", "pipeline", "stage", "owner")


class Deal(Origin, Imported, OwnedRecord):
    """A sale that is under way, won or lost.

    `amount` is in `currency`; `base_amount` is the same in the company's own currency by the rate of
    the closing day, None where no rate is known. `status` follows the stage.
    """

    name = models.CharField(pgettext_lazy("deal", "name"), max_length=200)
    name_key = models.CharField(_("name for comparing"), max_length=200, editable=False)
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deals",
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("main contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="main_deals",
    )
    contacts: "models.ManyToManyField[Contact, DealContact]" = models.ManyToManyField(
        Contact, through="DealContact", related_name="deals", verbose_name=_("contacts")
    )
    products: "models.ManyToManyField[Product, DealLine]" = models.ManyToManyField(
        Product, through="DealLine", related_name="deals", verbose_name=_("products")
    )
    lead = models.ForeignKey(
        Lead,
        verbose_name=_("lead"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deals",
    )
    pipeline = models.ForeignKey(
        Pipeline, verbose_name=_("pipeline"), on_delete=models.PROTECT, related_name="deals"
    )
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="deals"
    )
    status = models.CharField(
        _("status"), max_length=4, choices=StageKind, default=StageKind.OPEN, editable=False
    )
    kind = models.CharField(
        pgettext_lazy("deal", "type"), max_length=10, choices=DealKind, default=DealKind.NEW
    )
    amount = models.DecimalField(
        pgettext_lazy("deal", "value"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    base_amount = models.DecimalField(
        _("value in the base currency"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        editable=False,
    )
    probability = models.PositiveSmallIntegerField(
        _("chance in %"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    forecast_category = models.CharField(
        _("forecast"),
        max_length=9,
        choices=ForecastCategory,
        default=ForecastCategory.PIPELINE,
    )
    close_on = models.DateField(_("expected close"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    lost_reason = models.CharField(_("lost because"), max_length=200, blank=True)
    won_reason = models.CharField(_("won because"), max_length=200, blank=True)
    competitor = models.ForeignKey(
        Competitor,
        verbose_name=_("competitor"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deals",
    )
    description = models.TextField(_("description"), blank=True)
    stage_entered_at = models.DateTimeField(_("in this stage since"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    touched_at = models.DateTimeField(_("last touch"), null=True, blank=True)

    objects: ClassVar[Any] = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        indexes = [
            bin_index("crm_deal_bin"),
            import_index("crm_deal_import"),
            models.Index(fields=["name_key", "id"], name="crm_deal_name"),
            models.Index(fields=["status", "close_on", "id"], name="crm_deal_close"),
            models.Index(fields=["close_on", "id"], name="crm_deal_close_on"),
            models.Index(fields=["stage", "-id"], name="crm_deal_stage"),
            models.Index(fields=["owner", "status", "-id"], name="crm_deal_owner"),
            models.Index(fields=["team", "status", "-id"], name="crm_deal_team"),
            models.Index(fields=["base_amount", "id"], name="crm_deal_amount"),
            models.Index(fields=["created_at", "id"], name="crm_deal_created"),
            models.Index(fields=["touched_at", "id"], name="crm_deal_touched"),
            # The sources there are, and deals of one.
            models.Index(
                fields=["source", "owner", "team"],
                name="crm_deal_source",
                condition=models.Q(deleted_at__isnull=True),
            ),
            # Totals, and the deals that wait longest, are read from these alone.
            models.Index(
                fields=["touched_at", "id", "base_amount", "owner"],
                name="crm_deal_open",
                condition=models.Q(status="open", deleted_at__isnull=True),
            ),
            models.Index(
                fields=["closed_at", "base_amount", "owner"],
                name="crm_deal_won",
                condition=models.Q(status="won", deleted_at__isnull=True),
            ),
            models.Index(
                fields=["closed_at", "base_amount", "owner"],
                name="crm_deal_lost",
                condition=models.Q(status="lost", deleted_at__isnull=True),
            ),
            # The board: a column of cards in order, and what stands in its head.
            models.Index(
                fields=[
                    "stage",
                    "close_on",
                    "id",
                    "base_amount",
                    "amount",
                    "probability",
                    "touched_at",
                    "created_at",
                    "stage_entered_at",
                ],
                name="crm_deal_board",
                condition=models.Q(status="open", deleted_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(probability__isnull=True) | models.Q(probability__lte=100),
                name="crm_deal_probability",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("deal_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The name; without the right to see it, the number."""
        if access.sees("crm.deal.name"):
            return self.name
        return gettext("Deal %(number)s") % {"number": self.pk}

    @property
    def chance(self) -> int:
        """What whoever sells says, else what the stage says, in %."""
        return self.stage.probability if self.probability is None else self.probability

    @property
    def is_open(self) -> bool:
        return self.status == StageKind.OPEN

    def normalise(self) -> None:
        """Fill the columns that follow others; bulk writes call it themselves."""
        self.name_key = comparable(self.name)
        self.pipeline_id = self.stage.pipeline_id
        self.status = self.stage.kind

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)


class DealContact(models.Model):
    """A person who takes part in a deal."""

    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), on_delete=models.CASCADE, related_name="participants"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="deal_parts"
    )
    role = models.CharField(
        pgettext_lazy("deal", "role"), max_length=14, choices=BuyingRole, blank=True
    )

    class Meta:
        verbose_name = _("deal contact")
        verbose_name_plural = _("deal contacts")
        constraints = [
            models.UniqueConstraint(fields=["deal", "contact"], name="crm_deal_contact_once")
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.contact_id}"


class DealLine(models.Model):
    """One product of a deal; prices are in the deal's currency."""

    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), on_delete=models.CASCADE, related_name="lines"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="deal_lines"
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2, default=1)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=2)
    discount_rate = models.DecimalField(
        _("discount"), max_digits=5, decimal_places=4, default=0, help_text=_("From 0 to 1.")
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("deal line")
        verbose_name_plural = _("deal lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(discount_rate__gte=0, discount_rate__lte=1),
                name="crm_deal_line_discount",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="crm_deal_line_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"


class StageChange(models.Model):
    """A deal's step from one stage to another; the first one has no stage before."""

    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), on_delete=models.CASCADE, related_name="stage_changes"
    )
    from_stage = models.ForeignKey(
        Stage,
        verbose_name=_("stage before"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    to_stage = models.ForeignKey(
        Stage, verbose_name=_("stage after"), on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        indexes = [
            models.Index(fields=["deal", "at"], name="crm_stage_change_deal"),
            models.Index(fields=["to_stage", "at"], name="crm_stage_change_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.from_stage_id} → {self.to_stage_id}"
