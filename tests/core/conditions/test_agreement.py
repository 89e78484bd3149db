"""The database and Python give the same answer to every condition, on both databases."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from core.choices import FieldType, Reach
from core.conditions import (
    Condition,
    Criterion,
    Happened,
    Joined,
    Not,
    Viewpoint,
    checked,
    from_json,
    from_parameter,
    happenings,
    meets,
    sentence,
    sql,
    to_parameter,
    to_q,
)
from core.conditions.fields import ResolvedField, offered_fields
from core.conditions.operators import Operator, operators_for
from core.conditions.periods import PERIODS
from core.fields.stored import to_stored
from core.models import Tag, User
from core.registries import RecordType, record_types
from crm.choices import LeadStatus
from crm.models import Contact, Group, Lead
from crm.services.interactions import NewInteraction, record_interactions
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    EventFactory,
    GroupFactory,
    LeadFactory,
    LeadScoreFactory,
    RoleFactory,
    TagFactory,
    TeamFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

KIND = record_types["crm.lead"]
HERE = ZoneInfo("Asia/Shanghai")
WORDS = ["", "Fair", "fair", "ＦＡＩＲ", "Müller", "MÜLLER", "林兆阳", "100%", "a_b", "a\\b"]
NUMBERS = [0, 1, 2.5, -2.5, 50, 70, 100, 12_000]
KINDS = ["click", "visit"]
COUNTS = [
    st.sampled_from([None, 0, 1, 3]),  # at least
    st.sampled_from([None, 0, 1, 2]),  # at most
    st.sampled_from([None, 0, 1, 15, 90]),  # in the last days
    st.sampled_from([None, "2026-11-01", "2026-11-26"]),  # since
    st.sampled_from([None, "2026-11-20", "2026-12-01"]),  # until
]
DAYS = [(NOW + timedelta(days=n)).date().isoformat() for n in (-400, -31, -7, -1, 0, 1, 30)]


LONG = "Fair " * 60
OPTIONS = [{"key": key, "label": f"Option {key}"} for key in ("a", "B b", "中", '"')]
# Keys that a database or Django might take for something else.
CUSTOM: dict[str, tuple[FieldType, list[Any]]] = {
    "in": (FieldType.TEXT, [*WORDS[1:], LONG, LONG + "x"]),
    "contains": (FieldType.LONG_TEXT, [LONG, *WORDS[1:]]),
    "客户_等级": (FieldType.CHOICE, ["a", "B b", "中", '"']),
    "isnull": (FieldType.CHOICES, [["a"], ["a", "中"], ["B b", '"'], []]),
    "0": (FieldType.NUMBER, [*NUMBERS, -12, 0.1]),
    "null": (FieldType.MONEY, [0, 2.5, 12.1, 1_000_000.25]),
    "date": (FieldType.DATE, DAYS),
    "at": (FieldType.MOMENT, [to_stored(NOW + timedelta(hours=h)) for h in (-800, -30, 0, 5)]),
    "true": (FieldType.BOOLEAN, [True, False]),
    "url": (FieldType.URL, ["https://example.org/?a=%20", "https://例子.cn/"]),
    "email": (FieldType.EMAIL, ["Ada@example.org"]),
    "phone": (FieldType.PHONE, ["+49 40 123", "10086"]),
    "user": (FieldType.USER, [1, 2, 3]),
    "link": (FieldType.LINK, [1, 2]),
}
OF_COMPANIES = ("in", "0", "isnull", "date", "true")


def make_custom_fields() -> None:
    for object_type, keys in (("crm.lead", CUSTOM), ("crm.company", OF_COMPANIES)):
        for key in keys:
            kind = CUSTOM[key][0]
            CustomFieldFactory(
                object_type=object_type,
                key=key,
                type=kind,
                options=OPTIONS if kind in (FieldType.CHOICE, FieldType.CHOICES) else [],
                target="crm.company" if kind == FieldType.LINK else "",
            )


def custom_values(number: int) -> dict[str, Any]:
    """Values with gaps, some of them written out as null."""
    values: dict[str, Any] = {}
    for place, (key, (_kind, offered)) in enumerate(CUSTOM.items()):
        step = (number + place) % (len(offered) + 2)
        if step < len(offered):
            values[key] = offered[step]
        elif step == len(offered):
            values[key] = None
    return values


def some_leads(user: User) -> None:
    """Leads that differ in everything a condition may ask, with gaps everywhere."""
    make_custom_fields()
    mate = UserFactory(role=None, team=user.team)
    outsider = UserFactory(role=None, team=TeamFactory())
    owners = [user, mate, outsider, None]
    tags = [TagFactory(), TagFactory()]
    companies: list[Any] = [None]
    companies += [
        CompanyFactory(
            name=name,
            industry=industry,
            employees=size,
            owner=owner,
            team=team,
            custom=custom_values(place),
        )
        for place, (name, industry, size, owner, team) in enumerate(
            (
                ("Müller", "Fair", 50, user, user.team),
                ("Acme", "", None, outsider, outsider.team),
                ("林兆阳", "ＦＡＩＲ", 12_000, mate, mate.team),
            )
        )
    ]
    contacts: list[Any] = [None]
    contacts += [
        ContactFactory(name=name, job_title=title, company=companies[place], owner=owners[place])
        for place, (name, title) in enumerate((("MÜLLER", "a_b"), ("", "100%"), ("Ada", "")))
    ]
    add_groups(contacts[1:], owners)
    contacts[3].reports_to = contacts[2]
    contacts[3].save()
    for number in range(24):
        lead = LeadFactory(
            owner=owners[number % 4],
            source=WORDS[number % len(WORDS)],
            city=WORDS[number * 3 % len(WORDS)],
            status=LeadStatus.values[number % len(LeadStatus.values)],
            company=companies[number % 4],
            contact=contacts[number // 2 % 4],
            external_id=None if number % 3 else f"L{number}",
            custom=custom_values(number),
            touched_at=None if number % 4 == 0 else NOW - timedelta(days=number * 3 - 20, hours=5),
        )
        if number % 3:
            LeadScoreFactory(lead=lead, score=number * 4)
        lead.tags.set(tags[: number % 3])
        add_activities(lead, number, mate)
        if lead.contact and number % 4 == 1:
            days = range(number % 9)
            record_interactions(
                NewInteraction(lead.contact.pk, KINDS[day % 2], NOW - timedelta(days=day * 4))
                for day in days
            )
    Lead.objects.filter(pk=lead.pk).update(deleted_at=NOW)
    companies[1].deleted_at = NOW
    companies[1].save()


def add_groups(contacts: list[Contact], owners: list[User | None]) -> None:
    """The first contact is in no group, the second in one, the third in all; one is in the bin."""
    for place, owner in enumerate((*owners, owners[0])):
        team = owner.team if owner else None
        gone = NOW if place == len(owners) else None
        group = GroupFactory(owner=owner, team=team, deleted_at=gone)
        event = EventFactory(owner=owner, team=team)
        group.contacts.set(contacts[1:] if place == 2 else contacts[2:])
        event.contacts.set(contacts[: place + 1])


def add_activities(lead: Lead, number: int, mate: User) -> None:
    """Done and planned ones, one of a colleague's, one in the bin."""
    for place in range(number % 4):
        done = NOW - timedelta(days=place * 10) if place != 2 else None
        ActivityFactory(
            lead=lead,
            kind="call" if place % 2 else "meeting",
            owner=mate if number % 2 else lead.owner,
            done_at=done,
            deleted_at=NOW if number % 7 == 3 else None,
        )


def values_for(operator: Operator, field: ResolvedField, people: list[int]) -> Any:
    single = {
        FieldType.NUMBER: st.sampled_from(NUMBERS),
        FieldType.MONEY: st.sampled_from([0, 2.5, 12.1]),
        FieldType.CHOICES: st.sampled_from([option["key"] for option in OPTIONS]),
        FieldType.TEXT: st.sampled_from([*WORDS[1:], LONG, LONG + "x"]),
        FieldType.CHOICE: st.sampled_from(
            [str(key) for key, _label in field.choices] or ["1" if field.is_whole else "x"]
        ),
        FieldType.USER: st.sampled_from(["me", "my_team", *people]),
        FieldType.LINK: st.sampled_from([1, *people]),
        FieldType.TAGS: st.sampled_from([tag.pk for tag in Tag.objects.all()]),
        FieldType.LINKS: st.sampled_from([1, *Group.objects.values_list("pk", flat=True)]),
        FieldType.MONEY: st.sampled_from(NUMBERS),
    }.get(field.type, st.sampled_from(WORDS[1:]))
    return {
        "nothing": st.none(),
        "text": st.sampled_from(WORDS[1:]),
        "number": st.sampled_from(NUMBERS),
        "two_numbers": st.lists(st.sampled_from(NUMBERS), min_size=2, max_size=2),
        "date": st.sampled_from(DAYS),
        "two_dates": st.lists(st.sampled_from(DAYS), min_size=2, max_size=2),
        "days": st.sampled_from([0, 1, 30]),
        "period": st.sampled_from(list(PERIODS)),
        "several": st.lists(single, min_size=1, max_size=3),
    }[operator.takes]


def conditions(fields: list[ResolvedField], people: list[int]) -> st.SearchStrategy[Condition]:
    tests = st.sampled_from(fields).flatmap(
        lambda field: st.sampled_from(operators_for(field.type)).flatmap(
            lambda operator: values_for(operator, field, people).map(
                lambda value: Criterion(field.name, operator.key, value)
            )
        )
    )
    happened = st.builds(
        Happened,
        st.just("activity"),
        st.sampled_from([(), ("call",), ("call", "meeting")]),
        *COUNTS,
    ) | st.builds(Happened, st.just("interaction"), st.sampled_from([(), ("click",)]), *COUNTS)
    return st.recursive(
        tests | happened,
        lambda parts: st.one_of(
            parts.map(Not),
            st.builds(
                Joined,
                st.sampled_from(["all", "any"]),
                st.lists(parts, max_size=3).map(tuple),
            ),
        ),
        max_leaves=5,
    )


@pytest.fixture(params=[Reach.OWN, Reach.TEAM, Reach.ALL], ids=["own", "team", "all"])
def view(request: pytest.FixtureRequest) -> Viewpoint:
    """Somebody whose roles reach so far, but not to events."""
    role = RoleFactory()
    for name in ("lead", "company", "contact", "activity", "group"):
        role.grants.create(permission=f"crm.{name}.view", reach=request.param)
    user = UserFactory(role=None, team=TeamFactory())
    user.roles.add(role)
    return Viewpoint(user, timezone.localtime(NOW, HERE))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_database_and_python_agree(view: Viewpoint, data: st.DataObject) -> None:
    leads = Lead.objects.kept().select_related("contact__company", "company", "score")
    assert_agreement(data, KIND, leads, view)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_they_agree_on_several_links(view: Viewpoint, data: st.DataObject) -> None:
    """Of the record itself and of one that it is linked to."""
    contacts = Contact.objects.kept().select_related("reports_to")
    assert_agreement(data, record_types["crm.contact"], contacts, view, FieldType.LINKS)


def assert_agreement(
    data: st.DataObject,
    kind: RecordType,
    records: QuerySet[Any],
    view: Viewpoint,
    *types: FieldType,
) -> None:
    """Of a condition over fields of these types, of all where none is said."""
    if not Lead.objects.exists():
        some_leads(view.user)
    view = Viewpoint(view.user, view.now)
    fields = [it for it in offered_fields(kind, view) if not types or it.type in types]
    condition = checked(data.draw(conditions(fields, [view.user.pk, 1, 2, 3])), kind, view)
    note(sentence(condition, kind, view))
    # Few records are asked for in one way, many in another.
    with patch.object(sql, "FEW", data.draw(st.sampled_from([0, sql.FEW]))):
        met = to_q(condition, kind, view)
    found = records.filter(met).values_list("pk", flat=True)
    # What happened to a record is counted here, or by the database where that is much.
    with patch.object(happenings, "MOST_ROWS", data.draw(st.sampled_from([0, 2, 200]))):
        expected = [row.pk for row in records.all() if meets(row, condition, kind, view)]
    assert sorted(found) == sorted(expected)
    # Points rules ask many conditions of the same rows at once.
    answer = Case(When(met or ~sql.NOTHING, then=Value(True)), default=Value(False))
    answers = records.annotate(met=answer).values_list("pk", "met")
    assert sorted(pk for pk, is_met in answers if is_met) == sorted(expected)
    assert from_json(condition.as_json()) == condition
    assert checked(from_parameter(to_parameter(condition)), kind, view) == condition
    assert sentence(condition, kind, view)
