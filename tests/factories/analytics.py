"""Records of analytics."""

from datetime import date

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from analytics.models import (
    CampaignFile,
    FileTrial,
    ForecastSeries,
    ForecastTarget,
    PointsBook,
    PointsRule,
    SeriesTrial,
    SuggestionAnswer,
)
from tests.factories.core import NOW, JobRunFactory, ModelVersionFactory, UserFactory
from tests.factories.crm import ContactFactory, LifeStageFactory


class PointsBookFactory(DjangoModelFactory):
    class Meta:
        model = PointsBook
        django_get_or_create = ("object_type",)

    object_type = "crm.lead"


class PointsRuleFactory(DjangoModelFactory):
    class Meta:
        model = PointsRule

    book = factory.SubFactory(PointsBookFactory)
    name = factory.Sequence("Rule {}".format)
    group = "fit"
    points = 10
    condition = {"field": "source", "operator": "is", "value": ["Referral"]}


class FileTrialFactory(DjangoModelFactory):
    """A file whose columns wait to be chosen; `text` is its content."""

    class Meta:
        model = FileTrial
        exclude = ("text",)

    text = "Source,Converted\nWeb,1\nFair,0\n"
    file = factory.LazyAttribute(lambda it: ContentFile(it.text.encode(), name="leads.csv"))
    file_name = "leads.csv"
    columns = factory.LazyFunction(
        lambda: [
            {
                "name": "Source",
                "values": [["Web", 1], ["Fair", 1]],
                "is_varied": False,
                "examples": [],
            },
            {
                "name": "Converted",
                "values": [["1", 1], ["0", 1]],
                "is_varied": False,
                "examples": [],
            },
        ]
    )
    rows = 2
    created_by = factory.SubFactory(UserFactory, role="manager")
    created_at = NOW

    class Params:
        done = factory.Trait(
            run=factory.SubFactory(
                JobRunFactory,
                kind="analytics.file_trial",
                scope=factory.Sequence(lambda number: {"trial": number, "file": "leads.csv"}),
            ),
            predictions=factory.LazyFunction(lambda: ContentFile(b"Row\r\n", name="chances.csv")),
        )


class CampaignFileFactory(DjangoModelFactory):
    """A file of a past campaign whose columns wait to be chosen; `text` is its content."""

    class Meta:
        model = CampaignFile
        exclude = ("text",)

    text = "message,bought\nA,1\nnobody,0\n"
    file = factory.LazyAttribute(lambda it: ContentFile(it.text.encode(), name="campaign.csv"))
    file_name = "campaign.csv"
    columns = factory.LazyFunction(
        lambda: [
            {"name": name, "values": values, "is_varied": False, "examples": []}
            for name, values in (
                ("message", [["A", 1], ["nobody", 1]]),
                ("bought", [["1", 1], ["0", 1]]),
            )
        ]
    )
    rows = 2
    created_by = factory.SubFactory(UserFactory, role="marketing")
    created_at = NOW

    class Params:
        done = factory.Trait(
            run=factory.SubFactory(
                JobRunFactory,
                kind="analytics.past_campaign",
                scope=factory.Sequence(lambda number: {"trial": number, "file": "campaign.csv"}),
            ),
            result={"rows": 2, "people": 2, "unknown": 2, "without_arm": 0, "twice": 0},
        )


class SeriesTrialFactory(DjangoModelFactory):
    """A file of series whose columns wait to be chosen; `text` is its content."""

    class Meta:
        model = SeriesTrial
        exclude = ("text",)

    text = "month,sales\n2026-01,5\n2026-02,7\n"
    file = factory.LazyAttribute(lambda it: ContentFile(it.text.encode(), name="sales.csv"))
    file_name = "sales.csv"
    columns = factory.LazyFunction(
        lambda: [
            {
                "name": name,
                "kind": kind,
                "values": [[text, 1] for text in texts],
                "is_varied": False,
                "examples": [],
                "filled": 2,
                "is_repeated": False,
                "days": days,
            }
            for name, kind, texts, days in (
                ("month", "date", ("2026-01", "2026-02"), 31.0),
                ("sales", "number", ("5", "7"), None),
            )
        ]
    )
    rows = 2
    time_column, value_column = "month", "sales"
    created_by = factory.SubFactory(UserFactory, role="manager")
    created_at = NOW

    class Params:
        done = factory.Trait(
            run=factory.SubFactory(
                JobRunFactory,
                kind="analytics.series_trial",
                scope=factory.Sequence(lambda number: {"trial": number, "file": "sales.csv"}),
            ),
            predictions=factory.LazyFunction(
                lambda: ContentFile(b"month\r\n", name="forecast.csv")
            ),
        )


class ForecastSeriesFactory(DjangoModelFactory):
    """Twelve months of 1,000 to 12,000, and a forecast of 10,000 for each of the next twelve."""

    class Meta:
        model = ForecastSeries

    run = factory.SubFactory(JobRunFactory, kind="analytics.forecasts", state="succeeded")
    version = factory.SubFactory(ModelVersionFactory, kind="analytics.forecasts")
    as_of = NOW
    measure = "revenue"
    grain = "month"
    cut = "total"
    key = ""
    first = date(2025, 3, 1)
    values = factory.LazyFunction(lambda: [1_000.0 * n for n in range(1, 13)])
    ahead = factory.LazyFunction(lambda: [10_000.0] * 12)
    lower = factory.LazyFunction(lambda: [[8_000.0] * 12, [6_000.0] * 12])
    upper = factory.LazyFunction(lambda: [[12_000.0] * 12, [14_000.0] * 12])
    spread = 1_000
    chosen = "mean"
    reason = "mean_not_beaten"
    candidates = factory.LazyFunction(
        lambda: [
            {"name": "seasonal_naive", "error": 2_000.0, "share": 0.4, "seconds": 0.0},
            {"name": "mean", "error": 900.0, "share": 0.18, "seconds": 0.2},
        ]
    )
    backtest = factory.LazyFunction(
        lambda: {
            "origins": [9, 10],
            "said": [[9_500.0] * 12, [9_900.0] * 12],
            "steps": [
                {"step": 1, "origins": 2, "error": 0.07, "baseline": 0.21, "covered": 1.0},
                {"step": 2, "origins": 2, "error": 0.1, "baseline": 0.23, "covered": 0.5},
            ],
            "covered": 0.75,
            "beats": True,
            "total": {
                "steps": 3,
                "origins": 4,
                "serves": "last_total",
                "last": 33_000.0,
                "model_error": 0.12,
                "last_error": 0.05,
            },
        }
    )
    is_current = True


class ForecastTargetFactory(DjangoModelFactory):
    class Meta:
        model = ForecastTarget

    measure = "revenue"
    period = "month"
    starts_on = date(2026, 3, 1)
    amount = 12_500
    set_at = NOW


class SuggestionAnswerFactory(DjangoModelFactory):
    class Meta:
        model = SuggestionAnswer

    contact = factory.SubFactory(ContactFactory)
    stage = factory.SubFactory(LifeStageFactory)
    action = "call"
    answer = "snoozed"
    until = date(2026, 3, 20)
    by = factory.SubFactory(UserFactory)
    at = NOW
    key = factory.Sequence("key-{}".format)
