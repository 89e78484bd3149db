"""The suppression list, found by how an address begins."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from marketing.choices import SuppressionReason
from marketing.models import Suppression

CHUNK = 2_000


def suppressions(sought: str = "") -> QuerySet[Suppression]:
    rows = Suppression.objects.select_related("by")
    text = sought.strip().casefold()
    return rows.filter(address_key__startswith=text) if text else rows


class SuppressionSheet:
    """The list as a file."""

    def __init__(self, rows: QuerySet[Suppression]) -> None:
        self._rows = rows

    @property
    def heads(self) -> list[str]:
        return [_("Address"), _("Reason"), _("Details"), _("Since")]

    def rows(self) -> Iterator[list[Any]]:
        for row in self._rows.order_by("-pk").iterator(chunk_size=CHUNK):
            reason = str(SuppressionReason(row.reason).label)
            yield [row.address_key, reason, row.detail, timezone.localtime(row.at)]
