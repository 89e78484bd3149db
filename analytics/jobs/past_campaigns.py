"""A campaign of another system from a file with a row a person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext_noop

from analytics.datasets.file_arms import amounts_in, arms_in, check_column
from core.errors import Refused
from core.models import User
from crm.models import Contact
from marketing.models import Campaign
from marketing.services.campaigns.past import PastCampaign, PastRecipient, import_past_campaign

AT_ONCE = 500
NOBODY = gettext_noop(
    "None of the addresses in “%(name)s” is that of a contact. Import the contacts first."
)


@dataclass(frozen=True)
class PastColumns:
    """The columns of the file; `outcomes` by the moment that they tell of a recipient."""

    email: str
    arm: str
    control: str = ""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    revenue: str = ""


def import_campaign_file(
    frame: pd.DataFrame, columns: PastColumns, facts: PastCampaign, by: User
) -> tuple[Campaign, dict[str, Any]]:
    """The campaign, and what came of the rows. A file does not tell when: outcomes are those of its days.

    Raises
    ------
    Refused, InsufficientData
        A sentence.
    """
    check_column(frame, columns.email)
    arms = arms_in(frame, columns.arm, columns.control)
    outcomes = {name: amounts_in(frame, column) for name, column in columns.outcomes.items()}
    revenue = amounts_in(frame, columns.revenue) if columns.revenue else None
    contacts = _contacts(frame[columns.email], by)
    known = contacts.notna() & (arms.numbers >= 0)
    if not known.any():
        raise Refused.by_msgid(NOBODY, name=columns.email)

    def people() -> Iterator[PastRecipient]:
        for place in np.flatnonzero(known.to_numpy()).tolist():
            worth = 0.0 if revenue is None else float(revenue.iloc[place])
            yield PastRecipient(
                contact=int(contacts.iloc[place]),
                address=str(frame[columns.email].iloc[place]).strip(),
                variant=int(arms.numbers.iloc[place]) - 1 if arms.numbers.iloc[place] else None,
                moments={
                    name: facts.started_at
                    for name, values in outcomes.items()
                    if values.iloc[place] > 0
                },
                revenue=Decimal(str(round(worth, 2))) if worth > 0 else None,
            )

    campaign, count = import_past_campaign(
        facts=replace(facts, variants=arms.names[1:]), people=people(), by=by
    )
    told = {
        "campaign": campaign.pk,
        "rows": len(frame),
        "people": count,
        "unknown": int(contacts.isna().sum()),
        "without_arm": int((arms.numbers < 0).sum()),
    }
    return campaign, told


def _contacts(addresses: "pd.Series[Any]", by: User) -> "pd.Series[float]":
    """The contact of each address that the user sees; the oldest one where there are several."""
    keys = addresses.fillna("").astype(str).str.strip().str.casefold()
    wanted = sorted(set(keys) - {""})
    found: dict[str, int] = {}
    for first in range(0, len(wanted), AT_ONCE):
        rows: Any = Contact.objects.visible_to(by).filter(
            email_key__in=wanted[first : first + AT_ONCE]
        )
        found.update(rows.order_by("-pk").values_list("email_key", "pk"))
    return keys.map(found).astype(float)
