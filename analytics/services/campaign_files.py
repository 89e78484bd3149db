"""Past campaigns from files: receiving one, asking, taking the import back."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.models import CampaignFile
from analytics.services import tried_files
from analytics.services.columns_of_campaigns import guess_of
from analytics.services.columns_of_files import columns_of
from core import audit, permissions
from core.errors import Refused
from core.services.records import delete_records
from core.tabular.packed import PACKED
from marketing.models import Campaign, Purpose

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from core.models import JobRun, User


@dataclass(frozen=True)
class CampaignChoices:
    """What the campaign was, and which column says what of a person."""

    name: str
    started_on: date
    purpose: Purpose | None
    goal: str
    goal_days: int
    held_out: float
    cost: Decimal | None
    person_column: str
    arm_column: str
    control: str
    visited_column: str
    replied_column: str
    converted_column: str
    revenue_column: str
    before_column: str
    facts: list[str]


def receive_campaign(*, upload: "UploadedFile[bytes]", by: "User", at: datetime) -> CampaignFile:
    """Find the table of a file, store it as UTF-8 for some days, and guess what its columns are."""
    return tried_files.receive(
        CampaignFile, upload=upload, by=by, at=at, columns_of=columns_of, guess=_guess
    )


def _guess(trial: CampaignFile) -> None:
    for name, value in asdict(guess_of(trial.columns)).items():
        setattr(trial, name, value)
    stem = PurePath(trial.file_name.removesuffix(PACKED)).stem
    trial.name = " ".join(stem.replace("_", " ").split())[:120]


@transaction.atomic
def start_campaign_import(
    *, trial: CampaignFile, choices: CampaignChoices, by: "User", as_of: datetime
) -> "JobRun":
    """Keep what was chosen and put the import into the queue."""
    if trial.campaign is not None and trial.campaign.deleted_at is None:
        raise Refused(_("This file is imported already. Take the import back first."))
    said = {name: getattr(choices, name) for name in CampaignChoices.__dataclass_fields__}
    # What an earlier try began stays in the bin.
    return tried_files.start(trial, said | {"campaign": None}, by=by, as_of=as_of)


@transaction.atomic
def take_back(*, trial: CampaignFile, by: "User", at: datetime) -> None:
    """The campaign goes into the bin with its people; the file can be imported anew while it is kept."""
    permissions.require(by, trial.permission)
    rows: Any = Campaign.objects.visible_to(by, "delete").filter(pk__in=[trial.campaign_id])
    if not trial.result or not rows.exists():
        raise Refused(_("There is no campaign of this file that you may delete."))
    delete_records(rows=rows, by=by, at=at)
    audit.record(actor=by, action=f"{trial.noun}.undo", subject=trial)
    CampaignFile.objects.filter(pk=trial.pk).update(campaign=None, result={})
