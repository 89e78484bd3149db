"""What is sold."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.permissions import Access
from core.text import comparable
from crm.models.places import Imported, import_index


class ProductQuerySet(OwnedQuerySet["Product"]):
    def for_list(self) -> "ProductQuerySet":
        return self.select_related("owner")


class Product(Imported, OwnedRecord):
    """A product or service with its list price."""

    name = models.CharField(pgettext_lazy("product", "name"), max_length=200)
    name_key = models.CharField(_("name for comparing"), max_length=200, editable=False)
    sku = models.CharField(_("product code"), max_length=60, null=True, blank=True, unique=True)
    category = models.CharField(_("category"), max_length=100, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    price = models.DecimalField(
        _("list price"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    is_active = models.BooleanField(_("on sale"), default=True)
    description = models.TextField(_("description"), blank=True)

    objects: ClassVar[Any] = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            bin_index("crm_product_bin"),
            import_index("crm_product_import"),
            models.Index(fields=["name_key", "id"], name="crm_product_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("product_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The name; without the right to see it, the number."""
        if access.sees("crm.product.name"):
            return self.name
        return gettext("Product %(number)s") % {"number": self.pk}

    def normalise(self) -> None:
        """Fill the compared columns; bulk writes call it themselves."""
        self.name_key = comparable(self.name)

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)
