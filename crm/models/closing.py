"""What a company lists to say how deals and leads ended: reasons and competitors."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.choices import UNFIT, StageKind, seeded_label

ENDS = [
    *((kind.value, kind.label) for kind in (StageKind.WON, StageKind.LOST)),
    (UNFIT, pgettext_lazy("reason for closing", "Lead that is not a fit")),
]


class CloseReason(models.Model):
    """A reason for winning, losing or disqualifying that is offered; records keep the words, not the row."""

    kind = models.CharField(_("for what is"), max_length=4, choices=ENDS)
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
