"""From what the parts of a run counted to a policy: what each stage is worth, and what is best in it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Avg

from analytics.datasets.life_rules import Rules
from analytics.datasets.lives import ACTIONS
from analytics.jobs.finite_json import finite
from analytics.methods.lifecycle.decisions import iterate_policies, iterate_values
from analytics.methods.lifecycle.next_actions import EVIDENCE, next_actions, weighed_actions
from analytics.methods.lifecycle.time_in_stage import LONGEST, stay_quantiles
from analytics.methods.lifecycle.transitions import Transitions
from analytics.models import LifecycleTally, LifecycleTerms
from analytics.queries.lifecycle import KIND
from core.jobs.context import RunContext
from core.models import JobRun
from core.services.model_versions import champion_of, promote_version, publish_version
from crm.choices import LifeAction
from crm.models import ContactLife, Lead

LEVEL = 0.8  # chance that a gain lies between its ends
YEAR = 12  # months, within which somebody may become a customer
LOOKED_AT = 2_000  # contacts of a stage, for their usual chance
MOST_FOLLOWED = 3  # stages that followed on an action

FloatArray = npt.NDArray[np.float64]


@dataclass
class Summed:
    """What all parts counted: months of contacts, and their stays by stage and day."""

    known: Transitions
    ended: FloatArray
    running: FloatArray
    present: list[int]


def summed(run: JobRun, rules: Rules) -> Summed:
    size, taken = len(rules.stages), len(ACTIONS)
    counts = np.zeros((size, taken, size))
    rewards, squares = np.zeros((size, taken)), np.zeros((size, taken))
    ended, running = np.zeros((size, LONGEST + 1)), np.zeros((size, LONGEST + 1))
    present = np.zeros(size, dtype=np.int64)
    # In their order, not in that of whoever was done first: sums are the same to the last digit.
    rows = LifecycleTally.objects.filter(run=run, first__gt=0).order_by("first")
    parts = rows.values_list("sums", flat=True)
    for sums in parts.iterator(chunk_size=50):
        counts += np.array(sums["counts"])
        rewards += np.array(sums["rewards"])
        squares += np.array(sums["squares"])
        present += np.array(sums["present"])
        for total, told in ((ended, sums["ended"]), (running, sums["running"])):
            for stage, by_day in enumerate(told):
                total[stage, list(map(int, by_day))] += list(by_day.values())
    stages = tuple(str(stage.pk) for stage in rules.stages)
    known = Transitions(stages, ACTIONS, counts, rewards, squares)
    return Summed(known, ended, running, present.tolist())


def publish_policy(
    run: RunContext, rules: Rules, terms: LifecycleTerms, bounds: Sequence[datetime]
) -> None:
    """The version that serves from now on; the same counts and terms are the same version."""
    found = summed(run.run, rules)
    known = found.known
    told = policy_of(known, rules, float(terms.discount), bounds)
    told |= _times(found)
    told |= {"usual_chances": _usual_chances(rules), "usual_risks": _usual_risks()}
    artifact = json.dumps(told, sort_keys=True).encode()
    live = champion_of(KIND)
    version = publish_version(
        kind=KIND,
        artifact=artifact,
        algorithm="markov_decisions",
        parameters={"discount": float(terms.discount), "evidence": EVIDENCE},
        features=list(ACTIONS),
        metrics=finite(told["figures"]),
        rows=int(known.counts.sum()),
        trained_to=bounds[-1],
        fingerprint="",
    )
    if live is not None and live.artifact_sha256 == version.artifact_sha256:
        version.delete()
        version = live
    else:
        promote_version(version=version, by=None, reason="first" if live is None else "replaced")
    JobRun.objects.filter(pk=run.run.pk).update(model_version=version)


def policy_of(
    known: Transitions, rules: Rules, discount: float, bounds: Sequence[datetime]
) -> dict[str, Any]:
    """Everything that pages and scores need to know, as JSON."""
    best = next_actions(known, nothing=LifeAction.NONE, discount=discount, level=LEVEL)
    weighed = weighed_actions(known, nothing=LifeAction.NONE, discount=discount, level=LEVEL)
    low, high = known.intervals()
    return {
        "stages": [
            {"pk": stage.pk, "names": stage.names, "role": stage.role, "tone": stage.tone}
            for stage in rules.stages
        ],
        "from": bounds[0].date().isoformat(),
        "to": bounds[-1].date().isoformat(),
        "counts": known.counts.sum(axis=1).tolist(),
        "spans": _usual_spans(known),
        "best": [asdict(each) for each in best],
        "weighed": [
            asdict(each) | {"followed": _followed(known, each.state, each.action)}
            for each in weighed
        ],
        "trials": known.trials.tolist(),
        "ever": _ever(known, best, rules).round(6).tolist(),
        "figures": {
            "agreement": _agreement(known, discount),
            "months": float(known.counts.sum()),
            "moves": float(known.counts.sum() - np.trace(known.counts.sum(axis=1))),
            "widest": float((high - low).max()),
        },
    }


def _times(found: Summed) -> dict[str, Any]:
    """How many contacts are in each stage, and after how many days half and 90 % have left it."""
    both = zip(found.ended, found.running, strict=True)
    return {
        "present": found.present,
        "days": [stay_quantiles(ended, running, (0.5, 0.9)) for ended, running in both],
    }


def _usual_spans(known: Transitions) -> list[list[list[float]]]:
    """Of each move under all actions taken together: its chance, and the ends of what it may be."""
    together = Transitions(
        known.states,
        ("any",),
        known.counts.sum(axis=1, keepdims=True),
        known.rewards.sum(axis=1, keepdims=True),
        known.squares.sum(axis=1, keepdims=True),
    )
    low, high = together.intervals()
    spans = np.stack([together.probabilities, low, high], axis=-1)[:, 0]
    told: list[list[list[float]]] = spans.round(5).tolist()
    return told


def _followed(known: Transitions, state: str, action: str) -> list[list[Any]]:
    """The stages that most often followed: number of the stage, how often."""
    counts = known.counts[known.states.index(state), known.actions.index(action)]
    order = np.argsort(-counts, kind="stable")[:MOST_FOLLOWED]
    return [[int(known.states[place]), int(counts[place])] for place in order if counts[place]]


def _ever(known: Transitions, best: Sequence[Any], rules: Rules) -> FloatArray:
    """The chance of having been a customer within a year, under the policy."""
    here = np.arange(len(known.states))
    taken = [known.actions.index(each.action) for each in best]
    moves = known.probabilities[here, taken]
    reached = np.zeros(len(here))
    reached[rules.customers] = 1.0
    for _month in range(YEAR):
        reached = np.where(reached == 1.0, 1.0, moves @ reached)
    return reached


def _agreement(known: Transitions, discount: float) -> float:
    """The largest difference between values by policies and by Bellman's equation, as a share."""
    allowed = known.trials >= EVIDENCE
    allowed[:, known.actions.index(LifeAction.NONE)] = True
    exact = iterate_policies(known.probabilities, known.expected_rewards, discount, allowed)
    other = iterate_values(known.probabilities, known.expected_rewards, discount, allowed)
    apart = np.abs(exact.state_values - other.state_values)
    return float((apart / (1 + np.abs(exact.state_values))).max())


def _usual_chances(rules: Rules) -> dict[str, float]:
    """The mean chance of the open leads of the newest contacts of each stage, where the score knows one."""
    found: dict[str, float] = {}
    for stage in rules.stages:
        newest = ContactLife.objects.filter(stage=stage.pk).order_by("-contact")
        some = newest.values_list("contact", flat=True)[:LOOKED_AT]
        leads = Lead.objects.open().kept().filter(contact__in=list(some))
        usual = leads.aggregate(usual=Avg("score__probability"))["usual"]
        if usual is not None:
            found[str(stage.pk)] = round(usual, 2)
    return found


def _usual_risks() -> dict[str, float]:
    """The mean chance to have left of the contacts of each stage of whom one is known."""
    known = ContactLife.objects.filter(contact__lifetime__risk__isnull=False).order_by()
    rows = known.values("stage").annotate(usual=Avg("contact__lifetime__risk"))
    return {str(stage): round(usual, 4) for stage, usual in rows.values_list("stage", "usual")}
