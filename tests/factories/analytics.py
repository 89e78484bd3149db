"""Records of analytics."""

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from analytics.models import FileTrial, PointsBook, PointsRule, SeriesTrial
from tests.factories.core import NOW, JobRunFactory, UserFactory


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
