"""What a company lists to say how deals ended: reasons and competitors."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.choices import StageKind, seeded_label

ENDS = [(kind.value, kind.label) for kind in (StageKind.WON, StageKind.LOST)]


class CloseReason(models.Model):
    """A reason for winning or losing that is offered; a deal keeps the words, not the row."""

    kind = models.CharField(_("for deals that are"), max_length=4, choices=ENDS)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("reason for closing")
        verbose_name_plural = _("reasons for closing")
        ordering = ["-kind", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="crm_close_reason_once"),
            models.CheckConstraint(
                condition=~models.Q(kind=StageKind.OPEN), name="crm_close_reason_kind"
            ),
        ]

    def __str__(self) -> str:
        return seeded_label(self.name)


class Competitor(models.Model):
    """Somebody who sells the same; archived ones are offered no more."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
