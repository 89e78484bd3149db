"""What the segments by model look at."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.models.only_rows import OnlyRow
from crm.models import Contact


class SegmentOptions(OnlyRow):
    """The one row that says what the model may read besides what customers buy and do."""

    reads_profile = models.BooleanField(
        _("company and own fields"),
        default=True,
        help_text=_("Industry, country, employees, and fields of contacts that you added."),
    )
    reads_text = models.BooleanField(
        _("text of notes and messages"),
        default=True,
        help_text=_("Only which words go together counts; no text is stored or shown."),
    )
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("options of the customer segments")
        verbose_name_plural = _("options of the customer segments")


class StaleSegment(models.Model):
    """A contact that is new, or of which something has changed, since it was put into a segment."""

    contact = models.OneToOneField(
        Contact,
        verbose_name=_("contact"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("stale segment")
        verbose_name_plural = _("stale segments")
        indexes = [models.Index(fields=["since"], name="analytics_segment_since")]

    def __str__(self) -> str:
        return str(self.pk)
