"""What the builder shows of a condition is what it makes of it again."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.conditions import (
    Condition,
    Happened,
    Joined,
    Not,
    Viewpoint,
    checked,
    from_parameter,
    to_parameter,
)
from core.conditions.fields import offered_fields
from core.filters.builder import Builder, Shown
from core.filters.drafts import draft_from, draft_of
from core.models import CustomField, User
from core.registries import record_types
from tests.core.conditions.test_agreement import conditions, make_custom_fields
from tests.factories import TagFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db
KIND = record_types["crm.lead"]


def plain(condition: Condition) -> Condition:
    """The condition without groups of one, and with one way to say how often."""
    if isinstance(condition, Not):
        return Not(plain(condition.part))
    if isinstance(condition, Happened):
        return _counted(condition)
    if not isinstance(condition, Joined):
        return condition
    parts = tuple(map(plain, condition.parts))
    return parts[0] if len(parts) == 1 else Joined(condition.join, parts)


def _counted(test: Happened) -> Happened:
    if test.at_most is None:
        return replace(test, at_least=1 if test.at_least is None else test.at_least)
    return replace(test, at_least=test.at_least or None)


def as_sent(builder: Builder) -> QueryDict:
    """The form as a browser sends it."""
    data = QueryDict(mutable=True)
    data["join"] = builder.join
    for entry in (each for top in builder.entries for each in top):
        data.appendlist("entry", entry.path)
        _send(data, entry)
    return QueryDict(data.urlencode())


def _send(data: QueryDict, entry: Shown) -> None:
    path, question = entry.path, entry.question
    if entry.join:
        data[f"{path}.join"] = entry.join
    elif question is None:
        data[f"{path}.kept"] = entry.written
    else:
        line = question.line
        data[f"{path}.field"] = data[f"{path}.was"] = line.field
        data.setlist(f"{path}.kinds", list(line.kinds))
        for name in ("how", "times", "most", "days", "since", "until"):
            data[f"{path}.{name}"] = getattr(line, name)
        if not question.is_happened:
            data[f"{path}.operator"] = question.operator.key
            data.setlist(f"{path}.value", list(line.values))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_condition_comes_back_through_form_and_address(
    administrator: User, data: st.DataObject
) -> None:
    if not CustomField.objects.exists():
        make_custom_fields()
        TagFactory()
    view = Viewpoint(administrator, timezone.localtime(NOW))
    strategy = conditions(list(offered_fields(KIND, view)), [administrator.pk, 1, 2])
    condition = plain(checked(data.draw(strategy), KIND, view))
    given_builder = Builder(draft_of(condition), KIND, view, is_applied=True)
    draft = draft_from(as_sent(given_builder))
    made = Builder(draft, KIND, view, is_applied=True).answer()
    assert made == condition
    again = checked(from_parameter(to_parameter(made)), KIND, view)
    assert draft_of(again) == draft_of(made)


NAMES = ["entry", "join", "add", "drop", "group", "0.field", "0.join", "0.kept", "0.0.kept"]
NAMES += ["0.value", "0.operator", "0.sought", "0.days", "0.since", "0.times", "1.0.field", "0.how"]
WORDS = ["0", "0.0", "1.0", "top", "owner", "score", "is", "happened:activity"]
TEXTS = st.sampled_from(WORDS) | st.text(st.characters(codec="utf-8"), max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.sampled_from(NAMES), st.lists(TEXTS, max_size=3)))
def test_junk_in_the_form_is_never_a_mistake(
    log_in: Callable[..., Client], administrator: User, data: dict[str, list[str]]
) -> None:
    client = log_in(administrator)
    answer = client.get(f"/records/crm.lead/filter/?{urlencode(data, doseq=True)}")
    assert answer.status_code == 200
    answer = client.get(f"/records/crm.lead/filter/?{urlencode(data, doseq=True)}&apply=1")
    assert answer.status_code in (200, 302, 422)
