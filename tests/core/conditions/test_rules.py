"""What a condition may ask, what it refuses, how it reads and travels."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from core.choices import FieldAccess, Reach
from core.conditions import (
    Criterion,
    Joined,
    Not,
    Viewpoint,
    all_of,
    any_of,
    checked,
    from_json,
    from_parameter,
    from_parameters,
    sentence,
    to_parameter,
    to_q,
)
from core.conditions.fields import offered_fields
from core.conditions.operators import operators_for
from core.conditions.periods import PERIODS, period
from core.errors import Refused
from core.models import User
from core.registries import record_types
from crm.models import Lead
from tests.factories import CompanyFactory, LeadFactory, RoleFactory, TeamFactory, UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

KIND = record_types["crm.lead"]


def view_of(user: User) -> Viewpoint:
    return Viewpoint(user, timezone.localtime(NOW))


def asked(user: User, *criteria: Any) -> set[int]:
    """The leads that meet all of it."""
    view = view_of(user)
    condition = checked(all_of(*criteria), KIND, view)
    rows = Lead.objects.visible_to(user).filter(to_q(condition, KIND, view))
    return set(rows.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        "status",
        {},
        {"all": {}},
        {"field": "status"},
        {"field": 1, "operator": "is"},
        {"not": None},
        {"happened": "activity", "at_least": "3"},
        {"happened": "activity", "days": True},
        {"all": [{"field": "city", "operator": "set"}] * 51},
        {"not": {"not": {"not": {"not": {"not": {"not": {"field": "a", "operator": "b"}}}}}}},
    ],
)
def test_what_is_no_condition_is_refused(said: Any) -> None:
    with pytest.raises(Refused):
        from_json(said)


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("nothing", "is", ["x"]),
        ("status.name", "is", ["x"]),
        ("company.nothing", "is", ["x"]),
        ("owner.email", "is", ["x"]),
        ("company.owner.password", "is", ["x"]),
        ("score", "contains", "7"),
        ("score", "at_least", "seven"),
        ("score", "at_least", "1e400"),
        ("score", "at_least", True),
        ("score", "between", [1]),
        ("city", "is", []),
        ("city", "is", ["x"] * 201),
        ("city", "contains", " "),
        ("city", "contains", "a\0b"),
        ("city", "nothing", "x"),
        ("created", "on", "tomorrow"),
        ("created", "on", "9999-12-31"),
        ("created", "in", "this_decade"),
        ("created", "last_days", -1),
        ("created", "last_days", 1.5),
        ("owner", "is", ["them"]),
        ("company", "is", ["1; --"]),
    ],
)
def test_criterion_that_makes_no_sense_is_refused(
    field: str, operator: str, value: Any, administrator: User
) -> None:
    with pytest.raises(Refused):
        checked(Criterion(field, operator, value), KIND, view_of(administrator))


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("crm.lead.score", {"score", "grade"}),
        ("crm.lead.company", {"company", "company.name", "industry"}),
        ("crm.company.industry", {"company.industry", "industry"}),
        ("crm.contact.job_title", {"contact.job_title", "job_title"}),
    ],
)
def test_hidden_field_can_not_be_asked_for(rule: str, fields: set[str]) -> None:
    role = RoleFactory()
    for name in ("lead", "company", "contact"):
        role.grants.create(permission=f"crm.{name}.view", reach=Reach.ALL)
    user = UserFactory(role=None)
    user.roles.add(role)
    assert fields <= {field.name for field in offered_fields(KIND, view_of(user))}
    role.field_rules.create(field=rule, access=FieldAccess.NONE)
    view = view_of(User.objects.get(pk=user.pk))
    assert not fields & {field.name for field in offered_fields(KIND, view)}
    for name in fields:
        with pytest.raises(Refused, match="There is no field"):
            checked(Criterion(name, "set"), KIND, view)


def test_related_records_out_of_reach_tell_nothing() -> None:
    role = RoleFactory()
    role.grants.create(permission="crm.lead.view", reach=Reach.ALL)
    role.grants.create(permission="crm.company.view", reach=Reach.OWN)
    user = UserFactory(role=None, team=TeamFactory())
    user.roles.add(role)
    mine = LeadFactory(company=CompanyFactory(industry="Energy", owner=user))
    LeadFactory(company=CompanyFactory(industry="Energy", owner=UserFactory()))
    assert asked(user, Criterion("company.industry", "is", ["Energy"])) == {mine.pk}
    assert mine.pk not in asked(user, Criterion("company.industry", "empty"))


def test_me_and_my_team(sales: User, colleague: User, outsider: User) -> None:
    leads = [LeadFactory(owner=owner) for owner in (sales, colleague, outsider, None)]
    view = view_of(sales)
    found = [
        set(
            Lead.objects.filter(to_q(Criterion("owner", "is", [value]), KIND, view)).values_list(
                "pk", flat=True
            )
        )
        for value in ("me", "my_team")
    ]
    assert found == [{leads[0].pk}, {leads[0].pk, leads[1].pk}]


EXAMPLES = {
    "nothing": None,
    "text": "a",
    "number": 5,
    "date": "2026-11-22",
    "days": 7,
    "period": "this_week",
    "two_numbers": [1, 2],
    "two_dates": ["2026-11-22", "2026-11-23"],
}


@pytest.mark.parametrize("kind", list(record_types), ids=lambda kind: str(kind.key))
def test_every_field_can_be_asked_with_every_operator(kind: Any, administrator: User) -> None:
    view = view_of(administrator)
    for field in offered_fields(kind, view):
        for operator in operators_for(field.type):
            value = EXAMPLES.get(operator.takes, ["1"])
            condition = checked(Criterion(field.name, operator.key, value), kind, view)
            assert not kind.model._base_manager.filter(to_q(condition, kind, view)).exists()
            assert sentence(condition, kind, view)


@given(key=st.sampled_from(sorted(PERIODS)), day=st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_periods_touch_each_other(key: str, day: date) -> None:
    first, after = period(key, day)
    assert first < after
    scope = key.partition("_")[2]
    if scope:
        before, this, following = (period(f"{w}_{scope}", day) for w in ("last", "this", "next"))
        assert before[1] == this[0] <= day < this[1] == following[0]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "Score is at least 70 and ((City is Ulm or 上海) or not (Company › Industry is empty))",
        ),
        ("zh-hans", "评分 至少为 70 且 （（城市 为 Ulm 或 上海） 或 不满足（公司 › 行业 为空））"),
    ],
)
def test_condition_reads_as_a_sentence(language: str, text: str, administrator: User) -> None:
    condition = all_of(
        Criterion("score", "at_least", 70),
        any_of(
            Criterion("city", "is", ["Ulm", "上海"]), Not(Criterion("company.industry", "empty"))
        ),
    )
    view = view_of(administrator)
    with translation.override(language):
        assert sentence(checked(condition, KIND, view), KIND, view) == text


@pytest.mark.parametrize(
    ("parameter", "condition"),
    [
        ("score:at_least:70", Criterion("score", "at_least", 70)),
        ("owner:is:me", Criterion("owner", "is", ["me"])),
        ("city:is:Ulm,Bonn", Criterion("city", "is", ["Ulm", "Bonn"])),
        ("city:empty", Criterion("city", "empty")),
        ("city:contains:a:b, c", Criterion("city", "contains", "a:b, c")),
        ("score:between:1,2.5", Criterion("score", "between", [1, 2.5])),
    ],
)
def test_address_is_short_for_a_criterion(
    parameter: str, condition: Criterion, administrator: User
) -> None:
    view = view_of(administrator)
    assert checked(from_parameter(parameter), KIND, view) == condition
    assert to_parameter(condition) == parameter
    assert from_parameters([parameter]) == Joined("all", (from_parameter(parameter),))


@given(text=st.text(max_size=60))
def test_any_parameter_is_a_condition_or_refused(text: str) -> None:
    try:
        condition = from_parameter(text)
    except Refused:
        return
    assert from_json(condition.as_json()) == condition


def test_empty_groups_are_counted() -> None:
    """Each costs time, though it asks nothing."""
    with pytest.raises(Refused, match="at most"):
        from_json({"any": [{"any": []}] * 10_000})
