"""What the lead score learns from: leads as they were known at moments of their past."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from django.utils import timezone

from analytics.datasets.leads import ClosedLeads, cells_of, closed_leads
from analytics.datasets.timeline import OwnerLoads
from core.models import AuditEvent, CustomField, User
from core.services.records import save_record
from crm.choices import InteractionKind, LeadStatus
from crm.models import FileImport, Lead
from crm.services.interactions import NewInteraction, record_interactions
from crm.services.leads import save_lead, set_lead_status
from tests.factories import ActivityFactory, LeadFactory, UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db


def days(number: float) -> timedelta:
    return timedelta(days=number)


def learn_from(**given: Any) -> ClosedLeads:
    return closed_leads(**{"most": 10_000, "seed": 0, "as_of": NOW, "needed": 1} | given)


def lead_of(age: float, closed_after: float | None = None, **given: Any) -> Lead:
    """A lead captured so many days before now, closed so many days later."""
    captured = NOW - days(age)
    closed = None if closed_after is None else captured + days(closed_after)
    given.setdefault("status", LeadStatus.NEW if closed is None else LeadStatus.LOST)
    return LeadFactory(captured_at=captured, closed_at=closed, **given)


def did(lead: Lead, at: datetime, kind: InteractionKind = InteractionKind.VISIT) -> None:
    record_interactions([NewInteraction(lead.contact_id, kind, at, f"{lead.pk}-{at}-{kind}")])


def rows_of(learnt: ClosedLeads, lead: Lead) -> pd.DataFrame:
    chosen = learnt.leads == lead.pk
    rows = learnt.frame[chosen].assign(outcome=learnt.outcomes[chosen])
    return rows.sort_values("timeline.age")


# -- moments and outcomes --------------------------------------------------------------------------


def test_lead_is_looked_at_while_it_is_open_and_a_horizon_ago() -> None:
    quick = lead_of(300, 5, status=LeadStatus.CONVERTED)
    slow = lead_of(300, 130, status=LeadStatus.CONVERTED)
    lost = lead_of(300, 65)
    old = lead_of(400)
    young = lead_of(120)
    learnt = learn_from()
    assert learnt.has_moments
    told = {
        lead: list(zip(rows["timeline.age"], rows["outcome"], strict=True))
        for lead in (quick, slow, lost, old, young)
        if len(rows := rows_of(learnt, lead))
    }
    assert told[quick] == [(0, 1)]
    assert told[slow] == [(0, 0), (7, 0), (30, 0), (60, 1), (90, 1)]
    assert told[lost] == [(0, 0), (7, 0), (30, 0), (60, 0)]
    assert told[old] == [(age, 0) for age in (0, 7, 30, 60, 90, 180)]
    assert told[young] == [(0, 0), (7, 0), (30, 0)], "younger moments have no outcome yet"
    assert learnt.total == 5


def test_without_dates_leads_teach_by_their_status() -> None:
    for number in range(6):
        status = LeadStatus.CONVERTED if number % 2 else LeadStatus.LOST
        LeadFactory(captured_at=None, closed_at=NOW, status=status)
    lead_of(50, 5, status=LeadStatus.CONVERTED)
    learnt = learn_from()
    assert not learnt.has_moments, "no moment is a horizon ago"
    assert (len(learnt.frame), int(learnt.outcomes.sum())) == (7, 4)
    assert not [name for name in learnt.frame if name.startswith("timeline.")]


def test_leads_without_dates_teach_beside_the_others() -> None:
    undated = [
        LeadFactory(captured_at=None, closed_at=NOW, source="File", status=status)
        for status in (LeadStatus.CONVERTED, LeadStatus.LOST)
    ]
    dated = lead_of(300, 5, status=LeadStatus.CONVERTED)
    lead_of(300, 5)
    did(undated[0], NOW - days(3))
    learnt = learn_from()
    assert learnt.has_moments
    told = learnt.frame.assign(outcome=learnt.outcomes)[learnt.leads.isin([u.pk for u in undated])]
    assert sorted(told["outcome"]) == [0, 1]
    timeline = [name for name in learnt.frame if name.startswith("timeline.")]
    assert timeline
    assert told[timeline].isna().all(axis=None), "nobody knows what came before the outcome"
    assert learnt.captured is not None
    assert learnt.captured[told.index].max() < learnt.captured[learnt.leads == dated.pk].min()
    still_open = LeadFactory(captured_at=None)
    now = cells_of(Lead.objects.filter(pk=still_open.pk), as_of=NOW, loads=OwnerLoads.read())
    assert now[timeline].isna().all(axis=None), "and scoring sees it as training did"


def test_closing_that_an_import_made_up_is_no_date(administrator: User) -> None:
    lead_of(300, 5, status=LeadStatus.CONVERTED)
    lead_of(300, 5)
    come = FileImport.objects.create(object_type="crm.lead", created_by=administrator)
    made_up = lead_of(300, 5, imported_by=come, status=LeadStatus.CONVERTED)
    Lead.objects.filter(pk=made_up.pk).update(created_at=NOW, closed_at=NOW - timedelta(minutes=9))
    learnt = learn_from()
    assert learnt.has_moments
    (row,) = learnt.frame[learnt.leads == made_up.pk].filter(like="timeline.").to_numpy().tolist()
    assert all(cell != cell for cell in row), "it teaches by its status alone"


def test_sample_is_the_same_each_time_and_keeps_the_rate() -> None:
    for number in range(60):
        status = LeadStatus.CONVERTED if number % 3 == 0 else LeadStatus.LOST
        lead_of(200 + number, 3, status=status)
    one, again, other = learn_from(most=30), learn_from(most=30), learn_from(most=30, seed=1)
    pd.testing.assert_frame_equal(one.frame, again.frame)
    assert list(one.leads) != list(other.leads)
    assert (len(one.frame), int(one.outcomes.sum()), one.total) == (30, 10, 60)
    assert one.captured is not None
    assert one.captured.is_monotonic_increasing


# -- what was known then ---------------------------------------------------------------------------


def test_later_changes_are_taken_back(administrator: User) -> None:
    CustomField.objects.create(object_type="crm.lead", key="size", label="Size", type="number")
    lead = lead_of(300, 200, source="Web", custom={"size": 5}, status=LeadStatus.CONVERTED)
    lead_of(300, 200)
    changed = ((20, "Fair", 6, "Clerk"), (40, "Referral", 7, "Head"), (190, "Won", 9, "Boss"))
    for after, source, size, title in changed:
        lead.refresh_from_db()
        lead.source, lead.custom = source, {"size": size}
        save_record(record=lead, by=administrator)
        lead.contact.job_title = title
        save_record(record=lead.contact, by=administrator)
        just_now = AuditEvent.objects.filter(at__gt=NOW)
        assert just_now.update(at=lead.captured_at + days(after)) == 2
    rows = rows_of(learn_from(), lead).set_index("timeline.age")
    assert list(rows["crm.lead.source"]) == ["Web", "Web", "Fair", *["Referral"] * 3]
    assert list(rows["crm.lead.custom.size"]) == [5, 5, 6, 7, 7, 7]
    assert list(rows["crm.lead.job_title"]) == ["", "", "Clerk", *["Head"] * 3]


def test_what_came_later_is_not_counted(sales: User) -> None:
    lead = lead_of(300, 200, owner=sales, status=LeadStatus.CONVERTED)
    lead_of(300, 200)
    at = lead.captured_at
    for after in (-2, 3, 6, 35, 199, 201):
        did(lead, at + days(after))
    did(lead, at + days(5), InteractionKind.REPLY)
    did(lead, at + days(5), InteractionKind.UNSUBSCRIBE)
    for after in (4, 50, 250):
        ActivityFactory(lead=lead, owner=sales, at=at, done_at=at + days(after))
    rows = rows_of(learn_from(), lead).set_index("timeline.age")
    assert list(rows["timeline.interactions"]) == [1, 4, 4, 5, 5, 5]
    assert list(rows["timeline.interactions_7"]) == [1, 3, 0, 0, 0, 0]
    assert list(rows["timeline.interactions_30"]) == [1, 4, 3, 1, 0, 0]
    assert list(rows["timeline.answers_90"]) == [0, 1, 1, 1, 1, 0]
    assert rows["timeline.since_interaction"].tolist() == [2, 1, 24, 25, 55, 145]
    assert list(rows["timeline.activities"]) == [0, 1, 1, 2, 2, 2]
    assert rows["timeline.since_touch"].tolist()[1:] == [3, 26, 10, 40, 130]


def test_load_of_an_owner_is_that_of_the_moment() -> None:
    owner = UserFactory()
    first = lead_of(300, 20, owner=owner, status=LeadStatus.CONVERTED)
    second = lead_of(299, 100, owner=owner)
    lead_of(250, 100, owner=UserFactory())
    learnt = learn_from()
    assert list(rows_of(learnt, first)["timeline.owner_leads"]) == [1, 2]
    assert list(rows_of(learnt, second)["timeline.owner_leads"]) == [2, 2, 1, 1, 1]


def test_scoring_sees_what_training_would_have_seen(sales: User) -> None:
    """The same moment gives the same cells, looked at now or later."""
    lead = lead_of(300, owner=sales, source="Web")
    lead_of(300, 5, owner=sales, status=LeadStatus.CONVERTED)
    for after in (1, 20, 59):
        did(lead, lead.captured_at + days(after))
    ActivityFactory(lead=lead, owner=sales, at=NOW, done_at=lead.captured_at + days(31))
    moment = lead.captured_at + days(60)
    then = cells_of(Lead.objects.filter(pk=lead.pk), as_of=moment, loads=OwnerLoads.read())
    did(lead, lead.captured_at + days(61))
    learnt = rows_of(learn_from(), lead)
    row = learnt[learnt["timeline.age"] == 60].drop(columns="outcome")
    assert row.iloc[0].to_dict() == then.iloc[0].to_dict()


def test_lead_made_by_hand_is_captured_now(sales: User) -> None:
    at = timezone.now()
    lead = save_lead(lead=Lead(), person={"name": "Ada"}, company=None, by=sales, at=at)
    assert lead.captured_at == at
    set_lead_status(lead=lead, status=LeadStatus.CONVERTED, by=sales, at=at)
    lead.refresh_from_db()
    assert (lead.captured_at, lead.closed_at) == (at, at)
