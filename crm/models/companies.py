"""Companies."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import OwnedQuerySet, OwnedRecord
from core.permissions import Access
from core.text import comparable


class CompanyQuerySet(OwnedQuerySet["Company"]):
    def for_list(self) -> "CompanyQuerySet":
        return self.select_related("owner")


class Company(OwnedRecord):
    """An organisation; it exists once, however many contacts and leads belong to it."""

    name = models.CharField(_("name"), max_length=200)
    name_key = models.CharField(max_length=200, editable=False)
    website = models.CharField(_("website"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)

    objects: ClassVar[Any] = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes = [
            models.Index(fields=["name_key", "id"], name="crm_company_name"),
            models.Index(fields=["owner", "name_key", "id"], name="crm_company_owner"),
            models.Index(fields=["team", "name_key", "id"], name="crm_company_team"),
            models.Index(fields=["created_at", "id"], name="crm_company_created"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        self.name_key = comparable(self.name)
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        return reverse("company_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The name; without the right to see it, the number."""
        if access.sees("crm.company.name"):
            return self.name
        return gettext("Company %(number)s") % {"number": self.pk}
