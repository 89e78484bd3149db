"""What the sample company stands on: staff, rates, a pipeline, fields, tags."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from core.choices import Currency, FieldType
from core.models import (
    CustomField,
    ExchangeRate,
    Installation,
    SampleData,
    Tag,
    Team,
    User,
)
from core.models.sample_data import COMPANY
from core.models.tags import tag_key
from core.services.custom_fields import ensure_field
from crm.choices import StageKind
from crm.models import Competitor, Pipeline, Stage
from crm.services.sample.cast import Setting
from crm.services.sample.chance import stream
from crm.services.sample.enquiries import DEMO, VISITS
from crm.services.sample.story import CONTRACT_END, LINES, SEGMENT
from crm.services.sample.words import COMPETITORS, TAGS

UNNAMED = "Renmai"
ADDRESS = "Keilestraat 9, 3029 BP Rotterdam"
# Colleagues who only own records; nobody logs in as them.
COLLEAGUES = (
    ("Lena Brandt", "lena", "Sales, Europe", "europe"),
    ("Oliver Hargrove", "oliver", "Sales, Europe", "europe"),
    ("Grace Monroe", "grace", "Sales, Americas", "americas"),
    ("Victor Delgado", "victor", "Sales, Americas", "americas"),
    ("陈雨桐", "yutong", "Sales, China", "china"),
    ("李思远", "siyuan", "Sales, China", "china"),
    ("Nora Kuipers", "nora", "Marketing", "marketing"),
)
# Sample users with a log-in who sell or market, too.
LOG_INS = {
    "sales@sample.renmai": "europe",
    "manager@sample.renmai": "china",
    "marketing@sample.renmai": "marketing",
}
STAGES = (
    ("Qualified 已确认", StageKind.OPEN, 15, 14),
    ("Demo 演示", StageKind.OPEN, 30, 21),
    ("Proposal 报价", StageKind.OPEN, 50, 21),
    ("Negotiation 谈判", StageKind.OPEN, 75, 14),
    ("Won 赢单", StageKind.WON, 100, 0),
    ("Lost 丢单", StageKind.LOST, 0, 0),
)
# About what they are worth in euros.
WORTH = {"EUR": 1.0, "USD": 0.9, "GBP": 1.16, "CHF": 1.05, "SEK": 0.089, "PLN": 0.234, "CNY": 0.126}
RATE_EVERY = 30  # days
SEGMENTS = ("A", "B", "C")
FIELDS = (
    ("crm.company", LINES, "Production lines 产线数", FieldType.NUMBER),
    ("crm.company", SEGMENT, "Segment 客户等级", FieldType.CHOICE),
    ("crm.company", CONTRACT_END, "Contract end 合同到期", FieldType.DATE),
    ("crm.lead", VISITS, "Visits before enquiry 询价前访问", FieldType.NUMBER),
    ("crm.lead", DEMO, "Demo requested 要求演示", FieldType.BOOLEAN),
)


def lay_ground(data: SampleData) -> None:
    """Make what is not there yet, and note what was made."""
    _name_company(data)
    _hire(data)
    _write_rates(data)
    _make_pipeline(data)
    _make_competitors(data)
    _make_fields(data)
    _make_tags(data)


def _name_company(data: SampleData) -> None:
    company, _made = Installation.objects.get_or_create(pk=1)
    if company.name == UNNAMED:
        company.name = COMPANY
        company.save(update_fields=["name"])
        data.note(Installation, [company.pk])
        data.fill(company, address=ADDRESS)


def _hire(data: SampleData) -> None:
    sales, made = Team.objects.get_or_create(name="Sales")
    data.note(Team, [sales.pk] if made else [])
    for name, mailbox, team_name, _region in COLLEAGUES:
        parent = sales if team_name.startswith("Sales") else None
        team, made = Team.objects.get_or_create(name=team_name, defaults={"parent": parent})
        data.note(Team, [team.pk] if made else [])
        email = f"{mailbox}@sample.renmai"
        if not User.objects.filter(email=email).exists():
            user = User.objects.create_user(email, None, name=name, team=team, is_sample=True)
            data.note(User, [user.pk])


def _write_rates(data: SampleData) -> None:
    """One a month for each currency that customers pay in; rates that are there stay."""
    base = _base_currency()
    if base not in WORTH:
        return
    there = set(ExchangeRate.objects.values_list("currency", "valid_from"))
    rates = []
    for currency in sorted(WORTH.keys() - {base}):
        chance, worth = stream(f"rate:{currency}"), WORTH[currency] / WORTH[base]
        for back in range(780, -1, -RATE_EVERY):
            day = data.day - timedelta(days=back)
            worth *= 1 + chance.gauss(0, 0.008)
            if (currency, day) not in there:
                rate = round(worth, 8)
                rates.append(ExchangeRate(currency=currency, valid_from=day, rate=rate))
    made = ExchangeRate.objects.bulk_create(rates)
    data.note(ExchangeRate, [rate.pk for rate in made])


def _make_pipeline(data: SampleData) -> None:
    if _pipeline() is not None:
        return
    pipeline = Pipeline.objects.create(name="Sales 销售")
    Stage.objects.bulk_create(
        Stage(
            pipeline=pipeline,
            name=name,
            kind=kind,
            probability=probability,
            rotting_days=days,
            position=position,
        )
        for position, (name, kind, probability, days) in enumerate(STAGES)
    )
    data.note(Pipeline, [pipeline.pk])


def _make_competitors(data: SampleData) -> None:
    for name in COMPETITORS:
        competitor, made = Competitor.objects.get_or_create(name=name)
        data.note(Competitor, [competitor.pk] if made else [])


def _make_fields(data: SampleData) -> None:
    for object_type, _name, label, field_type in FIELDS:
        there = CustomField.objects.filter(object_type=object_type, label=label).exists()
        field = ensure_field(object_type=object_type, label=label, field_type=field_type)
        if field_type == FieldType.CHOICE and not there:
            field.options = [{"key": letter, "label": letter} for letter in SEGMENTS]
            field.save(update_fields=["options"])
        data.note(CustomField, [] if there else [field.pk])


def _make_tags(data: SampleData) -> None:
    for name in TAGS:
        tag, made = Tag.objects.get_or_create(name_key=tag_key(name), defaults={"name": name})
        data.note(Tag, [tag.pk] if made else [])


# -- reading it ----------------------------------------------------------------------------------


def field_keys() -> dict[str, str]:
    """The key of each custom field, by its name here."""
    return {
        name: CustomField.objects.get(object_type=object_type, label=label).key
        for object_type, name, label, _field_type in FIELDS
    }


def read_setting(data: SampleData) -> Setting:
    """The ground as the story needs it."""
    stages = _pipeline()
    if stages is None:
        raise LookupError("A pipeline has to be made first.")
    staff = _staff()
    rates: dict[str, list[Any]] = {}
    for rate in ExchangeRate.objects.order_by("valid_from"):
        rates.setdefault(rate.currency, []).append((rate.valid_from, float(rate.rate)))
    return Setting(
        today=data.day,
        sellers={region: staff[region] for region in ("europe", "americas", "china")},
        marketer=staff["marketing"][0],
        stages=_of_kind(stages, StageKind.OPEN),
        won=_of_kind(stages, StageKind.WON)[0],
        lost=_of_kind(stages, StageKind.LOST)[0],
        base_currency=_base_currency(),
        rates=rates,
        competitors=list(Competitor.objects.filter(name__in=COMPETITORS).order_by("name")),
    )


def _staff() -> dict[str, list[User]]:
    """Sample users by what they look after; those who log in come first."""
    regions = LOG_INS | {f"{mailbox}@sample.renmai": where for _n, mailbox, _t, where in COLLEAGUES}
    staff: dict[str, list[User]] = {}
    users = {
        user.email: user for user in User.objects.filter(is_sample=True).select_related("team")
    }
    for email, region in regions.items():
        if email in users:
            staff.setdefault(region, []).append(users[email])
    return staff


def _pipeline() -> list[Stage] | None:
    """The stages of the first pipeline that can be walked through."""
    for pipeline in Pipeline.objects.filter(is_archived=False).prefetch_related("stages"):
        stages = list(pipeline.stages.all())
        if all(_of_kind(stages, kind) for kind in StageKind):
            return stages
    return None


def _of_kind(stages: Iterable[Stage], kind: StageKind) -> list[Stage]:
    return [stage for stage in stages if stage.kind == kind]


def _base_currency() -> str:
    company = Installation.objects.filter(pk=1).first()
    return company.base_currency if company else Currency.EUR.value
