"""Fields that a company adds to its records."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import CUSTOM_FIELD_TYPES, FieldType, KnownWhen
from core.custom_names import custom_name


class CustomFieldQuerySet(models.QuerySet["CustomField"]):
    def active(self) -> "CustomFieldQuerySet":
        return self.filter(is_archived=False)


class CustomField(models.Model):
    """A field of one record type; its values lie in the record's `custom` under `key`."""

    object_type = models.CharField(
        _("record type"), max_length=60, help_text=_("Such as crm.lead.")
    )
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
    is_actionable = models.BooleanField(
        _("can be acted upon"),
        default=False,
        help_text=_("People can bring its value about, so a score may say what would raise it."),
    )
    help_text = models.CharField(_("help"), max_length=300, blank=True)
    # [{"key": "fair", "label": "Trade fair"}, …]
    options = models.JSONField(_("options"), default=list, blank=True)
    is_open = models.BooleanField(_("imports may add options"), default=False)
    # One for all values of the field, so that amounts can be compared.
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    target = models.CharField(
        _("leads to"), max_length=60, blank=True, help_text=_("Such as crm.company.")
    )
    is_required = models.BooleanField(_("required"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    indexed_at = models.DateTimeField(_("indexed"), null=True, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[Any] = CustomFieldQuerySet.as_manager()

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
    def takes_any(self) -> bool:
        """Whether a choice may be a text that is not among the options yet."""
        return self.is_open or not self.options

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The options as forms and conditions take them."""
        return [(option["key"], option["label"]) for option in self.options]

    @property
    def name(self) -> str:
        """The field's full name in rules, filters and reasons."""
        return f"{self.object_type}.{custom_name(self.key)}"
