"""Roles, what they grant, and how far."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.choices import FieldAccess, Reach


class Role(models.Model):
    """A named set of grants; a user with several roles has the widest of each."""

    key = models.SlugField(
        _("key"),
        unique=True,
        null=True,
        blank=True,
        editable=False,
        help_text=_("Set for the roles that come with the product."),
    )
    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    is_administrator = models.BooleanField(
        _("administrator"), default=False, help_text=_("May do everything, everywhere.")
    )

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name; that of a role that comes with the product in the reader's language."""
        return gettext(self.name) if self.key else self.name

    @property
    def display_description(self) -> str:
        is_shipped = bool(self.key and self.description)
        return gettext(self.description) if is_shipped else self.description


class Grant(models.Model):
    """A role may do something: `crm.lead.view` with a reach."""

    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="grants"
    )
    permission = models.CharField(_("permission"), max_length=100)
    reach = models.PositiveSmallIntegerField(_("reach"), choices=Reach, default=Reach.OWN)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.UniqueConstraint(fields=["role", "permission"], name="core_grant_once_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.permission} ({self.get_reach_display()})"


class FieldRule(models.Model):
    """A role sees a field only, or not at all; the most permissive of a user's roles counts."""

    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="field_rules"
    )
    field = models.CharField(
        _("field"), max_length=150, help_text=_("Object and field, such as crm.lead.source.")
    )
    access = models.CharField(_("access"), max_length=4, choices=FieldAccess)

    class Meta:
        verbose_name = _("field rule")
        verbose_name_plural = _("field rules")
        constraints = [
            models.UniqueConstraint(fields=["role", "field"], name="core_field_rule_once_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.field} ({self.get_access_display()})"
