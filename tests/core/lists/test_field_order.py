"""Pages ordered by any field, custom ones as well: every row once, there and back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F, QuerySet
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.choices import FieldAccess, FieldType, Reach
from core.conditions import Viewpoint
from core.conditions.fields import ResolvedField, offered_fields, resolve
from core.errors import Refused
from core.fields.stored import to_stored
from core.lists.keyset import Position, fetch_page
from core.models import User
from core.registries import record_types
from crm.models import Lead
from tests.core.lists.test_keyset import ids, pages
from tests.factories import (
    CompanyFactory,
    CustomFieldFactory,
    LeadFactory,
    LeadScoreFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

KIND = record_types["crm.lead"]
VALUES: dict[FieldType, list[Any]] = {
    FieldType.TEXT: ["a", "B", "中", "a" * 300, "a" * 300 + "b"],
    FieldType.CHOICE: ["x", "y"],
    FieldType.NUMBER: [0, -1, 2.5, 10**15],
    FieldType.MONEY: [0, 12.1, 12.11],
    FieldType.DATE: ["2026-01-01", "0999-12-31"],
    FieldType.MOMENT: [to_stored(NOW), to_stored(NOW + timedelta(seconds=1))],
    FieldType.BOOLEAN: [True, False],
}


def view_of(user: User) -> Viewpoint:
    return Viewpoint(user, timezone.localtime(NOW))


def test_offered_fields_walk_there_and_back(administrator: User) -> None:
    for key, kind in enumerate(VALUES):
        CustomFieldFactory(key=f"k{key}", type=kind)
        CustomFieldFactory(key=f"k{key}", type=kind, object_type="crm.company")
    for number in range(9):
        custom = {
            f"k{key}": offered[number % (len(offered) + 1)]
            for key, offered in enumerate(VALUES.values())
            if number % (len(offered) + 1) < len(offered)
        }
        company = CompanyFactory(custom=custom, employees=number % 3 or None)
        lead = LeadFactory(company=None if number == 4 else company, custom=custom)
        if number % 2:
            LeadScoreFactory(lead=lead, score=number)
    view = view_of(administrator)
    rows = Lead.objects.for_list()
    fields = {field.name: field for field in offered_fields(KIND, view) if field.is_sortable}
    own = {f"custom.k{key}" for key in range(len(VALUES))}
    named = {"score", "company", "company.employees", "created", "contact.name"}
    assert fields.keys() >= own | {f"company.{name}" for name in own} | named
    for field in fields.values():
        for descending in (True, False):
            how = {"sort": field.order(view), "descending": descending, "size": 2}
            forward = pages(rows, "", **how)
            backward = [forward[-1]]
            while backward[0].previous_token:
                backward.insert(0, fetch_page(rows, token=backward[0].previous_token, **how))
            assert ids(forward) == all_at_once(rows, field, view, descending), field.name
            assert ids(backward) == ids(forward), field.name


def all_at_once(
    rows: QuerySet[Lead], field: ResolvedField, view: Viewpoint, descending: bool
) -> list[int]:
    """What the database says when it is asked for everything in this order."""
    value = F("ordered")
    main = value.desc(nulls_last=True) if descending else value.asc(nulls_last=True)
    ordered = rows.annotate(ordered=field.order_expression(view))
    return list(ordered.order_by(main, "-pk" if descending else "pk").values_list("pk", flat=True))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), kind=st.sampled_from(list(VALUES)), descending=st.booleans())
def test_custom_values_come_in_order_missing_ones_last(
    administrator: User, data: st.DataObject, kind: FieldType, descending: bool
) -> None:
    Lead.objects.all().delete()
    values = data.draw(st.lists(st.sampled_from([None, *VALUES[kind]]), max_size=8))
    field = CustomFieldFactory(type=kind)
    for value in values:
        LeadFactory(contact=None, company=None, custom={field.key: value})
    view = view_of(administrator)
    order = resolve(KIND, f"custom.{field.key}", view).order(view)
    found = pages(Lead.objects.all(), "", sort=order, descending=descending, size=3)
    walked = [row.custom[field.key] for page in found for row in page.rows]
    known = [value for value in values if value is not None]

    def rank(value: Any) -> Any:
        return value[:200].encode() if isinstance(value, str) else value

    if kind != FieldType.TEXT:  # how texts are sorted is the database's own
        assert [rank(v) for v in walked if v is not None] == sorted(
            map(rank, known), reverse=descending
        )
    assert walked[len(known) :] == [None] * (len(values) - len(known))


def test_values_of_rows_out_of_reach_do_not_order() -> None:
    role = RoleFactory(grants={"crm.lead.view": Reach.ALL, "crm.company.view": Reach.OWN})
    user = UserFactory(role=None, roles=[role])
    CustomFieldFactory(object_type="crm.company", key="size", type=FieldType.NUMBER)
    owners = [user, UserFactory(), user]
    leads = [
        LeadFactory(company=CompanyFactory(owner=owner, custom={"size": size}))
        for size, owner in enumerate(owners)
    ]
    view = view_of(user)
    order = resolve(KIND, "company.custom.size", view).order(view)
    page = fetch_page(Lead.objects.all(), sort=order, descending=True, size=9, token="")
    assert [row.pk for row in page.rows] == [leads[2].pk, leads[0].pk, leads[1].pk]


def test_hidden_custom_field_does_not_exist() -> None:
    field, other = CustomFieldFactory(key="secret"), CustomFieldFactory(key="open")
    role = RoleFactory(grants={"crm.lead.view": Reach.ALL})
    role.field_rules.create(field=field.name, access=FieldAccess.NONE)
    view = view_of(UserFactory(role=None, roles=[role]))
    names = {each.name for each in offered_fields(KIND, view)}
    assert f"custom.{other.key}" in names
    assert f"custom.{field.key}" not in names
    with pytest.raises(Refused, match="There is no field"):
        resolve(KIND, f"custom.{field.key}", view)


def test_archived_field_is_not_offered(administrator: User) -> None:
    field = CustomFieldFactory(is_archived=True)
    with pytest.raises(Refused, match="There is no field"):
        resolve(KIND, f"custom.{field.key}", view_of(administrator))


def test_definitions_are_read_once(administrator: User, django_assert_num_queries: Any) -> None:
    for number in range(5):
        CustomFieldFactory(key=f"k{number}")
    view = view_of(administrator)
    resolve(KIND, "custom.k0", view)
    with django_assert_num_queries(0):
        for number in range(5):
            resolve(KIND, f"custom.k{number}", view)


def test_token_keeps_days_and_exact_amounts() -> None:
    for value in (NOW.date(), Decimal("12.50"), True):
        position = Position(value, 7)
        assert Position.from_token(position.token()) == position
