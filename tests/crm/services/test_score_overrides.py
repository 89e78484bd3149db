"""Scores set by hand: what a person set counts, the job computes beside it, and neither loses the other's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as st

from core.choices import Reach
from core.errors import Refused
from core.models import AuditEvent, User
from core.services.undo import undo_change_set
from crm.choices import Grade, grade_of, middle_of
from crm.models import Lead, LeadScore
from crm.services.lead_scores import store_lead_scores
from crm.services.score_overrides import release_score, set_score
from tests.crm.services.test_lead_scores import scored
from tests.factories import (
    LeadFactory,
    LeadScoreFactory,
    ModelVersionFactory,
    RoleFactory,
    TeamFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db


def put(lead: Lead, by: User, score: int = 85, reason: str = "Met them", **more: Any) -> Any:
    lead.refresh_from_db()
    given = {"seen": lead.hand_at, "at": NOW, **more}
    return set_score(lead=lead, score=score, reason=reason, by=by, **given)


def counted(lead: Lead) -> tuple[Any, ...]:
    row = LeadScore.objects.get(lead=lead)
    return row.counted_score, row.counted_grade, row.score, row.grade


@pytest.fixture
def lead(manager: User) -> Lead:
    score = LeadScoreFactory(lead__owner=manager, score=43, grade="C")
    lead: Lead = score.lead
    return lead


def test_persons_score_counts_and_the_models_stays_beside_it(lead: Lead, manager: User) -> None:
    put(lead, manager)
    assert counted(lead) == (85, "A", 43, "C")
    lead.refresh_from_db()
    assert (lead.hand_score, lead.hand_reason) == (85, "Met them")
    assert (lead.hand_by, lead.hand_at) == (manager, NOW)
    release_score(lead=lead, by=manager, at=NOW)
    assert counted(lead) == (43, "C", 43, "C")
    lead.refresh_from_db()
    assert (lead.hand_score, lead.hand_reason, lead.hand_by, lead.hand_at) == (None, "", None, None)


def test_job_after_the_override_renews_the_models_score_only(lead: Lead, manager: User) -> None:
    put(lead, manager)
    later = scored(lead, lead.score.version, score=12, grade="D", as_of=NOW + timedelta(days=1))
    assert store_lead_scores([later]) == 1
    assert counted(lead) == (85, "A", 12, "D")
    release_score(lead=lead, by=manager, at=NOW)
    assert counted(lead) == (12, "D", 12, "D")


def test_lead_that_no_model_has_scored_yet(manager: User) -> None:
    lead = LeadFactory(owner=manager)
    put(lead, manager, 70)
    assert counted(lead) == (70, "B", None, "")
    assert store_lead_scores([scored(lead, ModelVersionFactory(), score=20, grade="D")]) == 1
    assert counted(lead) == (70, "B", 20, "D")
    other = LeadFactory(owner=manager)
    put(other, manager)
    release_score(lead=other, by=manager, at=NOW)
    assert not LeadScore.objects.filter(lead=other).exists()


def test_score_that_was_removed_comes_back_with_the_override(lead: Lead, manager: User) -> None:
    """The sample company's removal, or an archive that is read back, leaves leads without rows."""
    put(lead, manager)
    version = lead.score.version
    LeadScore.objects.all().delete()
    store_lead_scores([scored(lead, version, score=20, grade="D")])
    assert counted(lead) == (85, "A", 20, "D")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 100)),
        st.tuples(st.just("release"), st.just(0)),
        st.tuples(st.just("job"), st.integers(0, 100)),
    ),
    max_size=8,
)


@given(steps=STEPS, is_scored=st.booleans())
def test_any_order_of_people_and_jobs(steps: list[tuple[str, int]], is_scored: bool) -> None:
    """The model: what a person set last, else what the job said last."""
    user = UserFactory(role="manager")
    lead, version = LeadFactory(owner=user), ModelVersionFactory()
    held: int | None = None
    said: int | None = None
    if is_scored:
        steps = [("job", 50), *steps]
    for hour, (what, score) in enumerate(steps):
        at = NOW + timedelta(hours=hour)
        if what == "set":
            put(lead, user, score, at=at)
            held = score
        elif what == "release":
            release_score(lead=lead, by=user, at=at)
            held = None
        else:
            grade = str(grade_of(score))
            store_lead_scores([scored(lead, version, score=score, grade=grade, as_of=at)])
            said = score
    counts = said if held is None else held
    row = LeadScore.objects.filter(lead=lead).first()
    assert (row.counted_score if row else None) == counts
    assert (row.score if row else None) == said
    if row is not None and counts is not None:
        assert row.counted_grade == grade_of(counts)


@pytest.mark.parametrize("grade", Grade)
def test_middle_of_a_grade_is_of_that_grade(grade: Grade) -> None:
    assert grade_of(middle_of(grade)) == grade


def test_what_somebody_else_set_meanwhile_is_not_overwritten(lead: Lead, manager: User) -> None:
    ann = UserFactory(role="manager", name="Ann", team=manager.team)
    put(lead, ann, 60, "Budget is gone")
    with pytest.raises(
        Refused, match="Ann has set the score to 60 in the meantime: Budget is gone"
    ):
        put(lead, manager, 90, seen=None)
    assert counted(lead)[0] == 60
    put(lead, manager, 90, seen=NOW)
    assert counted(lead)[0] == 90


@pytest.mark.parametrize(
    ("score", "reason"), [(101, "x"), (-1, "x"), (50, " "), (50, ""), (50, "x" * 301)]
)
def test_what_is_no_score_or_has_no_reason_is_refused(
    lead: Lead, manager: User, score: int, reason: str
) -> None:
    with pytest.raises(Refused):
        put(lead, manager, score, reason)
    assert counted(lead)[0] == 43


def test_role_that_may_only_see_scores_may_not_set_them(lead: Lead) -> None:
    grants = {"crm.lead.view": Reach.ALL, "crm.lead.edit": Reach.ALL}
    user = UserFactory(roles=[RoleFactory(grants=grants, locks=["crm.lead.score"])])
    for act in (lambda: put(lead, user), lambda: release_score(lead=lead, by=user, at=NOW)):
        with pytest.raises(Refused):
            act()


def test_somebody_elses_lead_stays_as_it_is(lead: Lead) -> None:
    stranger = UserFactory(role="sales", team=TeamFactory())
    assert put(lead, stranger).count == 0
    assert counted(lead)[0] == 43


def test_trail_says_what_was_set_by_whom_and_undoing_puts_it_back(
    lead: Lead, manager: User
) -> None:
    put(lead, manager)
    event = AuditEvent.objects.get(action="score.set")
    assert event.changes["hand_score"] == [None, 85]
    assert event.changes["hand_reason"] == ["", "Met them"]
    released = release_score(lead=lead, by=manager, at=NOW + timedelta(minutes=1))
    assert counted(lead)[0] == 43
    undo_change_set(change_set=released, by=manager, at=NOW + timedelta(minutes=2))
    assert counted(lead)[0] == 85
    lead.refresh_from_db()
    assert (lead.hand_by, lead.hand_at, lead.hand_reason) == (manager, NOW, "Met them")


def test_undoing_leaves_a_score_that_was_set_since(lead: Lead, manager: User) -> None:
    put(lead, manager)
    released = release_score(lead=lead, by=manager, at=NOW)
    put(lead, manager, 10, "Lost interest")
    undone = undo_change_set(change_set=released, by=manager, at=NOW)
    assert (undone.left_alone, counted(lead)[0]) == (1, 10)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_people_and_the_job_at_the_same_time() -> None:
    user, version = UserFactory(role="manager"), ModelVersionFactory()
    leads = [LeadFactory(owner=user, contact=None, company=None) for _lead in range(20)]

    def people() -> None:
        for turn, lead in product(range(5), leads):
            put(lead, user, 80 + turn, at=NOW + timedelta(seconds=turn))
            if lead in leads[::2]:
                release_score(lead=lead, by=user, at=NOW)

    def job() -> None:
        for turn in range(15):
            as_of = NOW + timedelta(hours=turn)
            store_lead_scores([scored(lead, version, score=turn, as_of=as_of) for lead in leads])

    def carried(work: Any) -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as pool:
        list(pool.map(carried, (people, job)))
    rows = dict(LeadScore.objects.values_list("lead", "counted_score"))
    assert [rows[lead.pk] for lead in leads[::2]] == [14] * 10
    assert [rows[lead.pk] for lead in leads[1::2]] == [84] * 10
