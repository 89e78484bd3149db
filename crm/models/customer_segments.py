"""Groups of customers that a model found, and who belongs to which."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import JobRun, ModelVersion
from crm.choices import Archetype, RfmCell
from crm.models.contacts import Contact

COLOURS = 8
FIFTH = (MinValueValidator(1), MaxValueValidator(5))


class CustomerSegmentQuerySet(models.QuerySet["CustomerSegment"]):
    def current(self) -> "CustomerSegmentQuerySet":
        """Those of the version that serves."""
        return self.filter(is_current=True)


class CustomerSegment(models.Model):
    """A segment that a model found; number, name and colour stay while runs find it again.

    Until somebody names it, it is called after what its customers are like when it was found first (`archetype`);
    `twin` tells those of the same name apart. `profile` says what sets it apart, as of the training.
    """

    archetype = models.CharField(_("kind"), max_length=12, choices=Archetype)
    twin = models.PositiveSmallIntegerField(_("number among equal names"), default=1)
    name = models.CharField(pgettext_lazy("segment", "name"), max_length=80, blank=True)
    description = models.TextField(_("description"), blank=True)
    colour = models.PositiveSmallIntegerField(
        _("colour"), default=1, validators=[MinValueValidator(1), MaxValueValidator(COLOURS)]
    )
    is_current = models.BooleanField(_("current"), default=True)
    version = models.ForeignKey(
        ModelVersion,
        verbose_name=_("model version"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    place = models.PositiveSmallIntegerField(_("number in the model"), default=0)
    profile = models.JSONField(_("what sets it apart"), default=dict)
    size = models.PositiveIntegerField(_("customers"), default=0)
    value = models.DecimalField(_("what they bought"), max_digits=18, decimal_places=2, default=0)
    counted_at = models.DateTimeField(_("counted as of"), null=True, blank=True)
    found_at = models.DateTimeField(_("found first"))
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("named by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    named_at = models.DateTimeField(_("named"), null=True, blank=True)

    objects: ClassVar[Any] = CustomerSegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer segment")
        verbose_name_plural = _("customer segments")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "place"],
                condition=Q(is_current=True),
                name="crm_customer_segment_place",
            ),
            models.CheckConstraint(
                condition=Q(colour__range=(1, COLOURS)), name="crm_customer_segment_colour"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.given_name

    @property
    def given_name(self) -> str:
        """What it is called until somebody names it."""
        word = str(Archetype(self.archetype).label)
        return f"{word} {self.twin}" if self.twin > 1 else word


class ContactSegment(models.Model):
    """The segment of a contact, and the cell of its recency, frequency and value among all who bought.

    Without stable segments `segment` is empty, without purchases the cell and its fifths are.
    """

    contact = models.OneToOneField(
        Contact,
        verbose_name=_("contact"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="segmented",
    )
    segment = models.ForeignKey(
        CustomerSegment,
        verbose_name=_("segment"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="members",
        db_index=False,  # the first column of an index below
    )
    probability = models.FloatField(_("probability of the segment"), null=True)
    is_newcomer = models.BooleanField(_("came after the training"), default=False)
    previous = models.ForeignKey(
        CustomerSegment,
        verbose_name=_("segment before"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    since = models.DateTimeField(_("in this segment since"), null=True)
    # [{"field": "purchases.count", "value": 12.0, "weight": 0.4}, …]: why this one and not the next
    reasons = models.JSONField(_("reasons"), default=list)
    cell = models.CharField(_("RFM cell"), max_length=14, choices=RfmCell, blank=True)
    recency = models.PositiveSmallIntegerField(_("recency, 1 to 5"), null=True, validators=FIFTH)
    frequency = models.PositiveSmallIntegerField(
        _("frequency, 1 to 5"), null=True, validators=FIFTH
    )
    value = models.PositiveSmallIntegerField(_("value, 1 to 5"), null=True, validators=FIFTH)
    version = models.ForeignKey(
        ModelVersion, verbose_name=_("model version"), on_delete=models.PROTECT, related_name="+"
    )
    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("segment of a contact")
        verbose_name_plural = _("segments of contacts")
        indexes = [
            models.Index(fields=["segment", "contact"], name="crm_segmented_segment"),
            models.Index(fields=["previous", "contact"], name="crm_segmented_previous"),
            models.Index(fields=["probability", "contact"], name="crm_segmented_chance"),
            models.Index(fields=["cell", "contact"], name="crm_segmented_cell"),
            models.Index(fields=["recency", "frequency", "contact"], name="crm_segmented_rf"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__range=(0, 1)),
                name="crm_segmented_probability",
            )
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.cell}".strip()
