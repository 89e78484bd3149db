"""The closed vocabularies of marketing."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class SegmentKind(TextChoices):
    """How contacts come into a segment."""

    DYNAMIC = "dynamic", pgettext_lazy("segment", "Dynamic")
    STATIC = "static", pgettext_lazy("segment", "List")
