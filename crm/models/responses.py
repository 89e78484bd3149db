"""How soon new leads shall be answered, and when somebody is there to do it."""

from datetime import time
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_HOURS = 400


def working_days() -> list[int]:
    """Monday to Friday, as numbers of the days of a week."""
    return [0, 1, 2, 3, 4]


class ResponseTarget(models.Model):
    """The one target of the installation; nobody has said one: a working day, Monday to Friday."""

    hours = models.PositiveSmallIntegerField(
        _("working hours until the first answer"),
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_HOURS)],
    )
    days = models.JSONField(_("working days"), default=working_days)
    opens_at = models.TimeField(_("work begins"), default=time(9))
    closes_at = models.TimeField(_("work ends"), default=time(17))

    class Meta:
        verbose_name = _("target of the response time")
        verbose_name_plural = _("targets of the response time")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="crm_response_target_once"),
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="crm_response_target_order",
            ),
        ]

    def __str__(self) -> str:
        return str(self.hours)

    @classmethod
    def current(cls) -> Any:
        """What is said, else what the product comes with."""
        return cls._base_manager.filter(pk=1).first() or cls(pk=1)
