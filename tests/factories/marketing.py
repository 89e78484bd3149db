"""Segments."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from core.conditions import Condition, Viewpoint, checked
from core.models import User
from core.registries import record_types
from marketing.choices import SegmentKind
from marketing.models import Segment
from marketing.queries.segment_rules import describe
from tests.factories.core import NOW, UserFactory


class SegmentFactory(DjangoModelFactory):
    """A list or, with an `asked` condition, a dynamic segment that nobody has filled yet."""

    class Meta:
        model = Segment

    name = factory.Sequence("Segment {}".format)
    kind = SegmentKind.STATIC

    @classmethod
    def _create(cls, model_class: type[Segment], *args: Any, **given: Any) -> Segment:
        asked: Condition | None = given.pop("asked", None)
        if asked is None:
            return super()._create(model_class, *args, **given)
        owner: User = given.get("owner") or UserFactory(role="administrator")
        segment = model_class(**{**given, "owner": owner, "kind": SegmentKind.DYNAMIC})
        view = Viewpoint(owner, NOW)
        condition = checked(asked, record_types["crm.contact"], view)
        segment.condition = condition.as_json()
        describe(segment, condition, view)
        segment.save()
        return segment
