"""The page of the stages, and the page of one: what it asks, whom it holds for, one contact to try it on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.models import LifecycleTerms
from analytics.queries.lifecycle import last_run
from core import permissions
from core.choices import RunState
from core.conditions import Viewpoint, answers_to, sentence
from core.currencies import base_currency
from core.errors import Refused
from core.models import JobRun
from core.registries import record_types
from core.services.quality import viewpoint_of_all
from crm.models import Contact, LifeStage
from crm.models.lifecycle import CONTACT

SAMPLE = 1_000
CAUSES = {
    "known": gettext_lazy("first known"),
    "time": gettext_lazy("time went by"),
    "field": gettext_lazy("a field changed"),
}


@dataclass(frozen=True)
class ShownStage:
    """A stage as people read it."""

    stage: LifeStage
    asks: str
    is_readable: bool


def shown_stages(view: Viewpoint) -> list[ShownStage]:
    return [_shown(stage, view) for stage in LifeStage.objects.all()]


def _shown(stage: LifeStage, view: Viewpoint) -> ShownStage:
    try:
        asked = stage.asked(view)
    except Refused:  # its words would name the field
        hidden = _("It asks for something that is not there, or that you may not see.")
        return ShownStage(stage, hidden, is_readable=False)
    kind = record_types[CONTACT]
    said = sentence(asked, kind, view) if stage.condition else _("All contacts")
    return ShownStage(stage, said, is_readable=True)


def stages_page(view: Viewpoint) -> dict[str, Any]:
    terms = LifecycleTerms.current()
    return {
        "stages": shown_stages(view),
        "terms": terms,
        "currency": base_currency(),
        "is_stale": is_stale(last_run()),
        "may_edit": permissions.access_of(view.user).may("analytics.lifecycle.manage"),
    }


def is_stale(run: JobRun | None) -> bool:
    """Whether stages or terms have changed since what is shown was worked out."""
    changed_at = LifecycleTerms.current().changed_at
    if changed_at is None or run is None:
        return False
    newer = JobRun.objects.filter(kind=run.kind, state=RunState.SUCCEEDED, as_of__gte=changed_at)
    return not newer.exists()


# -- trying --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """How many of the newest contacts stand in each stage, as it is and with the change."""

    contacts: int
    has_more: bool
    rows: Sequence[dict[str, Any]]


def preview(stage: LifeStage, view: Viewpoint) -> Preview:
    """What a stage would change before it is saved: counts of contacts that the viewer sees."""
    newest = Contact.objects.visible_to(view.user).order_by("-pk")
    ids = list(newest.values_list("pk", flat=True)[: SAMPLE + 1])
    stages = list(LifeStage.objects.all())
    changed = [stage if each.pk == stage.pk else each for each in stages]
    if not stage.pk:
        stage.position = max((each.position for each in stages), default=-1) + 1
        changed.append(stage)
    before, after = (_counts(found, ids[:SAMPLE], view.now) for found in (stages, changed))
    rows = [
        {
            "name": each.name,
            "tone": each.tone,
            "before": before[place] if place < len(before) else 0,
            "after": after[place],
            "is_this": each is stage,
        }
        for place, each in enumerate(changed)
    ]
    return Preview(min(len(ids), SAMPLE), len(ids) > SAMPLE, rows)


def _counts(stages: Sequence[LifeStage], ids: Sequence[int], at: datetime) -> list[int]:
    """How many contacts stand in each stage now; nobody in one that is out of use."""
    from analytics.datasets.life_rules import Rules  # numpy, only where it is needed
    from analytics.datasets.lives import read_lives

    everything = viewpoint_of_all(at)
    rules = Rules.of(stages, everything)
    places = [stages.index(stage) for stage in rules.stages]
    found = [0] * len(stages)
    lives = read_lives(Contact.objects.filter(pk__in=ids), rules, everything)
    if lives is not None:
        for place in lives.stays.stages[lives.present].tolist():
            if place >= 0:
                found[places[place]] += 1
    return found


@dataclass(frozen=True)
class TriedStage:
    """Whether a stage holds for one contact, and whether it is the one that counts."""

    shown: ShownStage
    holds: bool
    counts: bool


@dataclass(frozen=True)
class ContactTrial:
    """The stages on one contact, and the way it has come by them."""

    contact: Contact
    stages: Sequence[TriedStage]
    way: Sequence[dict[str, Any]]


def try_on_contact(contact: Contact, view: Viewpoint) -> ContactTrial:
    shown = [each for each in shown_stages(view) if each.stage.is_enabled]
    everything = viewpoint_of_all(view.now)
    asked = {}
    for each in shown:
        try:
            asked[f"stage_{each.stage.pk}"] = each.stage.asked(everything)
        except Refused:
            continue
    rows = Contact.objects.filter(pk=contact.pk)
    [row] = rows.annotate(**answers_to(asked, record_types[CONTACT], everything)).values(*asked)
    held = [bool(row.get(f"stage_{each.stage.pk}")) for each in shown]
    last = max((place for place, holds in enumerate(held) if holds), default=-1)
    tried = [
        TriedStage(each, holds, place == last)
        for place, (each, holds) in enumerate(zip(shown, held, strict=True))
    ]
    return ContactTrial(contact, tried, _way(contact, everything))


def _way(contact: Contact, everything: Viewpoint) -> list[dict[str, Any]]:
    from analytics.datasets.life_rules import Rules  # numpy, only where it is needed
    from analytics.datasets.lives import read_lives
    from analytics.datasets.said_lives import lives_said

    rules = Rules.of(LifeStage.objects.all(), everything)
    lives = read_lives(Contact.objects.filter(pk=contact.pk), rules, everything)
    if lives is None:
        return []
    names = {stage.pk: stage for stage in rules.stages}
    [said] = lives_said(lives, rules, {})
    return [
        {
            "stage": names[stay.stage],
            "since": stay.since,
            "until": stay.until,
            "cause": cause_label(stay.cause),
        }
        for stay in said.stays
    ]


def cause_label(cause: str) -> Any:
    """What brought a contact into a stage, in words."""
    behaviour = record_types[CONTACT].behaviour.get(cause)
    return behaviour.label if behaviour is not None else CAUSES.get(cause, cause)
