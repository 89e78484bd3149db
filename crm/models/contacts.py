"""Contacts: the people behind companies and leads."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.permissions import Access
from core.text import comparable
from crm.choices import LifecycleStage
from crm.models.companies import Company
from crm.models.places import Address, Imported, Origin, import_index


class ContactQuerySet(OwnedQuerySet["Contact"]):
    def for_list(self) -> "ContactQuerySet":
        return self.select_related("owner", "company")


class Contact(Address, Origin, Imported, OwnedRecord):
    """A person. Consent, interactions and messages hang here, never on the lead."""

    READ_BY_NAME = (*OwnedRecord.READ_BY_NAME, "email", "phone")

    name = models.CharField(pgettext_lazy("person", "name"), max_length=200, blank=True)
    name_key = models.CharField(_("name for comparing"), max_length=200, editable=False)
    salutation = models.CharField(_("salutation"), max_length=40, blank=True)
    given_name = models.CharField(_("first name"), max_length=100, blank=True)
    family_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    email_key = models.CharField(
        _("e-mail for comparing"), max_length=254, editable=False, blank=True
    )
    other_email = models.EmailField(_("other e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    mobile = models.CharField(_("mobile"), max_length=50, blank=True)
    other_phone = models.CharField(_("other phone"), max_length=50, blank=True)
    job_title = models.CharField(_("job title"), max_length=200, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contacts",
    )
    reports_to = models.ForeignKey(
        "self",
        verbose_name=_("reports to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reports",
    )
    lifecycle_stage = models.CharField(
        _("lifecycle stage"), max_length=12, choices=LifecycleStage, blank=True
    )
    linkedin_url = models.CharField(_("LinkedIn"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    connected_on = models.DateField(_("connected on"), null=True, blank=True)
    description = models.TextField(_("description"), blank=True)
    touched_at = models.DateTimeField(_("last touch"), null=True, blank=True)

    objects: ClassVar[Any] = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            bin_index("crm_contact_bin"),
            import_index("crm_contact_import"),
            models.Index(fields=["name_key", "id"], name="crm_contact_name"),
            models.Index(fields=["email_key"], name="crm_contact_email"),
            # Whoever is met again is found by any way of reaching them.
            models.Index(fields=["phone"], name="crm_contact_phone"),
            models.Index(fields=["mobile"], name="crm_contact_mobile"),
            models.Index(fields=["owner", "name_key", "id"], name="crm_contact_owner"),
            models.Index(fields=["team", "name_key", "id"], name="crm_contact_team"),
            models.Index(fields=["created_at", "id"], name="crm_contact_created"),
            models.Index(fields=["touched_at", "id"], name="crm_contact_touched"),
            models.Index(fields=["lifecycle_stage", "name_key", "id"], name="crm_contact_stage"),
        ]

    def __str__(self) -> str:
        return self.name_for(Access())

    def get_absolute_url(self) -> str:
        return reverse("contact_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The name, else the e-mail address or phone as far as they may be seen, else the number."""
        ways = (("name", self.name), ("email", self.email), ("phone", self.phone))
        shown = (value for field, value in ways if value and access.sees(f"crm.contact.{field}"))
        return next(shown, "") or gettext("Contact %(number)s") % {"number": self.pk}

    def normalise(self) -> None:
        """Fill the compared columns; bulk writes call it themselves."""
        self.name_key = comparable(self.name)
        self.email_key = self.email.strip().casefold()[:254]

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)
