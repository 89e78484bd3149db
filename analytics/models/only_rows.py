"""Settings of analytics that are one row at most."""

from typing import Any, Self

from django.db import models

ONLY = 1


class OnlyRow(models.Model):
    """A table of one row; until somebody saves it, it is as at first."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def save(self, **kwargs: Any) -> None:
        self.pk = ONLY
        super().save(**kwargs)

    @classmethod
    def current(cls) -> Self:
        """As it is set, or as it is at first."""
        return cls._base_manager.filter(pk=ONLY).first() or cls(pk=ONLY)
