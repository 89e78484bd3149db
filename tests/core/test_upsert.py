"""Many rows at once: the same as one row after the other, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from core import upsert as module
from core.models import ModelVersion, Tag
from core.upsert import update_rows, upsert
from crm.models import Lead, LeadScore
from tests.factories import CompanyFactory, LeadFactory, ModelVersionFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

LEADS = 6
FIELDS = [
    "lead",
    "version",
    "as_of",
    "score",
    "grade",
    "probability",
    "low",
    "high",
    "rest_points",
    "average_score",
    "reasons",
]
REASONS = [[], [{"field": "crm.lead.source", "value": "中", "points": -1.5}]]

ROWS = st.dictionaries(
    st.integers(min_value=0, max_value=LEADS - 1),
    st.tuples(
        st.integers(min_value=0, max_value=3),
        st.integers(min_value=0, max_value=100),
        st.sampled_from(REASONS),
    ),
    max_size=LEADS,
)


def row_of(lead: Lead, version: ModelVersion, given: tuple[int, int, Any]) -> list[Any]:
    hours, score, reasons = given
    as_of = NOW + timedelta(hours=hours)
    return [lead.pk, version.pk, as_of, score, "A", 0.5, 0.4, 0.6, 0, 50, reasons]


def stored() -> dict[int, tuple[Any, ...]]:
    rows = LeadScore.objects.values_list("lead", "as_of", "score", "reasons")
    return {lead: tuple(values) for lead, *values in rows}


@given(calls=st.lists(ROWS, min_size=1, max_size=4), is_newer=st.booleans())
def test_upsert_is_the_same_as_row_by_row(
    calls: list[dict[int, tuple[int, int, Any]]], is_newer: bool
) -> None:
    """The model: a dictionary in which a row replaces one that is not newer."""
    Lead.objects.all().delete()
    version = ModelVersionFactory()
    leads = [LeadFactory(contact=None, company=None) for _lead in range(LEADS)]
    expected: dict[int, tuple[Any, ...]] = {}
    for call in calls:
        rows = [row_of(leads[position], version, values) for position, values in call.items()]
        should_write = 0
        for lead, _version, as_of, score, *_rest, reasons in rows:
            known = expected.get(lead)
            if known is None or not is_newer or known[0] <= as_of:
                expected[lead] = (as_of, score, reasons)
                should_write += 1
        written = upsert(
            LeadScore, rows, fields=FIELDS, key=["lead"], newer_by="as_of" if is_newer else None
        )
        assert written == should_write
        assert stored() == expected


def test_older_result_that_comes_late_changes_nothing() -> None:
    version, lead = ModelVersionFactory(), LeadFactory()
    late, early = row_of(lead, version, (2, 90, [])), row_of(lead, version, (1, 10, []))
    how: dict[str, Any] = {"fields": FIELDS, "key": ["lead"], "newer_by": "as_of"}
    assert upsert(LeadScore, [late], **how) == 1
    assert upsert(LeadScore, [early], **how) == 0
    assert LeadScore.objects.get().score == 90


def test_only_the_named_fields_are_taken_over() -> None:
    version, lead = ModelVersionFactory(), LeadFactory()
    how: dict[str, Any] = {"fields": FIELDS, "key": ["lead"]}
    upsert(LeadScore, [row_of(lead, version, (1, 10, []))], **how)
    upsert(LeadScore, [row_of(lead, version, (2, 90, []))], updates=["as_of"], **how)
    score = LeadScore.objects.get()
    assert (score.score, score.as_of) == (10, NOW + timedelta(hours=2))


def test_many_rows_go_in_few_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PARAMETERS", 4 * 5)
    rows = ([f"Tag {n}", f"tag {n}", "", NOW] for n in range(25))
    with CaptureQueriesContext(connection) as queries:
        written = upsert(
            Tag, rows, fields=["name", "name_key", "hue", "created_at"], key=["name_key"]
        )
    assert written == Tag.objects.count() == 25
    assert len(queries) == 5


def test_statement_stays_below_the_limit_of_parameters() -> None:
    """SQLite refuses more than 32,766; a wide model must not pass it."""
    rows = ([f"Tag {n}", f"tag {n}", "", NOW] for n in range(12_000))
    written = upsert(Tag, rows, fields=["name", "name_key", "hue", "created_at"], key=["name_key"])
    assert written == 12_000


def test_nothing_is_written_of_no_rows(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert upsert(LeadScore, [], fields=FIELDS, key=["lead"]) == 0
        assert update_rows([], fields=["name"]) == 0


def test_row_that_breaks_a_rule_writes_nothing() -> None:
    version = ModelVersionFactory()
    good = row_of(LeadFactory(), version, (1, 10, []))
    bad = row_of(LeadFactory(), version, (1, 10, []))
    bad[3] = 101
    with pytest.raises(IntegrityError), transaction.atomic():
        upsert(LeadScore, [good, bad], fields=FIELDS, key=["lead"])
    assert LeadScore.objects.count() == 0


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite does not limit texts")
def test_text_that_is_too_long_is_refused_not_cut() -> None:
    with pytest.raises(DataError), transaction.atomic():
        upsert(
            Tag,
            [["Tag", "k" * 500, "", NOW]],
            fields=["name", "name_key", "hue", "created_at"],
            key=["name_key"],
        )


def test_update_rows_writes_the_named_fields_of_stored_records() -> None:
    companies = [CompanyFactory(city="Ulm", custom={"a": 1}) for _row in range(3)]
    for number, company in enumerate(companies):
        company.city, company.custom, company.phone = f"City {number}", {"b": number}, "1"
    assert update_rows(companies, fields=["city", "custom"]) == 3
    for number, company in enumerate(companies):
        company.refresh_from_db()
        assert (company.city, company.custom, company.phone) == (
            f"City {number}",
            {"b": number},
            "",
        )
