"""Fields that a company adds to its records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import CUSTOM_FIELD_TYPES, FieldType, KnownWhen


class CustomField(models.Model):
    """A field of one record type; its values lie in the record's `custom` under `key`."""

    object_type = models.CharField(max_length=60, help_text="Such as crm.lead.")
    key = models.SlugField(_("key"), max_length=60, allow_unicode=True)
    label = models.CharField(_("label"), max_length=200)
    type = models.CharField(
        _("type"),
        max_length=10,
        choices=[(kind.value, kind.label) for kind in CUSTOM_FIELD_TYPES],
        default=FieldType.TEXT,
    )
    known_when = models.CharField(
        _("known"),
        max_length=6,
        choices=KnownWhen,
        default=KnownWhen.BEFORE,
        help_text=_("A score never learns from fields that are filled in after contact."),
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["object_type", "key"], name="core_custom_field_key")
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def name(self) -> str:
        """The field's full name in rules, filters and reasons."""
        return f"{self.object_type}.custom.{self.key}"
