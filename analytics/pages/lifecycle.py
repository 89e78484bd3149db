"""The page of the lifecycle: how contacts move, how long they stay, what is best to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from analytics.pages.customer_tabs import LIFECYCLE, customer_frame
from analytics.pages.flows import Named, flow_label, flow_of
from analytics.pages.life_stages import is_stale
from analytics.queries.lifecycle import KIND, Policy, Weighed, last_run, policy
from core import permissions
from core.conditions import Condition, Criterion, Happened, to_parameter
from core.currencies import base_currency
from core.models import JobRun, ModelVersion, User
from core.phrases import number, percent
from crm.choices import LifeAction, LifeTone
from crm.record_types.lifecycle import MOVED, SCORE, STAGE

SHADES = 5
RUN = "analytics.lifecycle.run"
TOKENS = {LifeTone.SLATE: "text-3", LifeTone.ACCENT: "c1"}
Json = dict[str, Any]
MOST_OFTEN = gettext_lazy(
    "Moves between stages; most often from %(before)s to %(after)s, %(count)s times."
)


@dataclass(frozen=True)
class PolicyStage:
    """A stage as the version that serves knows it."""

    pk: int
    name: str
    tone: str


def lifecycle_context(user: User) -> Json:
    """Everything that stands on the page."""
    access = permissions.access_of(user)
    run = last_run()
    frame = customer_frame(access, LIFECYCLE, kind=KIND, run_right=RUN, last_run=run)
    context: Json = frame | {
        "is_stale": is_stale(run),
        "may_edit": access.may("analytics.lifecycle.manage"),
    }
    found = policy()
    if found is None:
        return context
    stages = stages_of(found)
    lists = access.may("crm.contact.view") and access.sees(f"crm.contact.{STAGE}")
    told = found.told
    version = ModelVersion.objects.get(pk=found.version)
    tied = JobRun.objects.filter(model_version=version).order_by("-pk").first()
    return context | {
        "version": version,
        "as_of": tied.as_of if tied else version.trained_to,
        "from": date.fromisoformat(told["from"]),
        "until": date.fromisoformat(told["to"]) - timedelta(days=1),
        "figures": _figures(told),
        "flow": flow_of(_pairs(told), _named_place(stages)),
        "flow_label": flow_label(MOST_OFTEN, _pairs(told), _named_place(stages)),
        "moves": _moves(told, stages, lists=lists),
        "matrix": _matrix(told, stages, lists=lists),
        "stages": _times(told, stages, lists=lists),
        "policy": _policy_rows(found, stages) if access.sees(f"crm.contact.{SCORE}") else [],
        "has_moves": told["figures"]["moves"] > 0,
        "currency": base_currency(),
        "evidence": version.parameters["evidence"],
    }


def stages_of(found: Policy) -> list[PolicyStage]:
    return [
        PolicyStage(each["pk"], _named(each["names"], each["pk"]), each["tone"])
        for each in found.told["stages"]
    ]


def _named(names: dict[str, str], pk: int) -> str:
    wanted = (names.get(get_language() or ""), names.get(settings.LANGUAGE_CODE))
    return next(filter(None, (*wanted, *names.values())), str(pk))


def _figures(told: Json) -> list[Json]:
    moves, months = told["figures"]["moves"], told["figures"]["months"]
    worth = [each for each in told["weighed"] if each["gain"] > 0 and each["sure"] >= 0.5]
    helped = {each["state"] for each in worth}
    return [
        {"label": _("Contacts in a stage"), "value": number(sum(told["present"]))},
        {
            "label": _("Months looked at"),
            "value": number(months),
            "note": _("a month of a contact is one"),
        },
        {
            "label": _("Of them with a move"),
            "value": percent(moves / months if months else None, 1),
            "note": ngettext("%(count)s move", "%(count)s moves", int(moves))
            % {"count": number(moves)},
        },
        {
            "label": _("Stages with something worth doing"),
            "value": f"{len(helped)} / {len(told['stages'])}",
            "note": _("on evidence, over doing nothing"),
        },
    ]


# -- moves ---------------------------------------------------------------------------------------


def _pairs(told: Json) -> list[tuple[int, int, int]]:
    """Places of two stages and how many months led from the one to the other, the most first."""
    found = [
        (before, after, int(count))
        for before, row in enumerate(told["counts"])
        for after, count in enumerate(row)
        if before != after and count
    ]
    return sorted(found, key=lambda pair: -pair[2])


def _named_place(stages: Sequence[PolicyStage]) -> Named:
    return lambda place: (
        stages[place].name,
        TOKENS.get(LifeTone(stages[place].tone), stages[place].tone),
    )


def _moves(told: Json, stages: Sequence[PolicyStage], *, lists: bool) -> list[Json]:
    """The moves as a table: what the drawing shows, for who reads."""
    return [
        {
            "before": stages[before],
            "after": stages[after],
            "count": count,
            "chance": told["spans"][before][after],
            "url": _moved_url(told, stages[before], stages[after]) if lists else "",
        }
        for before, after, count in _pairs(told)
    ]


def _matrix(told: Json, stages: Sequence[PolicyStage], *, lists: bool) -> list[Json]:
    """A row for each stage: the chance of each next stage, its interval and how often it happened."""
    rows: list[Json] = []
    for before, stage in enumerate(stages):
        cells = []
        for after, other in enumerate(stages):
            chance, low, high = told["spans"][before][after]
            count = int(told["counts"][before][after])
            url = _stage_url(stage) if before == after else _moved_url(told, stage, other)
            cells.append(
                {
                    "chance": chance,
                    "low": low,
                    "high": high,
                    "count": count,
                    "shade": 0 if not count else max(1, -(-int(chance * 100) * SHADES // 100)),
                    "url": url if lists and count else "",
                    "title": f"{stage.name} → {other.name}",
                    "is_stay": before == after,
                }
            )
        total = int(sum(told["counts"][before]))
        rows.append({"stage": stage, "cells": cells, "total": total})
    return rows


def _moved_url(told: Json, before: PolicyStage, after: PolicyStage) -> str:
    last = date.fromisoformat(told["to"]) - timedelta(days=1)
    kinds = (f"{before.pk}>{after.pk}",)
    return _list_url(Happened(MOVED, kinds, since=told["from"], until=last.isoformat()))


def _stage_url(stage: PolicyStage) -> str:
    return _list_url(Criterion(STAGE, "is", [stage.pk]))


def _list_url(condition: Condition) -> str:
    return f"{reverse('contact_list')}?{urlencode({'if': to_parameter(condition)})}"


def _times(told: Json, stages: Sequence[PolicyStage], *, lists: bool) -> list[Json]:
    """How many are in each stage, how long they stay, and what that is worth."""
    values = {each["state"]: round(each["value"]) for each in told["best"]}
    most = max(told["present"], default=0)
    return [
        {
            "stage": stage,
            "present": told["present"][place],
            "share": round(100 * told["present"][place] / most) if most else 0,
            "median": told["days"][place][0],
            "long": told["days"][place][1],
            "value": values.get(str(stage.pk)),
            "ever": told["ever"][place],
            "url": _stage_url(stage) if lists else "",
        }
        for place, stage in enumerate(stages)
    ]


# -- policy --------------------------------------------------------------------------------------


def _policy_rows(found: Policy, stages: Sequence[PolicyStage]) -> list[Json]:
    """For each stage every action on evidence, the best one first; what was tried too seldom is named."""
    names = {stage.pk: stage.name for stage in stages}
    trials = dict(zip([stage.pk for stage in stages], found.told["trials"], strict=True))
    rows = []
    for stage in stages:
        weighed = found.weighed_of(stage.pk)
        best = next((each for each in weighed if each.is_worth_it), None)
        rows.append(
            {
                "stage": stage,
                "actions": [_action_row(each, names, is_best=each is best) for each in weighed],
                "has_best": best is not None,
                "idle_trials": int(trials[stage.pk][0]),
                "rare": _rare(trials[stage.pk], weighed),
            }
        )
    return rows


def _action_row(weighed: Weighed, names: dict[int, str], *, is_best: bool) -> Json:
    return {
        "weighed": weighed,
        "is_best": is_best,
        "followed": [
            {"name": names.get(pk, str(pk)), "share": count / weighed.trials}
            for pk, count in weighed.followed
        ],
    }


def _rare(trials: Sequence[float], weighed: Sequence[Weighed]) -> list[Json]:
    """Actions that were taken too seldom to tell."""
    told = {each.action for each in weighed} | {str(LifeAction.NONE)}
    return [
        {"label": LifeAction(action).label, "trials": int(count)}
        for action, count in zip(LifeAction.values, trials, strict=True)
        if action not in told
    ]
