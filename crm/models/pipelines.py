"""Pipelines and their stages."""

from typing import Any, ClassVar, Self

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


class StageQuerySet(models.QuerySet["Stage"]):
    def in_use(self) -> Self:
        """Without those that were taken away."""
        return self.filter(is_archived=False)

    def for_new_deals(self) -> Self:
        """The open stages of the pipelines in use, those of the default one first."""
        return self.in_use().filter(kind=StageKind.OPEN, pipeline__is_archived=False)


class Stage(models.Model):
    """A step of a pipeline; `rotting_days` without a touch and a deal counts as stuck (0: never).

    A deal that is in it for longer than `slow_days` counts as slow; more than `wip_limit` of them are
    told, not forbidden (0: no rule).
    One that is taken away stays as archived: the history of deals names it.
    """

    pipeline = models.ForeignKey(
        Pipeline, verbose_name=_("pipeline"), on_delete=models.CASCADE, related_name="stages"
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("means"), max_length=4, choices=StageKind, default=StageKind.OPEN)
    probability = models.PositiveSmallIntegerField(
        _("chance in %"), default=0, validators=[MaxValueValidator(100)]
    )
    rotting_days = models.PositiveSmallIntegerField(_("stuck after days"), default=0)
    slow_days = models.PositiveSmallIntegerField(_("slow after days"), default=0)
    wip_limit = models.PositiveSmallIntegerField(_("most deals at once"), default=0)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_archived = models.BooleanField(_("archived"), default=False)

    objects: ClassVar[Any] = StageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline__position", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "name"],
                condition=models.Q(is_archived=False),
                name="crm_stage_once",
            ),
            models.CheckConstraint(
                condition=models.Q(probability__lte=100), name="crm_stage_probability"
            ),
        ]

    def __str__(self) -> str:
        return seeded_label(self.name)
