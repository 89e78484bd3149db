"""Records of analytics."""

import factory
from factory.django import DjangoModelFactory

from analytics.models import PointsBook, PointsRule


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
