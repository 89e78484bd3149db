"""A record's timeline: what is in it, in which words, for whom, and at what price."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core import audit
from core.choices import Reach
from core.models import AuditEvent, User
from crm.choices import ActivityKind
from crm.models import Deal, Interaction, Lead, Stage
from crm.queries.timeline import Entry, Timeline, timeline_of
from crm.services.deals import move_deal, save_deal
from crm.services.interactions import NewInteraction, record_interactions
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    GroupFactory,
    LeadFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_QUERIES = 8


def read(record: Any, user: User, **given: str) -> Timeline:
    return timeline_of(record, user, at=NOW, **given)


def entries(timeline: Timeline) -> list[Entry]:
    return [entry for section in timeline.sections for entry in section.entries]


def facts(record: Any, user: User, **given: str) -> list[str]:
    return [entry.fact for entry in entries(read(record, user, **given))]


def did(contact: int, kind: str, at: datetime, **more: Any) -> NewInteraction:
    return NewInteraction(contact, kind, at, **more)


def lead_of(user: User, **fields: Any) -> Lead:
    lead: Lead = LeadFactory(owner=user, **fields)
    Lead.objects.filter(pk=lead.pk).update(created_at=NOW - 90 * DAY)
    return Lead.objects.for_list().select_related("imported_by").get(pk=lead.pk)


def test_streams_are_merged_newest_first(sales: User) -> None:
    lead = lead_of(sales, source="Fair")
    ActivityFactory(lead=lead, owner=sales, subject="", minutes=14, done_at=NOW - 2 * HOUR)
    record_interactions([did(lead.contact_id, "visit", NOW - HOUR, subject="Pricing", key="1")])
    event = audit.record(
        actor=sales, action="edit", subject=lead, changes={"source": ("Web", "Fair")}
    )
    AuditEvent.objects.filter(pk=event.pk).update(at=NOW - 3 * HOUR)
    shown = entries(read(lead, sales))
    assert [entry.fact for entry in shown] == [
        "Visited a page",
        "Call, 14 min",
        "Source changed",
        "Created",
    ]
    assert shown[0].details == ("Pricing",)
    assert shown[1].details == (f"by {sales.name}",)
    assert [(c.label, c.before, c.after) for c in shown[2].changes] == [("Source", "Web", "Fair")]


def test_things_of_one_day_are_one_entry(sales: User) -> None:
    lead = lead_of(sales)
    record_interactions(
        did(lead.contact_id, "visit", NOW - number * timedelta(minutes=5), subject=f"Page {number}")
        for number in range(4)
    )
    record_interactions([did(lead.contact_id, "visit", NOW - DAY)])
    for name in ("city", "country"):
        audit.record(actor=sales, action="edit", subject=lead, changes={name: ("", "x")})
    shown = entries(read(lead, sales))
    assert "Visited 4 pages" in [entry.fact for entry in shown]
    visits = next(entry for entry in shown if entry.fact == "Visited 4 pages")
    assert visits.details == ("Page 0", "Page 1", "Page 2")
    assert "2 fields changed" in [entry.fact for entry in shown]


def test_headings_are_days_weeks_and_months(sales: User) -> None:
    lead = lead_of(sales)  # NOW is a Sunday
    for days in (0, 1, 3, 8, 40):
        ActivityFactory(lead=lead, owner=sales, done_at=NOW - days * DAY)
    labels = [section.label for section in read(lead, sales).sections]
    assert labels == ["Today", "Yesterday", "This week", "Last week", "October 2026", "August 2026"]


def test_what_is_planned_stands_on_top_on_the_first_page_only(sales: User) -> None:
    lead = lead_of(sales)
    for name, at in (("Late", NOW - DAY), ("Next", NOW + HOUR), ("Some day", None)):
        ActivityFactory(lead=lead, owner=sales, kind=ActivityKind.TASK, subject=name, at=at)
    first = read(lead, sales)
    assert [entry.fact for entry in first.upcoming] == ["Late", "Next", "Some day"]
    assert read(lead, sales, before="1.0.1").upcoming == []


def test_filters_narrow_the_timeline(sales: User) -> None:
    lead = lead_of(sales)
    for kind in ActivityKind:
        ActivityFactory(lead=lead, owner=sales, kind=kind, subject=kind.value, done_at=NOW)
    record_interactions([did(lead.contact_id, "submit", NOW)])
    assert facts(lead, sales, kind="note") == ["note"]
    assert facts(lead, sales, kind="email") == ["email"]
    assert facts(lead, sales, kind="interaction") == ["Submitted a form"]
    assert facts(lead, sales, kind="change") == ["Created"]
    assert len(facts(lead, sales, kind="nonsense")) == 7


def test_company_shows_what_its_people_do(sales: User) -> None:
    company = CompanyFactory(owner=sales, team=sales.team)
    contact = ContactFactory(owner=sales, team=sales.team, company=company, name="Maya")
    other = ContactFactory(owner=sales, team=sales.team, company=company)
    record_interactions([did(it.pk, "open", NOW - HOUR) for it in (contact, other)])
    ActivityFactory(contact=contact, owner=sales, subject="", done_at=NOW - DAY)
    shown = entries(read(company, sales))
    assert [entry.fact for entry in shown] == [
        "Created",
        "Opened an e-mail",
        "Opened an e-mail",
        "Call",
    ]
    assert {entry.details[0] for entry in shown[1:3]} == {"Maya", other.name}
    assert shown[3].details == ("with Maya", f"by {sales.name}")


def test_what_a_companys_people_did_long_ago_comes_too(sales: User) -> None:
    company = CompanyFactory(owner=sales, team=sales.team)
    people = ContactFactory.create_batch(3, owner=sales, team=sales.team, company=company)
    record_interactions(
        did(person.pk, "visit", NOW - number * 20 * DAY, key=str(number))
        for person in people
        for number in range(15)
    )
    words = [e.fact for page in walk(company, sales, kind="interaction") for e in entries(page)]
    assert words == ["Visited a page"] * 45


def test_meeting_stands_with_every_guest(sales: User) -> None:
    guest = ContactFactory(owner=sales, team=sales.team)
    meeting = ActivityFactory(kind=ActivityKind.MEETING, subject="Demo", owner=sales, done_at=NOW)
    meeting.guests.add(guest)
    assert "Demo" in facts(guest, sales)


def test_deal_shows_its_steps(sales: User) -> None:
    deal = save_deal(deal=Deal(name="Machine"), by=sales, at=NOW - DAY)
    won = Stage.objects.get(name="Won")
    move_deal(deal=deal, stage=Stage.objects.get(name="Proposal"), by=sales, at=NOW - 2 * HOUR)
    move_deal(deal=deal, stage=won, by=sales, at=NOW - HOUR)
    shown = entries(read(deal, sales))
    assert [entry.fact for entry in shown] == ["Created", "Won", "Moved to “Proposal”"]
    assert shown[1].details == ("from “Proposal”", f"by {sales.name}")
    assert shown[0].details == (f"by {sales.name}",)


def test_group_shows_how_it_changed(sales: User) -> None:
    group = GroupFactory(owner=sales, team=sales.team)
    audit.record(actor=sales, action="member.add", subject=group, changes={"contact": (None, 1)})
    assert facts(group, sales) == ["Somebody joined", "Created"]


# -- who sees what ---------------------------------------------------------------------------------


def test_activities_of_others_follow_the_reach(sales: User, outsider: User) -> None:
    lead = lead_of(sales)
    ActivityFactory(lead=lead, owner=outsider, subject="Secret", done_at=NOW)
    ActivityFactory(lead=lead, owner=outsider, subject="Secret", kind=ActivityKind.TASK)
    timeline = read(lead, sales)
    assert "Secret" not in [entry.fact for entry in [*entries(timeline), *timeline.upcoming]]


def test_what_a_person_does_needs_the_right_to_see_the_person(sales: User, outsider: User) -> None:
    theirs = ContactFactory(owner=outsider, team=outsider.team)
    lead = lead_of(sales, contact=theirs)
    record_interactions([did(theirs.pk, "visit", NOW)])
    assert facts(lead, sales) == ["Created"]


def test_hidden_fields_stay_hidden() -> None:
    grants = {"crm.lead.view": Reach.ALL, "crm.activity.view": Reach.ALL}
    hides = ["crm.activity.subject", "crm.activity.body", "crm.activity.outcome", "crm.lead.source"]
    user = UserFactory(roles=[RoleFactory(grants=grants, hides=hides)])
    lead = lead_of(user, source="Fair")
    Lead.objects.filter(pk=lead.pk).update(captured_at=NOW - 9 * DAY)
    lead.refresh_from_db()
    ActivityFactory(lead=lead, owner=user, subject="A", body="B", outcome="C", done_at=NOW)
    audit.record(actor=user, action="edit", subject=lead, changes={"source": ("Web", "Fair")})
    shown = entries(read(lead, user))
    assert [entry.fact for entry in shown] == ["Call", "Captured", "Created"]
    assert all("Fair" not in str(entry) and "C" not in entry.details for entry in shown[:2])
    assert shown[0].body == ""


# -- pages -----------------------------------------------------------------------------------------


def walk(record: Any, user: User, **given: str) -> Iterator[Timeline]:
    page = read(record, user, **given)
    yield page
    while page.older:
        page = read(record, user, before=page.older, **given)
        yield page


def test_heading_is_not_said_twice(sales: User) -> None:
    lead = lead_of(sales)
    for number in range(70):
        ActivityFactory(lead=lead, owner=sales, done_at=NOW - number * timedelta(seconds=1))
    pages = list(walk(lead, sales))
    assert [[s.label for s in page.sections] for page in pages] == [
        ["Today"],
        [""],
        ["", "August 2026"],
    ]


@pytest.mark.parametrize("number", [1, 3, 60])
def test_page_costs_the_same_whatever_the_numbers(number: int, sales: User) -> None:
    lead = lead_of(sales)
    for place in range(number):
        at = NOW - place * HOUR
        meeting = ActivityFactory(
            lead=lead,
            kind=ActivityKind.MEETING,
            contact=ContactFactory(owner=sales),
            owner=UserFactory(team=sales.team),
            done_at=at,
        )
        meeting.guests.add(ContactFactory(owner=sales))
        ActivityFactory(lead=lead, owner=sales, kind=ActivityKind.TASK, at=at)
        actor, other = UserFactory(), CompanyFactory()
        audit.record(
            actor=actor,
            action="edit",
            subject=lead,
            changes={"company": (lead.company_id, other.pk), "custom.x": (1, 2)},
        )
    record_interactions(did(lead.contact_id, "visit", NOW - n * DAY) for n in range(number))
    user = User.objects.get(pk=sales.pk)
    user.cached_access = None
    read(lead, user)  # rights are read once
    with CaptureQueriesContext(connection) as queries:
        read(lead, user)
    assert len(queries) <= MOST_QUERIES, [q["sql"][:120] for q in queries]


class Pages(TestCase):
    """However things fall in time, each comes once."""

    @settings(max_examples=15)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["call", "visit", "open", "edit"]),
                st.integers(0, 400),
                st.sampled_from([0, 1, 999, 1000, 250_000]),
            ),
            max_size=90,
        )
    )
    def test_no_entry_is_lost_and_none_comes_twice(
        self, things: list[tuple[str, int, int]]
    ) -> None:
        user = UserFactory(role="administrator")
        lead = lead_of(user)
        counts = {"call": 0, "edit": 0, "visit": 0, "open": 0}
        for number, (kind, minutes, micro) in enumerate(things):
            at = NOW - timedelta(minutes=minutes * 7, microseconds=micro)
            counts[kind] += 1
            if kind == "call":
                ActivityFactory(lead=lead, subject=f"call {number}", done_at=at)
            elif kind == "edit":
                event = audit.record(
                    actor=None, action="assign", subject=lead, changes={"city": ("", number)}
                )
                AuditEvent.objects.filter(pk=event.pk).update(at=at)
            else:
                record_interactions([did(lead.contact_id, kind, at, key=str(number))])
        shown = [entry for page in walk(lead, user) for entry in entries(page)]
        words = [entry.fact for entry in shown]
        calls = [word for word in words if word.startswith("call ")]
        assert len(calls) == len(set(calls)) == counts["call"]
        assert words.count("Changed hands") == counts["edit"]
        assert words.count("Created") == 1
        assert Interaction.objects.count() == counts["visit"] + counts["open"]
        assert _number(words, "Visited a page", "Visited ") == counts["visit"]
        assert _number(words, "Opened an e-mail", "Opened e-mails ") == counts["open"]
        moments = [entry.at for entry in shown]
        assert all(a + timedelta(milliseconds=1) >= b for a, b in pairwise(moments))


def _number(words: list[str], one: str, several: str) -> int:
    counted = [word.removeprefix(several).split()[0] for word in words if word.startswith(several)]
    return words.count(one) + sum(int(number) for number in counted if number.isdecimal())
