"""The sample company of an installation: how far it is loaded, and what was made for it."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

COMPANY = "Helioptic"  # what the sample company is called
# Among the rows made: label, number, field and text of what was said of the company.
FILLED = "filled"


class SampleData(models.Model):
    """There while sample records are. Records are marked `is_sample`; what cannot be marked is in `made`."""

    day = models.DateField(_("day"), help_text=_("Its history ends on the day before."))
    parts = models.JSONField(
        _("stored parts"), default=list, help_text=_("The parts that are stored.")
    )
    made = models.JSONField(
        _("rows made for it"),
        default=dict,
        help_text=_("Numbers of rows by model."),
    )
    loaded_at = models.DateTimeField(_("loaded"), null=True, blank=True)

    class Meta:
        verbose_name = _("sample data")
        verbose_name_plural = _("sample data")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="core_sample_data_once")
        ]

    def __str__(self) -> str:
        return str(self.day)

    def save(self, **kwargs: Any) -> None:
        self.pk = 1
        super().save(**kwargs)

    def note(self, made: type[models.Model], pks: list[int]) -> None:
        """Remember rows that were made only for the sample company."""
        label = made._meta.label
        self.made[label] = [*self.made.get(label, []), *pks]

    def fill(self, row: models.Model, **values: str) -> None:
        """Say of the company what nobody has said yet; what is said already stays. Removing it unsays it."""
        told = {name: value for name, value in values.items() if not getattr(row, name)}
        for name, value in told.items():
            setattr(row, name, value)
        row.save(update_fields=list(told))
        said = [[row._meta.label, row.pk, name, value] for name, value in told.items()]
        self.made[FILLED] = [*self.made.get(FILLED, []), *said]

    def finish(self, at: datetime) -> None:
        self.loaded_at = at
        self.save(update_fields=["loaded_at"])
