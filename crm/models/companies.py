"""Companies."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.permissions import Access
from core.text import comparable
from crm.choices import CompanyKind
from crm.models.places import Address, Imported, Origin, import_index


class CompanyQuerySet(OwnedQuerySet["Company"]):
    def for_list(self) -> "CompanyQuerySet":
        return self.select_related("owner")


class Company(Address, Origin, Imported, OwnedRecord):
    """An organisation; among what somebody may see it exists once, whatever belongs to it."""

    name = models.CharField(_("name"), max_length=200)
    name_key = models.CharField(_("name for comparing"), max_length=200, editable=False)
    parent = models.ForeignKey(
        "self",
        verbose_name=pgettext_lazy("company", "part of"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="subsidiaries",
    )
    kind = models.CharField(
        pgettext_lazy("company", "type"),
        max_length=10,
        choices=CompanyKind,
        default=CompanyKind.PROSPECT,
    )
    website = models.CharField(_("website"), max_length=200, blank=True)
    domain = models.CharField(
        _("domain"), max_length=200, blank=True, help_text=_("Such as example.com.")
    )
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    linkedin_url = models.CharField(_("LinkedIn"), max_length=300, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    annual_revenue = models.DecimalField(
        _("annual revenue"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    description = models.TextField(_("description"), blank=True)
    touched_at = models.DateTimeField(_("last touch"), null=True, blank=True)

    objects: ClassVar[Any] = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes = [
            bin_index("crm_company_bin"),
            import_index("crm_company_import"),
            models.Index(fields=["name_key", "id"], name="crm_company_name"),
            models.Index(fields=["owner", "name_key", "id"], name="crm_company_owner"),
            models.Index(fields=["team", "name_key", "id"], name="crm_company_team"),
            models.Index(fields=["created_at", "id"], name="crm_company_created"),
            models.Index(fields=["touched_at", "id"], name="crm_company_touched"),
            models.Index(fields=["industry", "name_key", "id"], name="crm_company_industry"),
            models.Index(fields=["domain"], name="crm_company_domain"),
        ]

    def __str__(self) -> str:
        return self.name

    def normalise(self) -> None:
        """Fill the compared columns; bulk writes call it themselves."""
        self.name_key = comparable(self.name)
        self.domain = self.domain.strip().casefold()

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        return reverse("company_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The name; without the right to see it, the number."""
        if access.sees("crm.company.name"):
            return self.name
        return gettext("Company %(number)s") % {"number": self.pk}
