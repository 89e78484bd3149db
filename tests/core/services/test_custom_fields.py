"""Custom fields: guessing their type, reading their values."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.choices import CUSTOM_FIELD_TYPES
from core.errors import Refused
from core.fields.added import fields_of, labels_of
from core.fields.parsing import guess_type, parse_value
from core.models import AuditEvent, CustomField, User
from core.services import custom_fields
from core.services.custom_fields import (
    archive_field,
    change_field,
    create_field,
    ensure_field,
    field_key,
    learn_options,
    move_field,
    options_from,
    restore_field,
)
from tests.factories import CompanyFactory


def field(kind: str) -> CustomField:
    return CustomField(type=kind)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "12", 12),
        ("number", " 1 234 ", 1234),
        ("number", "2,5", 2.5),
        ("number", "-0.25", -0.25),
        ("number", "1e3", 1000),
        ("date", "2026-11-22", "2026-11-22"),
        ("date", "2026-11-22T10:00:00Z", "2026-11-22"),
        ("boolean", "Yes", True),
        ("boolean", "否", False),
        ("boolean", "0", False),
        ("choice", "Fair", "Fair"),
        ("text", " 中文 ", "中文"),
        ("number", "  ", None),
        ("text", "", None),
    ],
)
def test_value_is_read(kind: str, text: str, value: Any) -> None:
    assert parse_value(field(kind), text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "abc"),
        ("number", "NaN"),
        ("number", "Infinity"),
        ("number", "1e999999"),
        ("number", "1.234.567"),
        ("date", "22.11.2026"),
        ("date", "2026-02-30"),
        ("boolean", "maybe"),
    ],
)
def test_value_that_does_not_fit_is_refused_with_a_sentence(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"^“.+” is n"):
        parse_value(field(kind), text)


@pytest.mark.django_db
@given(kind=st.sampled_from(CUSTOM_FIELD_TYPES), text=st.text(max_size=30))
@example(kind="number", text="1e400")
@example(kind="number", text="-1E+1000000")
@example(kind="number", text="٣")
@example(kind="date", text="0000-00-00")
@example(kind="boolean", text="İ")
def test_any_text_is_read_as_json_or_refused(kind: str, text: str) -> None:
    try:
        value = parse_value(field(kind), text)
    except ValueError:
        return
    assert json.loads(json.dumps(value, allow_nan=False)) == value


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_whole_numbers_stay_whole(number: int) -> None:
    assert parse_value(field("number"), str(number)) == number


@given(st.dates())
def test_dates_go_there_and_back(day: date) -> None:
    assert parse_value(field("date"), day.isoformat()) == day.isoformat()


@pytest.mark.parametrize(
    ("samples", "kind"),
    [
        ([], "text"),
        (["", " "], "text"),
        (["1", "2", "3.5"], "number"),
        (["1", "0", "1"], "boolean"),
        (["1", "1"], "number"),
        (["yes", "no", ""], "boolean"),
        (["是", "否"], "boolean"),
        (["2026-01-01", "2026-12-31"], "date"),
        (["Web", "Fair", "Web"], "choice"),
        (["a", "b", "c"], "text"),
        ([f"note {n}" for n in range(100)], "text"),
        (["1", "x"], "text"),
    ],
)
def test_type_is_guessed_from_samples(samples: list[str], kind: str) -> None:
    assert guess_type(samples) == kind


@given(samples=st.lists(st.sampled_from(["1", "0", "x", "2026-01-01", "yes", "", "2.5"])))
def test_guessed_type_reads_every_sample(samples: list[str]) -> None:
    guessed = field(guess_type(samples))
    for text in samples:
        parse_value(guessed, text)


@pytest.mark.parametrize(
    ("label", "key"),
    [("Lead Source", "lead_source"), ("客户 等级", "客户_等级"), ("%%", "field"), ("A-b", "a_b")],
)
def test_key_is_stable_in_any_script(label: str, key: str) -> None:
    assert field_key(label, set()) == key


@given(st.text(min_size=1, max_size=100))
def test_key_is_never_empty_or_too_long(label: str) -> None:
    assert 1 <= len(field_key(label, set())) <= 60


@pytest.mark.django_db
def test_field_is_made_once_and_keeps_its_type(sales: User) -> None:
    lead: dict[str, Any] = {"object_type": "crm.lead", "label": "Budget", "by": sales}
    first = ensure_field(**lead, field_type="number")
    again = ensure_field(**lead, field_type="text")
    assert again == first
    assert (again.type, again.known_when, again.label) == ("number", "before", "Budget")
    other = ensure_field(object_type="crm.contact", label="Budget", field_type="text", by=sales)
    assert other != first
    assert (first.name, other.name) == ("crm.lead.custom.budget", "crm.contact.custom.budget")


@pytest.mark.django_db
def test_field_can_be_marked_as_filled_in_after_contact_and_stays_so(
    sales: User, manager: User
) -> None:
    """By those who may say so: a mark changes everybody's scores."""
    for user, known_when, stored in (
        (sales, "before", "before"),
        (sales, "after", "before"),
        (manager, "after", "after"),
        (manager, "before", "after"),
    ):
        made = ensure_field(
            object_type="crm.lead",
            label="Tags",
            field_type="text",
            known_when=known_when,
            by=user,
        )
        made.refresh_from_db()
        assert made.known_when == stored


@pytest.mark.django_db
def test_fields_do_not_grow_without_end(sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom_fields, "MOST_FIELDS", 2)
    for label in ("A", "B"):
        ensure_field(object_type="crm.lead", label=label, field_type="text", by=sales)
    with pytest.raises(Refused, match="2 fields"):
        ensure_field(object_type="crm.lead", label="C", field_type="text", by=sales)
    assert ensure_field(object_type="crm.lead", label="A", field_type="text", by=sales).label == "A"


OPTIONS = [{"key": "fair", "label": "Trade fair"}, {"key": "网站", "label": "Website"}]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("long_text", " a\nb ", "a\nb"),
        ("money", "EUR 1,234.50", 1234.5),
        ("money", "12,5 eur", 12.5),
        ("moment", "2026-11-22 09:00", "2026-11-22T09:00:00Z"),
        ("moment", "2026-11-22T17:00:00.5+08:00", "2026-11-22T09:00:00Z"),
        ("choice", "fair", "fair"),
        ("choice", "ＴＲＡＤＥ fair", "fair"),
        ("choices", "website; Trade fair, fair", ["fair", "网站"]),
        ("choices", " ; ", None),
        ("url", "example.org/a", "https://example.org/a"),
        ("url", "http://例子.cn/", "http://例子.cn/"),
        ("email", "Ada@example.org", "Ada@example.org"),
        ("phone", "+49 (40) 123-45", "+49 (40) 123-45"),
    ],
)
def test_value_of_each_type_is_read(kind: str, text: str, value: Any) -> None:
    given = CustomField(type=kind, options=OPTIONS, currency="EUR")
    assert parse_value(given, text) == value


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "USD 5"),
        ("moment", "22.11.2026 9:00"),
        ("moment", "0001-01-01T00:00:00+10:00"),
        ("choice", "Phone"),
        ("choices", "fair; Phone"),
        ("url", "javascript:alert(1)"),
        ("url", "javascript://x.org/%0aalert(1)"),
        ("email", "ada@"),
        ("phone", "call me"),
        ("user", "nobody@example.org"),
        ("link", "7"),
    ],
)
def test_value_that_no_field_of_the_type_has_is_refused(kind: str, text: str) -> None:
    given = CustomField(type=kind, options=OPTIONS, currency="EUR", target="crm.company")
    with pytest.raises(ValueError, match=r"^“.+” is n"):
        parse_value(given, text)


@pytest.mark.django_db
def test_people_and_records_are_found_where_they_may_be_seen(sales: User, outsider: User) -> None:
    user, link = CustomField(type="user"), CustomField(type="link", target="crm.company")
    company = CompanyFactory(owner=sales, team=sales.team)
    assert parse_value(user, sales.email.upper()) == parse_value(user, str(sales.pk)) == sales.pk
    assert parse_value(link, str(company.pk), by=sales) == company.pk
    with pytest.raises(ValueError, match="nobody and nothing"):
        parse_value(link, str(company.pk), by=outsider)


def new_field(by: User, **values: Any) -> CustomField:
    given = {"label": "Channel", **values}
    return create_field(object_type="crm.lead", field_type="choice", values=given, by=by)


@pytest.mark.django_db
def test_option_is_renamed_and_its_key_stays(manager: User) -> None:
    field = new_field(manager, options=options_from(["Fair", "Web"], []))
    options = [{"key": "Web", "label": "Website"}, *options_from(["Shop", "Web"], ["Web"])]
    change_field(field=field, values={"options": options}, by=manager)
    field.refresh_from_db()
    assert field.choices == [("Web", "Website"), ("Shop", "Shop"), ("Web 2", "Web")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"label": " "}, "a name"),
        ({"label": "budget"}, "already"),
        ({"options": [{"key": "a", "label": "A"}, {"key": "b", "label": "a"}]}, "of its own"),
        ({"options": [{"key": str(n), "label": str(n)} for n in range(201)]}, "200 options"),
    ],
)
def test_field_that_makes_no_sense_is_refused(
    values: dict[str, Any], sentence: str, manager: User
) -> None:
    new_field(manager, label="Budget")
    with pytest.raises(Refused, match=sentence):
        new_field(manager, **values)


@pytest.mark.django_db
def test_link_needs_a_target_and_several_choices_options(manager: User) -> None:
    for kind in ("link", "choices"):
        with pytest.raises(Refused):
            create_field(object_type="crm.lead", field_type=kind, values={"label": "A"}, by=manager)


@pytest.mark.django_db
def test_fields_are_ordered_archived_and_restored_with_a_trail(manager: User) -> None:
    first, second, third = (new_field(manager, label=label) for label in "ABC")
    move_field(field=third, steps=-2, by=manager)
    assert [field.label for field in fields_of("crm.lead")] == ["C", "A", "B"]
    archive_field(field=first, by=manager)
    assert [field.label for field in fields_of("crm.lead")] == ["C", "B"]
    assert labels_of("crm.lead")[first.name] == "A"
    again = new_field(manager, label="A")
    assert again.key != first.key
    with pytest.raises(Refused, match="already"):
        restore_field(field=first, by=manager)
    change_field(field=again, values={"label": "D"}, by=manager)
    restore_field(field=first, by=manager)
    assert {field.label for field in fields_of("crm.lead")} == {"A", "B", "C", "D"}
    trail = AuditEvent.objects.filter(object_type="core.customfield", object_id=first.pk)
    actions = list(trail.order_by("pk").values_list("action", flat=True))
    assert actions == ["field.create", "field.archive", "field.restore"]
    assert second.pk


@pytest.mark.django_db
def test_open_field_learns_the_words_of_imports(sales: User, manager: User) -> None:
    opened = ensure_field(object_type="crm.lead", label="A", field_type="choice", by=sales)
    closed = new_field(manager, options=OPTIONS)
    assert parse_value(opened, "Fair") == "Fair"
    values = [{opened.key: "Fair", closed.key: "Phone"}, {opened.key: "Web"}, {opened.key: "Fair"}]
    learn_options(object_type="crm.lead", values=values)
    opened.refresh_from_db()
    closed.refresh_from_db()
    assert opened.choices == [("Fair", "Fair"), ("Web", "Web")]
    assert parse_value(opened, "fair") == "Fair"
    assert closed.options == OPTIONS
