"""Ways of contacts as they are stored."""

from collections.abc import Mapping
from datetime import datetime

from analytics.datasets.life_rules import Rules
from analytics.datasets.lives import Lives
from analytics.models.stays import LifeSaid, Stay
from core.time_ids import EPOCH, MILLISECOND


def lives_said(lives: Lives, rules: Rules, moves: Mapping[int, str]) -> list[LifeSaid]:
    """The ways as they are stored; times outside of all stages are gaps."""
    pks = [stage.pk for stage in rules.stages]
    stays: list[list[Stay]] = [[] for _contact in lives.ids]
    found = lives.stays
    ends = [*found.since[1:].tolist(), 0]
    followers = [*found.records[1:].tolist(), -1]
    for place, (record, stage, since) in enumerate(
        zip(found.records.tolist(), found.stages.tolist(), found.since.tolist(), strict=True)
    ):
        if stage < 0:
            continue
        until = _moment(ends[place]) if followers[place] == record else None
        cause = found.causes[place]
        stays[record].append(Stay(pks[stage], _moment(since), until, moves.get(place), cause))
    return [
        LifeSaid(contact, stays[place], lives.answers[place])
        for place, contact in enumerate(lives.ids.tolist())
    ]


def _moment(since: int) -> datetime:
    return EPOCH + since * MILLISECOND
