"""Leads: chances that are not deals yet."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.permissions import Access
from crm.choices import CLOSED_STATUSES, OPEN_STATUSES, LeadStatus, ResponseClock
from crm.models.companies import Company
from crm.models.contacts import Contact
from crm.models.places import Imported, Origin, import_index


class LeadQuerySet(OwnedQuerySet["Lead"]):
    def open(self) -> "LeadQuerySet":
        return self.filter(status__in=OPEN_STATUSES)

    def closed(self) -> "LeadQuerySet":
        return self.filter(status__in=CLOSED_STATUSES)

    def for_list(self) -> "LeadQuerySet":
        return self.select_related("contact", "company", "owner", "score")


class Lead(Origin, Imported, OwnedRecord):
    """A chance. It has a contact as soon as there is a name, an e-mail or a phone."""

    READ_BY_NAME = ("owner", "team", "deleted_at", "contact", "company", "external_id")

    status = models.CharField(
        _("status"), max_length=12, choices=LeadStatus, default=LeadStatus.NEW
    )
    country = models.CharField(_("country"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    interest = models.CharField(_("interested in"), max_length=200, blank=True)
    budget = models.DecimalField(
        _("budget"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    lost_reason = models.CharField(_("lost because"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="leads",
    )
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="leads",
    )
    captured_at = models.DateTimeField(_("captured"), null=True, blank=True)
    touched_at = models.DateTimeField(_("last touch"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # The response clock (crm.services.responses): since when it runs, how it stands to the target, and
    # what came of it.
    awaits_since = models.DateTimeField(
        _("waiting for an answer since"), null=True, blank=True, editable=False
    )
    clock = models.CharField(
        _("response"), max_length=4, choices=ResponseClock, blank=True, editable=False
    )
    first_touch_at = models.DateTimeField(_("first touch"), null=True, blank=True, editable=False)
    response_hours = models.DecimalField(
        _("answered after (working hours)"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        editable=False,
    )
    returns_on = models.DateField(_("comes back on"), null=True, blank=True, editable=False)
    # What a person set instead of the model's score; `LeadScore` has a copy that lists sort by.
    hand_score = models.PositiveSmallIntegerField(
        _("score set by hand"), null=True, blank=True, editable=False
    )
    hand_reason = models.CharField(
        _("reason for the score"), max_length=300, blank=True, editable=False
    )
    hand_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("score set by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    hand_at = models.DateTimeField(_("score set at"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [
            bin_index("crm_lead_bin"),
            import_index("crm_lead_import"),
            models.Index(fields=["status", "-id"], name="crm_lead_status"),
            models.Index(fields=["owner", "-id"], name="crm_lead_owner"),
            models.Index(fields=["team", "-id"], name="crm_lead_team"),
            models.Index(fields=["source"], name="crm_lead_source"),
            models.Index(fields=["-created_at", "-id"], name="crm_lead_created"),
            models.Index(fields=["touched_at", "id"], name="crm_lead_touched"),
            # Conversion rates are read from the index alone.
            models.Index(
                fields=["closed_at", "status", "owner"],
                name="crm_lead_closed",
                condition=models.Q(closed_at__isnull=False, deleted_at__isnull=True),
            ),
            # The inbox, and the clocks that have to go on.
            models.Index(
                fields=["status", "awaits_since", "id", "clock"],
                name="crm_lead_awaiting",
                condition=models.Q(awaits_since__isnull=False, deleted_at__isnull=True),
            ),
            # Response times are read from the index alone.
            models.Index(
                fields=["first_touch_at", "response_hours", "owner", "team", "source"],
                name="crm_lead_response",
                condition=models.Q(first_touch_at__isnull=False, deleted_at__isnull=True),
            ),
            models.Index(
                fields=["returns_on", "id"],
                name="crm_lead_returns",
                condition=models.Q(returns_on__isnull=False),
            ),
            # Few leads have one: for finding them, and for deleting a user.
            models.Index(
                fields=["hand_score"],
                name="crm_lead_hand_score",
                condition=models.Q(hand_score__isnull=False),
            ),
            models.Index(
                fields=["hand_by"],
                name="crm_lead_hand_by",
                condition=models.Q(hand_by__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hand_score__isnull=True)
                | models.Q(hand_score__gte=0, hand_score__lte=100),
                name="crm_lead_hand_score_0_100",
            )
        ]

    def __str__(self) -> str:
        return self.name_for(Access())

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The clock of a new lead that nobody has touched runs from its capture on."""
        if self._state.adding and self.is_untouched and self.awaits_since is None:
            self.awaits_since, self.clock = self.came_at, ResponseClock.WAITING
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("lead_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The person, else the company, else the number, as far as they may be seen."""
        if self.contact is not None and _is_told(self.contact, "crm.lead.contact", access):
            return self.contact.name_for(access)
        if self.company is not None and _is_told(self.company, "crm.lead.company", access):
            return self.company.name_for(access)
        number = self.external_id if access.sees("crm.lead.external_id") else None
        return gettext("Lead %(number)s") % {"number": number or self.pk}

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def came_at(self) -> datetime:
        """When the response clock began: at the capture, else when the lead was entered."""
        return self.captured_at or self.created_at

    @property
    def is_untouched(self) -> bool:
        """Whether it is new, and nobody is known to have answered or put it off."""
        is_new = self.status == LeadStatus.NEW and self.touched_at is None
        return is_new and self.first_touch_at is None and self.returns_on is None


def _is_told(row: OwnedRecord, field: str, access: Access) -> bool:
    """Whether a lead may be called by this record before somebody; nobody is told by `__str__`."""
    return access.sees(field) and (access.user is None or access.reaches(row))
