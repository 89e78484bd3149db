"""Deals and products as people know them."""

from collections.abc import Iterable

from django.apps import apps
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.choices import FieldType
from core.registries import RecordType
from core.registries.records import Choices, Field, Searched
from crm.choices import seeded_label
from crm.record_types import shared
from crm.record_types.outlooks import OUTLOOK


def _pipelines() -> Choices:
    rows = apps.get_model("crm.Pipeline")._base_manager.values_list("pk", "name")
    return [(pk, seeded_label(name)) for pk, name in rows]


def _stages() -> Choices:
    """Stages of several pipelines are told apart by the pipeline's name; saved views may name old ones."""
    stages = apps.get_model("crm.Stage")._base_manager.order_by(
        "is_archived", "pipeline__position", "position"
    )
    return stage_choices(stages.values_list("pk", "is_archived", "name", "pipeline__name"))


def stage_choices(stages: Iterable[tuple[int, bool, str, str]]) -> Choices:
    """What stages are called: number, whether they are archived, own name and the pipeline's."""
    rows = list(stages)
    one_pipeline = len({pipeline for *_stage, pipeline in rows}) <= 1
    labels = [(pk, gone, _stage_label(*names, is_only=one_pipeline)) for pk, gone, *names in rows]
    return [
        (pk, gettext("%(stage)s, no longer in use") % {"stage": label} if gone else label)
        for pk, gone, label in labels
    ]


def _stage_label(name: str, pipeline: str, *, is_only: bool) -> str:
    stage = seeded_label(name)
    return stage if is_only else f"{stage} ({seeded_label(pipeline)})"


def _competitors() -> Choices:
    return list(apps.get_model("crm.Competitor")._base_manager.values_list("pk", "name"))


DEAL = RecordType(
    "crm.deal",
    _("Deal"),
    _("Deals"),
    "layout-kanban",
    "deal_detail",
    "deal_list",
    (
        Field("name", pgettext_lazy("deal", "Name"), compared="name_key", is_required=True),
        shared.COMPANY,
        Field(
            "contact",
            _("Main contact"),
            FieldType.LINK,
            target="crm.contact",
            order="contact__name_key",
        ),
        Field(
            "pipeline",
            _("Pipeline"),
            FieldType.CHOICE,
            path="pipeline_id",
            choices=_pipelines,
            order="pipeline__position",
            is_editable=False,
        ),
        Field(
            "stage",
            _("Stage"),
            FieldType.CHOICE,
            path="stage_id",
            choices=_stages,
            order="stage__position",
            is_editable=False,
        ),
        Field("status", _("Status"), FieldType.CHOICE, is_editable=False),
        Field(
            "amount",
            pgettext_lazy("deal", "Value"),
            FieldType.MONEY,
            path="base_amount",
            shown="amount",
            currency="currency",
        ),
        shared.CURRENCY,
        Field("close", _("Expected close"), FieldType.DATE, path="close_on"),
        Field("probability", _("Chance in %"), FieldType.NUMBER),
        *OUTLOOK,
        Field("forecast_category", _("Forecast"), FieldType.CHOICE),
        Field("kind", pgettext_lazy("deal", "Type"), FieldType.CHOICE),
        Field("next_step", _("Next step")),
        Field("lost_reason", _("Lost because")),
        Field("won_reason", _("Won because")),
        Field(
            "competitor",
            _("Competitor"),
            FieldType.CHOICE,
            path="competitor_id",
            choices=_competitors,
            order="competitor__name",
            is_editable=False,
        ),
        shared.SOURCE,
        Field("lead", _("Lead"), FieldType.LINK, target="crm.lead"),
        shared.EXTERNAL_ID,
        shared.DESCRIPTION,
        Field("industry", _("Industry"), via="company.industry"),
        shared.TAGS,
        Field(
            "products",
            _("Products"),
            FieldType.LINKS,
            target="crm.product",
            is_editable=False,
            has_place=False,
        ),
        shared.OWNER,
        shared.TEAM,
        Field(
            "stage_entered",
            _("In this stage since"),
            FieldType.MOMENT,
            path="stage_entered_at",
            is_editable=False,
        ),
        shared.TOUCHED,
        Field("closed", _("Closed"), FieldType.MOMENT, path="closed_at", is_editable=False),
        shared.CREATED,
        shared.IMPORT,
    ),
    (shared.activities("deal"), *shared.stages_passed("deal", _stages)),
    Searched(
        {
            "name": ["name"],
            "company": ["company.name"],
            "other": ["contact.name", "external_id"],
        },
        summary=["company", "status"],
    ),
    slug="deals",
)

PRODUCT = RecordType(
    "crm.product",
    _("Product"),
    _("Products"),
    "package",
    "product_detail",
    "product_list",
    (
        Field("name", pgettext_lazy("product", "Name"), compared="name_key", is_required=True),
        Field("sku", _("Product code")),
        Field("category", _("Category")),
        Field("unit", _("Unit")),
        Field("price", _("List price"), FieldType.MONEY, currency="currency"),
        shared.CURRENCY,
        Field("is_active", _("On sale"), FieldType.BOOLEAN),
        shared.DESCRIPTION,
        shared.TAGS,
        shared.OWNER,
        shared.CREATED,
        shared.IMPORT,
    ),
    searched=Searched({"name": ["name"], "other": ["sku"]}, summary=["category"]),
    slug="products",
)
