"""The lifecycle of contacts and companies, as lists, filters and programs know it."""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.choices import FieldType
from core.registries.records import Behaviour, Choices, Field
from crm.choices import LeadStatus, LifeAction, StageKind
from crm.record_types.later_choices import LaterChoices

STAGE, SCORE = "life_stage", "life_score"


def _stages() -> list[tuple[Any, Any]]:
    rows = apps.get_model("crm.LifeStage")._base_manager.order_by("position", "pk")
    return [(stage.pk, stage.name) for stage in rows]


def stage_choices() -> Choices:
    return LaterChoices(_stages)


def _stage_kinds() -> Choices:
    return [(str(pk), name) for pk, name in stage_choices()]


def _move_kinds() -> Choices:
    stages = stage_choices()
    return [
        (f"{pk}>{other}", gettext("%(before)s → %(after)s") % {"before": name, "after": named})
        for pk, name in stages
        for other, named in stages
        if pk != other
    ]


LIFE = (
    Field(
        STAGE,
        _("Lifecycle stage"),
        FieldType.CHOICE,
        path="life__stage__id",
        choices=stage_choices,
        order="life__stage__position",
        is_editable=False,
        has_place=False,
    ),
    Field(
        "life_since",
        _("In stage since"),
        FieldType.MOMENT,
        path="life__since",
        rule=STAGE,
        is_editable=False,
        has_place=False,
    ),
    Field(
        SCORE,
        _("Lifecycle score"),
        FieldType.MONEY,
        path="life__score",
        is_editable=False,
        has_place=False,
    ),
    Field(
        "next_action",
        _("Next best action"),
        FieldType.CHOICE,
        path="life__action",
        rule=SCORE,
        choices=LifeAction.choices,
        is_editable=False,
        has_place=False,
    ),
    Field(
        "next_gain",
        _("Gain of the next action"),
        FieldType.MONEY,
        path="life__gain",
        rule=SCORE,
        is_editable=False,
        has_place=False,
    ),
)


# Kinds are read without the name of the behaviour.
LEAD_KINDS = [
    (LeadStatus.NEW.value, _("Lead new")),
    (LeadStatus.WORKING.value, _("Lead being worked on")),
    (LeadStatus.QUALIFIED.value, _("Lead qualified")),
    (LeadStatus.CONVERTED.value, _("Lead converted")),
    (LeadStatus.UNQUALIFIED.value, _("Lead not a fit")),
    (LeadStatus.LOST.value, _("Lead lost")),
]
DEAL_KINDS = [
    (StageKind.OPEN.value, _("Deal open")),
    (StageKind.WON.value, _("Deal won")),
    (StageKind.LOST.value, _("Deal lost")),
]


def _stays(name: str, label: Any, kind: str, kinds: Any) -> Behaviour:
    return Behaviour(
        name,
        label,
        "crm.LifeStay",
        link="contact",
        at="since",
        kind=kind,
        kinds=kinds,
        permission="crm.contact.view",
        rule=f"crm.contact.{STAGE}",
    )


LEAD, DEAL = "lead", "deal"
ENTERED, MOVED = "life_entered", "life_moved"
# What a rule for stages must not ask: it would ask for itself.
OF_STAGES = frozenset({ENTERED, MOVED})

BEHAVIOURS = (
    Behaviour(
        LEAD,
        _("Lead captured"),
        "crm.Lead",
        link="contact",
        at="captured_at",
        kind="status",
        kinds=LEAD_KINDS,
        permission="crm.lead.view",
        rule="crm.lead.status",
        is_told=False,
    ),
    Behaviour(
        DEAL,
        _("Deal opened"),
        "crm.Deal",
        link="contact",
        at="created_at",
        kind="status",
        kinds=DEAL_KINDS,
        permission="crm.deal.view",
        rule="crm.deal.stage",
        is_told=False,
    ),
    _stays(ENTERED, _("Lifecycle stage entered"), "stage", _stage_kinds),
    _stays(MOVED, _("Lifecycle stage changed in a month"), "move", _move_kinds),
)
