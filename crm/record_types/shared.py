"""Fields and behaviours that several record types have."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType, ValueProblem
from core.registries.records import Behaviour, Choices, Field
from core.time_ids import first_id, moment_of
from crm.choices import ActivityKind, InteractionKind

OWNER = Field("owner", _("Owner"), FieldType.USER, order="owner__name", is_editable=False)


def _teams() -> Choices:
    teams = apps.get_model("core.Team")._base_manager.order_by("name")
    return list(teams.values_list("pk", "name"))


TEAM = Field(
    "team",
    _("Team"),
    FieldType.CHOICE,
    path="team_id",
    choices=_teams,
    order="team__name",
    is_editable=False,
    has_place=False,
)
TAGS = Field("tags", _("Tags"), FieldType.TAGS)
CREATED = Field("created", _("Created"), FieldType.MOMENT, path="created_at", is_editable=False)
TOUCHED = Field("touched", _("Last touch"), FieldType.MOMENT, path="touched_at", is_editable=False)
COMPANY = Field(
    "company", _("Company"), FieldType.LINK, target="crm.company", order="company__name_key"
)
CURRENCY = Field("currency", _("Currency"), FieldType.CHOICE)
DESCRIPTION = Field("description", _("Description"), FieldType.LONG_TEXT)
SOURCE = Field("source", _("Source"))
EXTERNAL_ID = Field("external_id", _("External ID"))


class _Imports(Sequence[tuple[Any, Any]]):
    """The newest ones, read when they are looked at: most records come from none."""

    def __bool__(self) -> bool:
        return True

    @cached_property
    def _rows(self) -> list[tuple[Any, Any]]:
        rows = apps.get_model("crm.FileImport")._base_manager.filter(run__isnull=False)
        newest = rows.order_by("-pk").values_list("pk", "file_name")[:OFFERED_IMPORTS]
        return [(pk, f"{name} ({pk})") for pk, name in newest]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]


OFFERED_IMPORTS = 200
IMPORT = Field(
    "import",
    _("Import"),
    FieldType.CHOICE,
    path="imported_by_id",
    choices=_Imports,
    is_editable=False,
)

ADDRESS = (
    Field("street", _("Street"), section="address"),
    Field("city", _("City"), section="address"),
    Field("state", _("State or province"), section="address"),
    Field("postal_code", _("Postal code"), section="address"),
    Field("country", _("Country"), section="address"),
)


def problem(name: str, label: Promise) -> Field:
    """What is wrong with a field, as the job of data quality says; hidden with the field."""
    return Field(
        f"{name}_problem",
        label,
        FieldType.CHOICE,
        path=f"quality__{name}",
        rule=name,
        choices=ValueProblem.choices,
        is_editable=False,
    )


def meant(name: str, label: Promise) -> Field:
    """What a mistyped address was probably meant to be."""
    return Field(
        f"{name}_meant",
        label,
        FieldType.EMAIL,
        path=f"quality__{name}_meant",
        rule=name,
        is_editable=False,
    )


def activities(link: str) -> Behaviour:
    """What we did about a record: calls, meetings, notes, tasks, e-mails that are done."""
    return Behaviour(
        "activity",
        _("Activity"),
        "crm.Activity",
        link=link,
        at="done_at",
        kind="kind",
        kinds=ActivityKind.choices,
        permission="crm.activity.view",
    )


def stages_passed(link: str, labels: Callable[[], Choices]) -> Sequence[Behaviour]:
    """The steps of a deal from stage to stage: which it came into, and which it left."""

    def kinds() -> Choices:
        return [(str(pk), label) for pk, label in labels()]

    def steps(name: str, label: Promise, column: str) -> Behaviour:
        return Behaviour(
            name,
            label,
            "crm.StageChange",
            link=link,
            at="at",
            kind=column,
            kinds=kinds,
            permission="crm.deal.view",
            rule="crm.deal.stage",
        )

    return (
        steps("stage_entered", _("Stage entered"), "to_stage"),
        steps("stage_left", _("Stage left"), "from_stage"),
    )


def interactions(link: str, anchor: str = "pk") -> Behaviour:
    """What people did: visits, clicks, purchases."""
    return Behaviour(
        "interaction",
        pgettext_lazy("what people did", "Interaction"),
        "crm.Interaction",
        link=link,
        at="id",
        kind="kind",
        anchor=anchor,
        kinds=InteractionKind.choices,
        permission="crm.contact.view",
        moment=first_id,
        time=moment_of,
    )
