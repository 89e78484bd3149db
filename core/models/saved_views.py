"""Saved views: a list's conditions, columns and order under a name."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.choices import ListShape, Sharing
from core.models.users import Team


class SavedView(models.Model):
    """What somebody saved of a list; who sees the rows is still decided by who looks."""

    object_type = models.CharField(
        _("record type"), max_length=60, help_text=_("Such as crm.lead.")
    )
    name = models.CharField(_("name"), max_length=80)
    icon = models.CharField(_("icon"), max_length=40, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    sharing = models.CharField(_("for"), max_length=8, choices=Sharing, default=Sharing.PRIVATE)
    # A condition's JSON form; see core.conditions.
    condition = models.JSONField(_("condition"), default=dict, blank=True)
    columns = models.JSONField(
        _("columns"), default=list, blank=True, help_text=_("Field names, in order.")
    )
    # How the rows are shown; empty for a view that goes with any shape.
    shape = models.CharField(_("shape"), max_length=5, choices=ListShape, blank=True)
    sort = models.CharField(
        _("order"),
        max_length=160,
        blank=True,
        help_text=_("The name of a field; with - before it in descending order."),
    )
    # Made with the installation: its name is a msgid, read in everybody's own language.
    is_ready_made = models.BooleanField(_("comes with the product"), default=False, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["object_type", "position", "id"], name="core_view_object")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return gettext(self.name) if self.is_ready_made and self.name else self.name


class ViewFavourite(models.Model):
    """A view that somebody keeps among the tabs of a list."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="favourite_views",
    )
    view = models.ForeignKey(
        SavedView, verbose_name=_("saved view"), on_delete=models.CASCADE, related_name="favourites"
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("favourite view")
        verbose_name_plural = _("favourite views")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "view"], name="core_view_favourite_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.view_id}"
