"""Pipelines and their stages."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.choices import StageKind, seeded_label


class Pipeline(models.Model):
    """A way that deals go, stage by stage."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return seeded_label(self.name)


class Stage(models.Model):
    """A step of a pipeline; `rotting_days` without a touch and a deal counts as stuck (0: never)."""

    pipeline = models.ForeignKey(
        Pipeline, verbose_name=_("pipeline"), on_delete=models.CASCADE, related_name="stages"
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("means"), max_length=4, choices=StageKind, default=StageKind.OPEN)
    probability = models.PositiveSmallIntegerField(
        _("chance in %"), default=0, validators=[MaxValueValidator(100)]
    )
    rotting_days = models.PositiveSmallIntegerField(_("stuck after days"), default=0)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline__position", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="crm_stage_once"),
            models.CheckConstraint(
                condition=models.Q(probability__lte=100), name="crm_stage_probability"
            ),
        ]

    def __str__(self) -> str:
        return seeded_label(self.name)
