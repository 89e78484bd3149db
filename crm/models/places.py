"""Fields that several records share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Address(models.Model):
    """A postal address."""

    street = models.CharField(_("street"), max_length=300, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state or province"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)

    class Meta:
        abstract = True


class Origin(models.Model):
    """Where a record comes from, and its number there."""

    source = models.CharField(_("source"), max_length=100, blank=True)
    external_id = models.CharField(
        _("external ID"),
        max_length=100,
        null=True,  # unique where present
        blank=True,
        unique=True,
        help_text=_("The record's number in the system it comes from."),
    )

    class Meta:
        abstract = True


class Imported(models.Model):
    """Which import made the record."""

    imported_by = models.ForeignKey(
        "crm.FileImport",
        verbose_name=_("import"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,  # `import_index`: most records come from no import
    )

    class Meta:
        abstract = True


def import_index(name: str) -> models.Index:
    """The records of imports alone."""
    return models.Index(
        fields=["imported_by", "id"],
        name=name,
        condition=models.Q(imported_by__isnull=False),
    )
