"""Tags: words that people stick on records."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Hue
from core.text import comparable

LONGEST_NAME = 60


def tag_key(name: str) -> str:
    """By what tags are compared: two names with one key are the same tag."""
    return comparable(name, 80)


class Tag(models.Model):
    """A word that records of any type may carry; it exists once, however it is written."""

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    name_key = models.CharField(_("name for comparing"), max_length=80, unique=True, editable=False)
    hue = models.CharField(_("colour"), max_length=6, choices=Hue, blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name_key"]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        self.name_key = tag_key(self.name)
        super().save(**kwargs)
