"""New leads that go to people by rules."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.choices import Reach
from core.conditions import Criterion, all_of
from core.models import AuditEvent, Installation, Notification, User
from core.registries import record_types
from core.services.records import assign_records, delete_records
from core.services.rows import write_rows
from crm.choices import AssignmentStrategy, LeadStatus
from crm.methods.assigning import Desk, least_busy, next_in_turn
from crm.models import AssignmentPerson, AssignmentRule, DayOff, Lead, LeadArrival
from crm.queries.availability import is_holiday
from crm.services.assignments import RETRY, TOLD_ONE_BY_ONE, assign_arrivals, note_arrivals
from crm.services.leads import save_lead
from tests.factories import ContactFactory, LeadFactory, RoleFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)  # a Thursday
LATER = NOW + RETRY


@pytest.fixture
def people() -> list[User]:
    team = TeamFactory(name="Desk")
    return [UserFactory(role="sales", team=team) for _each in range(3)]


def rule(**given: Any) -> AssignmentRule:
    values = {"name": "Rule", "position": AssignmentRule.objects.count(), **given}
    made: AssignmentRule = AssignmentRule.objects.create(**values)
    return made


def where(*conditions: Criterion) -> Any:
    return all_of(*conditions).as_json()


def arrive(number: int = 1, by: User | None = None, **given: Any) -> list[Lead]:
    """Leads that came by themselves."""
    leads = [LeadFactory(owner=by, **given) for _each in range(number)]
    note_arrivals([lead.pk for lead in leads], by, NOW)
    return leads


def owners(leads: list[Lead]) -> list[User | None]:
    found = Lead.objects.select_related("owner").in_bulk([lead.pk for lead in leads])
    return [found[lead.pk].owner for lead in leads]


# -- who of several --------------------------------------------------------------------------------


def test_turns_go_round_past_full_desks() -> None:
    desks = [Desk(1, 0), Desk(2, 3, 3), Desk(3, 9)]
    last, order = None, []
    for _each in range(4):
        chosen = next_in_turn(desks, last)
        assert chosen is not None
        last = chosen.pk
        order.append(last)
    assert order == [1, 3, 1, 3]
    assert next_in_turn([Desk(2, 3, 3)], None) is None
    assert least_busy([], None) is None


def test_members_take_turns_over_several_rounds(people: list[User]) -> None:
    rule(team=people[0].team)
    assert owners_after(arrive(4)) == [*people, people[0]]
    assert owners_after(arrive(2)) == [people[1], people[2]]


def owners_after(leads: list[Lead]) -> list[User | None]:
    assign_arrivals(at=NOW)
    return owners(leads)


def test_least_busy_gets_it_and_is_counted_at_once(people: list[User]) -> None:
    LeadFactory.create_batch(2, owner=people[0])
    LeadFactory(owner=people[1])
    LeadFactory(owner=people[2], status=LeadStatus.LOST)  # a closed one lies on no desk
    rule(team=people[0].team, strategy=AssignmentStrategy.LEAST_BUSY)
    given = owners_after(arrive(4))
    assert given[0] == people[2]
    assert sorted(given.count(each) for each in people) == [0, 2, 2] or given.count(people[2]) == 2
    held = [Lead.objects.open().filter(owner=each).count() for each in people]
    assert max(held) - min(held) <= 1


def test_capacity_is_never_exceeded_and_the_rest_waits(people: list[User]) -> None:
    AssignmentPerson.objects.create(user=people[0], capacity=1)
    AssignmentPerson.objects.create(user=people[1], capacity=0)
    AssignmentPerson.objects.create(user=people[2], capacity=2)
    rule(team=people[0].team)
    leads = arrive(5)
    given = owners_after(leads)
    assert [given.count(each) for each in people] == [1, 0, 2]
    assert LeadArrival.objects.filter(answered_at=None).count() == 2
    Lead.objects.filter(owner=people[0]).update(status=LeadStatus.LOST)
    assert assign_arrivals(at=NOW) == 0  # not before the next try
    assert assign_arrivals(at=LATER) == 1


# -- who is there ----------------------------------------------------------------------------------


def test_who_is_away_is_passed_over(people: list[User]) -> None:
    DayOff.objects.create(user=people[0], first_on=date(2026, 11, 20), last_on=date(2026, 11, 26))
    AssignmentPerson.objects.create(user=people[1], takes_leads=False)
    rule(team=people[0].team)
    assert owners_after(arrive(2)) == [people[2], people[2]]
    User.objects.filter(pk=people[2].pk).update(is_active=False)
    assert owners_after(arrive(1)) == [None]
    assert assign_arrivals(at=NOW + timedelta(days=1)) == 1


def test_holidays_are_of_the_persons_country_and_day(people: list[User]) -> None:
    """Thanksgiving in America: the person in Auckland has Friday already."""
    Installation.objects.update_or_create(pk=1, defaults={"country": "US"})
    AssignmentPerson.objects.create(user=people[1], country="DE")
    rule(team=people[0].team)
    assert set(owners_after(arrive(2))) == {people[1]}
    User.objects.filter(pk=people[2].pk).update(time_zone="Pacific/Auckland")
    assert set(owners_after(arrive(2))) == {people[1], people[2]}


def test_known_holidays() -> None:
    assert is_holiday("DE", date(2026, 10, 3))
    assert is_holiday("CN", date(2026, 10, 1))
    assert not is_holiday("DE", date(2026, 10, 5))
    assert not is_holiday("", date(2026, 12, 25))
    assert not is_holiday("ZZ", date(2026, 12, 25))


def test_nobody_gets_leads_without_the_right(people: list[User]) -> None:
    viewer = UserFactory(
        team=people[0].team, roles=[RoleFactory(grants={"crm.lead.view": Reach.ALL})]
    )
    rule(person=viewer)
    assert owners_after(arrive(1)) == [None]


def test_members_of_teams_below_count(people: list[User]) -> None:
    above = TeamFactory(name="Above")
    people[0].team.parent = above
    people[0].team.save()
    rule(team=above)
    assert set(owners_after(arrive(3))) == set(people)


# -- which leads -----------------------------------------------------------------------------------


def test_first_rule_that_holds_and_has_somebody_decides(people: list[User]) -> None:
    web = where(Criterion("source", "is", ["Web"]))
    rule(person=people[0], condition=web, name="Web")
    rule(person=people[1], condition=where(Criterion("source", "is", ["Fair"])), is_enabled=False)
    rule(person=people[2])
    leads = [*arrive(source="Web"), *arrive(source="Fair")]
    assert owners_after(leads) == [people[0], people[2]]
    AssignmentPerson.objects.create(user=people[0], takes_leads=False)
    assert owners_after(arrive(source="Web")) == [people[2]]


def test_lead_that_no_rule_holds_for_stays(people: list[User]) -> None:
    rule(person=people[0], condition=where(Criterion("source", "is", ["Web"])))
    assert owners_after(arrive(source="Fair")) == [None]
    assert LeadArrival.objects.get().answered_at == NOW


def test_unreadable_rule_chooses_nobody(people: list[User]) -> None:
    rule(person=people[0], condition=where(Criterion("gone", "is", ["x"])))
    rule(person=people[1])
    assert owners_after(arrive()) == [people[1]]


def test_contact_goes_along_and_the_trail_tells(people: list[User]) -> None:
    rule(person=people[0])
    (lead,) = arrive(contact=ContactFactory(owner=None))
    assign_arrivals(at=NOW)
    lead.refresh_from_db()
    assert (lead.owner, lead.team) == (people[0], people[0].team)
    assert lead.contact is not None
    assert lead.contact.owner == people[0]
    events = AuditEvent.objects.filter(action="assign", object_type="crm.lead")
    assert [(event.object_id, event.actor) for event in events] == [(lead.pk, None)]


# -- once ------------------------------------------------------------------------------------------


def test_each_lead_is_answered_once(people: list[User], manager: User) -> None:
    rule(team=people[0].team)
    leads = arrive(2)
    assign_arrivals(at=NOW)
    assign_records(
        rows=Lead.objects.filter(pk=leads[0].pk), owner=manager, by=manager_of(manager), at=NOW
    )
    note_arrivals([lead.pk for lead in leads], None, NOW)
    assert assign_arrivals(at=LATER) == 0
    assert (
        AuditEvent.objects.filter(action="assign", actor=None, object_type="crm.lead").count() == 2
    )


def manager_of(user: User) -> User:
    made: User = UserFactory(role="administrator", team=user.team)
    return made


def test_what_somebody_did_meanwhile_is_left_alone(people: list[User]) -> None:
    boss = manager_of(people[0])
    rule(person=people[0])
    taken, gone, closed = arrive(3)
    assign_records(rows=Lead.objects.filter(pk=taken.pk), owner=people[1], by=boss, at=NOW)
    delete_records(rows=Lead.objects.filter(pk=gone.pk), by=boss, at=NOW)
    Lead.objects.filter(pk=closed.pk).update(status=LeadStatus.LOST)
    assert assign_arrivals(at=NOW) == 0
    assert owners([taken, gone, closed]) == [people[1], None, None]
    assert not LeadArrival.objects.filter(answered_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_give_each_lead_once(people: list[User]) -> None:
    rule(team=people[0].team)
    arrive(9)
    start = Barrier(2)

    def work() -> None:
        start.wait()
        try:
            assign_arrivals(at=NOW)
        finally:
            connection.close()

    threads = [Thread(target=work) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [Lead.objects.filter(owner=each).count() for each in people] == [3, 3, 3]
    assert AuditEvent.objects.filter(action="assign", object_type="crm.lead").count() == 9


# -- where new leads come from ---------------------------------------------------------------------


def test_leads_of_programs_and_files_arrive(people: list[User], sales: User) -> None:
    rule(person=people[0])
    kind = record_types["crm.lead"]
    given = [{"person": {"name": "Ada"}, "source": "Web"}, {"person": {"name": "Bo"}}]
    rows = write_rows(kind=kind, given=given, mode="create", by=sales, at=NOW)
    assert [row.errors for row in rows] == [{}, {}]
    assert LeadArrival.objects.count() == 2
    assign_arrivals(at=datetime.now(UTC))
    assert owners([row.record for row in rows]) == [people[0], people[0]]


def test_lead_with_a_named_owner_does_not_arrive(people: list[User], sales: User) -> None:
    rule(person=people[0])
    lead = LeadFactory(owner=people[1])
    note_arrivals([lead.pk], sales, NOW)
    assert not LeadArrival.objects.exists()


def test_nothing_arrives_without_rules(sales: User) -> None:
    LeadFactory(owner=None)
    note_arrivals(list(Lead.objects.values_list("pk", flat=True)), None, NOW)
    assert not LeadArrival.objects.exists()


def test_lead_entered_by_hand_stays_unless_the_rule_says_otherwise(
    people: list[User], sales: User
) -> None:
    mine = rule(person=people[0])

    def enter() -> Lead:
        return save_lead(lead=Lead(), person={"name": "Ada"}, company=None, by=sales, at=NOW)

    lead = enter()
    assign_arrivals(at=datetime.now(UTC))
    assert owners([lead]) == [sales]
    mine.takes_by_hand = True
    mine.save()
    other = enter()
    assign_arrivals(at=datetime.now(UTC))
    assert owners([lead, other]) == [sales, people[0]]


# -- telling ---------------------------------------------------------------------------------------


def test_owner_is_told_of_few_by_name_of_many_in_one_sentence(people: list[User]) -> None:
    rule(person=people[0], name="Web")
    (lead,) = arrive()
    assign_arrivals(at=NOW)
    told = Notification.objects.get(user=people[0])
    assert told.text == f"New lead for you: {lead}, by the rule “Web”"
    assert told.url == lead.get_absolute_url()
    arrive(TOLD_ONE_BY_ONE + 1)
    assign_arrivals(at=NOW)
    newest = Notification.objects.filter(user=people[0]).latest("pk")
    assert newest.text == "4 new leads for you, by the rules of the assignment"
    assert Notification.objects.count() == 2


def test_queries_do_not_grow_with_the_leads(people: list[User]) -> None:
    rule(team=people[0].team)
    rule(team=people[0].team, condition=where(Criterion("source", "is", ["Web"])))
    numbers = []
    for leads in (6, 60):
        arrive(leads)
        with CaptureQueriesContext(connection) as queries:
            assign_arrivals(at=NOW)
        numbers.append(len(queries))
    assert Lead.objects.filter(owner=None).count() == 0
    # A few leads are told of one by one, and the search index is written in portions.
    assert numbers[1] <= numbers[0] + 15
