"""Activities: what somebody of ours did, or means to do."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.permissions import Access
from crm.choices import ActivityKind, Direction, Priority
from crm.models.companies import Company
from crm.models.contacts import Contact
from crm.models.deals import Deal
from crm.models.leads import Lead
from crm.models.places import Imported, import_index


class ActivityQuerySet(OwnedQuerySet["Activity"]):
    def done(self) -> "ActivityQuerySet":
        return self.filter(done_at__isnull=False)

    def planned(self) -> "ActivityQuerySet":
        """Those still to be done."""
        return self.filter(done_at__isnull=True)

    def for_list(self) -> "ActivityQuerySet":
        return self.select_related("owner", "contact", "company", "lead__contact", "deal")


class Activity(Imported, OwnedRecord):
    """A call, a meeting, a note, a task or an e-mail, and the records it belongs to.

    `at` is when it happened or is meant to happen; a task without a date has none. What is over or
    ticked off has `done_at`.
    """

    READ_BY_NAME = ("owner", "team", "deleted_at", "kind", "subject")

    kind = models.CharField(pgettext_lazy("activity", "type"), max_length=7, choices=ActivityKind)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True)
    at = models.DateTimeField(_("when"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    priority = models.CharField(
        _("priority"), max_length=6, choices=Priority, default=Priority.NORMAL
    )
    location = models.CharField(_("place"), max_length=200, blank=True)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="activities",
    )
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="activities",
    )
    lead = models.ForeignKey(
        Lead,
        verbose_name=_("lead"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="activities",
    )
    deal = models.ForeignKey(
        Deal,
        verbose_name=_("deal"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="activities",
    )
    guests = models.ManyToManyField(
        Contact, verbose_name=_("participants"), blank=True, related_name="invitations"
    )
    external_id = models.CharField(
        _("external ID"), max_length=200, null=True, blank=True, unique=True
    )

    # Said of a new one: its time is over, yet it was not done.
    is_still_open = False

    objects: ClassVar[Any] = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            bin_index("crm_activity_bin"),
            import_index("crm_activity_import"),
            models.Index(fields=["contact", "-at"], name="crm_activity_contact"),
            models.Index(fields=["company", "-at"], name="crm_activity_company"),
            models.Index(fields=["lead", "-at"], name="crm_activity_lead"),
            models.Index(fields=["deal", "-at"], name="crm_activity_deal"),
            models.Index(fields=["at", "id"], name="crm_activity_at"),
            models.Index(fields=["owner", "at", "id"], name="crm_activity_owner"),
            models.Index(fields=["team", "at", "id"], name="crm_activity_team"),
            models.Index(
                fields=["owner", "at"],
                name="crm_activity_open",
                condition=models.Q(done_at__isnull=True),
            ),
            models.Index(
                fields=["at"],
                name="crm_activity_remind",
                condition=models.Q(done_at__isnull=True, reminded_at__isnull=True),
            ),
            models.Index(
                fields=["at", "owner"],
                name="crm_activity_planned",
                condition=models.Q(done_at__isnull=True, deleted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return reverse("activity_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The subject, as far as it may be seen, else what it is and its number."""
        if self.subject and access.sees("crm.activity.subject"):
            return self.subject
        words = {"kind": self.get_kind_display(), "number": self.pk}
        return gettext("%(kind)s %(number)s") % words

    @property
    def is_done(self) -> bool:
        return self.done_at is not None
