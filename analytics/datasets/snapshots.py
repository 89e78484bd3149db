"""Leads as they stood at moments of their past, each with what came of it within the horizon."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings

from analytics.datasets.timeline import DAY, Moments, milliseconds
from crm.choices import LeadStatus
from crm.models import Lead

# Days after the capture at which a lead that is still open is looked at again.
AGES = (0, 7, 30, 60, 90, 180)
CHUNK = 2_000
# An import that tells of no closing dates it by itself.
MADE_UP = timedelta(hours=6)
FAR = milliseconds(datetime(2200, 1, 1, tzinfo=UTC))

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Snapshots:
    """Leads at moments with their outcomes (1: converted within the horizon), by capture."""

    moments: Moments
    outcomes: Integers
    dated: Integers  # the leads whose dates are known, also those of which there is no moment yet

    def __len__(self) -> int:
        return len(self.outcomes)

    def __getitem__(self, rows: Any) -> "Snapshots":
        return Snapshots(self.moments[rows], self.outcomes[rows], self.dated)

    @property
    def conversions(self) -> int:
        """How many of the leads converted."""
        return len(np.unique(self.moments.leads[self.outcomes == 1]))

    @property
    def others(self) -> int:
        """How many did not, at one of their moments."""
        return len(np.unique(self.moments.leads[self.outcomes == 0]))


def read_snapshots(as_of: datetime) -> Snapshots:
    """All leads whose dates are known, at the `AGES` that lie a horizon or more before `as_of`.

    Of younger moments nobody knows yet what comes of them; to take those alone that have closed already
    would make conversions look quicker and likelier than they are.
    """
    horizon = settings.LEAD_SCORE_HORIZON_DAYS * DAY
    leads, contacts, owners, captured, closed, converted = _dated_leads()
    now = milliseconds(as_of)
    parts = []
    for age in AGES:
        at = captured + age * DAY
        is_known = (at < closed) & (at + horizon <= now)
        outcome = converted & (closed <= at + horizon)
        parts.append(
            (
                leads[is_known],
                contacts[is_known],
                owners[is_known],
                captured[is_known],
                at[is_known],
                outcome[is_known].astype(np.int64),
            )
        )
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[4], columns[0], columns[3]))  # captured, lead, moment
    *facts, outcomes = [column[order] for column in columns]
    return Snapshots(Moments(*facts), outcomes, leads)


def _dated_leads() -> tuple[Integers, ...]:
    """Number, contact, owner, capture and closing (a far day for open ones) of leads with dates."""
    dated: Any = Lead.objects.kept().filter(captured_at__isnull=False)
    found = [
        (
            pk,
            contact or 0,
            owner or 0,
            milliseconds(captured),
            FAR if closed is None else milliseconds(closed),
            int(status == LeadStatus.CONVERTED),
        )
        for pk, contact, owner, captured, closed, status, imported, created in dated.values_list(
            "pk",
            "contact_id",
            "owner_id",
            "captured_at",
            "closed_at",
            "status",
            "imported_by",
            "created_at",
        ).iterator(chunk_size=CHUNK)
        if not (imported and closed is not None and abs(closed - created) < MADE_UP)
    ]
    table = np.array(found, dtype=np.int64).reshape(-1, 6)
    *facts, converted = table.T
    return (*facts, converted.astype(bool))
