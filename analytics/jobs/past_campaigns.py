"""A campaign of another system from a file with a row a person."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from django.utils.translation import gettext_noop

from analytics.datasets.campaigns import counted
from analytics.datasets.files import frame_in
from analytics.datasets.past_people import PastColumns, PastPeople
from analytics.jobs.campaign_effects import store_effect
from analytics.jobs.campaign_figures import figures_of
from analytics.jobs.finite_json import finite
from analytics.jobs.uplift_backtest import UpliftQuestion, backtest_uplift
from analytics.models import CampaignFile
from analytics.queries.campaigns import usual_shares
from core.company import company
from core.errors import InsufficientData, Refused
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import User
from marketing.choices import Goal
from marketing.models import Campaign
from marketing.services.campaigns.past import (
    AT_ONCE,
    PastCampaign,
    PastRecipient,
    add_past_people,
    begin_past_campaign,
    bring_out,
    import_past_campaign,
    put_aside,
)

MORNING = 9  # a file tells the day only
NO_USER = gettext_noop("Whoever asked for this import is gone. Upload the file again.")


def import_campaign_file(
    frame: pd.DataFrame, columns: PastColumns, facts: PastCampaign, by: User
) -> tuple[Campaign, dict[str, Any]]:
    """The campaign, and what came of the rows.

    Raises
    ------
    Refused, InsufficientData
        A sentence.
    """
    people = PastPeople(frame, columns, by)
    campaign, _count = import_past_campaign(
        facts=replace(facts, variants=people.variants),
        people=people.part(0, len(people), facts.started_at),
        by=by,
    )
    return campaign, {"campaign": campaign.pk, **people.told}


@dataclass(frozen=True)
class Part:
    """Some people, or what was measured of all, or for whom it changed most."""

    people: list[PastRecipient] = field(default_factory=list)
    figures: dict[str, Any] | None = None
    for_whom: list[dict[str, Any]] | None = None


class PastCampaignJob(Job):
    """People come in by parts; then what the campaign changed is measured, and it is shown."""

    is_parallel = False  # it is measured after all its people are in
    prepare_share = 20

    def __init__(self) -> None:
        self._people: PastPeople | None = None

    def prepare(self, run: RunContext) -> Plan:
        trial = _trial(run)
        run.step(gettext_noop("Read the file"))
        people = self._read(trial)
        run.detail(
            gettext_noop("%(people)s people, %(unknown)s of them no contacts"),
            people=len(people),
            unknown=people.told["unknown"],
        )
        run.step(gettext_noop("Bring in people and measure what it changed"))
        parts: list[dict[str, Any]] = [
            {"first": first, "last": first + AT_ONCE} for first in range(0, len(people), AT_ONCE)
        ]
        return Plan(
            [*parts, {"measure": True}, {"for_whom": True}],
            save=lambda: _begin(trial, people.variants, run.as_of),
            rows_read=len(people.frame),
        )

    def load(self, run: RunContext, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    def compute(self, run: RunContext, data: dict[str, Any]) -> Part:
        trial = _trial(run)
        campaign = _campaign(trial)
        if "measure" in data:
            figures = figures_of(
                campaign,
                list(campaign.variants.select_related("message")),
                counted(campaign),
                run.as_of,
            )
            return Part(figures=figures | {"usual": usual_shares(campaign)})
        people = self._read(trial)
        if "for_whom" in data:
            return Part(for_whom=for_whom(people, trial, run.seed))
        began = _began(trial)
        return Part(list(people.part(data["first"], data["last"], began)))

    def save(self, run: RunContext, results: Part) -> Saved:
        trial = _trial(run)
        campaign = _campaign(trial)
        if results.figures is not None:
            store_effect(campaign, results.figures, [], run)
            return Saved(0, 1)
        if results.for_whom is not None:
            told = self._read(trial).told
            CampaignFile.objects.filter(pk=trial.pk).update(
                result={**told, "for_whom": results.for_whom}
            )
            return Saved(0, 1)
        count = add_past_people(campaign=campaign, people=results.people)
        return Saved(count, count, {"people": count})

    def finish(self, run: RunContext) -> None:
        bring_out(campaign=_campaign(_trial(run)).pk)

    def _read(self, trial: CampaignFile) -> PastPeople:
        if self._people is None:
            if trial.created_by is None:
                raise Refused.by_msgid(NO_USER)
            with trial.file.open("rb") as file:
                frame = frame_in(file, trial.delimiter, trial.names)
            self._people = PastPeople(frame, columns_of(trial), trial.created_by)
        return self._people


def columns_of(trial: CampaignFile) -> PastColumns:
    """What was chosen for a file."""
    outcomes = {
        "clicked_at": trial.visited_column,
        "replied_at": trial.replied_column,
        "converted_at": trial.converted_column,
    }
    return PastColumns(
        email=trial.person_column,
        arm=trial.arm_column,
        control=trial.control,
        outcomes={name: column for name, column in outcomes.items() if column},
        revenue=trial.revenue_column,
        before=trial.before_column,
        facts=trial.facts,
    )


def for_whom(people: PastPeople, trial: CampaignFile, seed: int) -> list[dict[str, Any]]:
    """Of each message how well the facts tell for whom it changed most, or why that cannot be told."""
    if not trial.facts:
        return []
    names = [*trial.facts, trial.arm_column, trial.converted_column]
    rows = people.frame.iloc[people.places][names]
    found = []
    for message in people.variants:
        question = UpliftQuestion(
            treatment_column=trial.arm_column,
            outcome_column=trial.converted_column,
            treated=message,
            control=people.arms.names[0],
            seed=seed,
        )
        try:
            told = backtest_uplift(rows, question)
        except (InsufficientData, Refused) as answer:
            told = {"message": answer.message, "args": answer.args_by_name}
        found.append(finite({"arm": message} | told))
    return found


def _trial(run: RunContext) -> CampaignFile:
    rows = CampaignFile.objects.select_related("created_by", "purpose", "campaign")
    found: CampaignFile = rows.get(pk=run.scope["trial"])
    return found


def _campaign(trial: CampaignFile) -> Campaign:
    if trial.campaign is None:
        raise LookupError(f"File {trial.pk} has no campaign.")
    return trial.campaign


def _began(trial: CampaignFile) -> datetime:
    day = trial.started_on
    if day is None:
        raise LookupError(f"File {trial.pk} has no day.")
    return began_on(day.year, day.month, day.day)


def began_on(year: int, month: int, day: int) -> datetime:
    """The morning of a day, by the clock of the company."""
    return datetime(year, month, day, MORNING, tzinfo=ZoneInfo(company().time_zone))


def _begin(trial: CampaignFile, variants: list[str], at: datetime) -> None:
    if trial.created_by is None:
        raise Refused.by_msgid(NO_USER)
    facts = PastCampaign(
        name=trial.name,
        started_at=_began(trial),
        variants=variants,
        goal=Goal(trial.goal),
        goal_days=trial.goal_days,
        held_out=trial.held_out,
        purpose=trial.purpose,
        cost=trial.cost,
        currency=company().base_currency,
    )
    campaign = begin_past_campaign(facts=facts, by=trial.created_by)
    put_aside(campaign=campaign, at=at)
    CampaignFile.objects.filter(pk=trial.pk).update(campaign=campaign)
