"""Groups that people belong to, and events they take part in."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.permissions import Access
from core.text import comparable
from crm.choices import Attendance, EventKind, GroupKind
from crm.models.contacts import Contact
from crm.models.places import Imported, import_index


class GroupQuerySet(OwnedQuerySet["Group"]):
    def for_list(self) -> "GroupQuerySet":
        return self.select_related("owner")


class Group(Imported, OwnedRecord):
    """An association, a chat group, a circle: people who know each other by it."""

    name = models.CharField(pgettext_lazy("group", "name"), max_length=200)
    name_key = models.CharField(_("name for comparing"), max_length=200, editable=False)
    kind = models.CharField(
        pgettext_lazy("group", "type"),
        max_length=12,
        choices=GroupKind,
        default=GroupKind.ASSOCIATION,
    )
    url = models.CharField(_("web address"), max_length=300, blank=True)
    description = models.TextField(_("description"), blank=True)
    contacts: "models.ManyToManyField[Contact, Membership]" = models.ManyToManyField(
        Contact, through="Membership", related_name="groups", verbose_name=_("members")
    )

    objects: ClassVar[Any] = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        indexes = [
            bin_index("crm_group_bin"),
            import_index("crm_group_import"),
            models.Index(fields=["name_key", "id"], name="crm_group_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("group_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The name; without the right to see it, the number."""
        if access.sees("crm.group.name"):
            return self.name
        return gettext("Group %(number)s") % {"number": self.pk}

    def normalise(self) -> None:
        """Fill the compared columns; bulk writes call it themselves."""
        self.name_key = comparable(self.name)

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)


class Membership(models.Model):
    """A person in a group."""

    group = models.ForeignKey(
        Group, verbose_name=_("group"), on_delete=models.CASCADE, related_name="memberships"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(pgettext_lazy("group", "role"), max_length=100, blank=True)
    joined_on = models.DateField(_("since"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["group", "contact"], name="crm_membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.contact_id}"


class EventQuerySet(OwnedQuerySet["Event"]):
    def for_list(self) -> "EventQuerySet":
        return self.select_related("owner", "group")


class Event(Imported, OwnedRecord):
    """A webinar, a fair, a dinner: something people come to at a time."""

    name = models.CharField(pgettext_lazy("event", "name"), max_length=200)
    name_key = models.CharField(_("name for comparing"), max_length=200, editable=False)
    kind = models.CharField(
        pgettext_lazy("event", "type"),
        max_length=10,
        choices=EventKind,
        default=EventKind.WEBINAR,
    )
    starts_at = models.DateTimeField(_("begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    url = models.CharField(_("web address"), max_length=300, blank=True)
    group = models.ForeignKey(
        Group,
        verbose_name=_("group"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="events",
    )
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    description = models.TextField(_("description"), blank=True)
    contacts: "models.ManyToManyField[Contact, Participation]" = models.ManyToManyField(
        Contact, through="Participation", related_name="events", verbose_name=_("participants")
    )

    objects: ClassVar[Any] = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            bin_index("crm_event_bin"),
            import_index("crm_event_import"),
            models.Index(fields=["name_key", "id"], name="crm_event_name"),
            models.Index(fields=["starts_at", "id"], name="crm_event_starts"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("event_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The name; without the right to see it, the number."""
        if access.sees("crm.event.name"):
            return self.name
        return gettext("Event %(number)s") % {"number": self.pk}

    def normalise(self) -> None:
        """Fill the compared columns; bulk writes call it themselves."""
        self.name_key = comparable(self.name)

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)


class Participation(models.Model):
    """A person at an event."""

    event = models.ForeignKey(
        Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="participations"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="participations"
    )
    attendance = models.CharField(
        _("attendance"), max_length=10, choices=Attendance, default=Attendance.INVITED
    )
    role = models.CharField(pgettext_lazy("event", "role"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(fields=["event", "contact"], name="crm_participation_once")
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.contact_id}"
