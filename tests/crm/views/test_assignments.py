"""The pages on which it is said who gets new leads."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, User
from crm.models import AssignmentPerson, AssignmentRule, DayOff, Lead
from crm.services.assignments import assign_arrivals, note_arrivals
from tests.factories import LeadFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
LIST = "/settings/assignment/"
NEW = "/settings/assignment/new/"


@pytest.fixture
def client(manager: User, log_in: LogIn) -> Client:
    return log_in(manager)


def sent(user: User, **given: str) -> dict[str, str]:
    return {
        "name": "From the web",
        "target": f"person-{user.pk}",
        "strategy": "round_robin",
        "is_enabled": "on",
        "entry": "0",
        "0.field": "source",
        "0.was": "source",
        "0.operator": "is",
        "0.value": "Web",
        "save": "1",
        **given,
    }


def test_rule_is_made_with_its_condition(client: Client, sales: User) -> None:
    assert client.get(NEW).status_code == 200
    assert client.post(NEW, sent(sales))["Location"] == LIST
    rule = AssignmentRule.objects.get()
    assert (rule.name, rule.person, rule.team) == ("From the web", sales, None)
    page = client.get(LIST).content.decode()
    assert "The rule “From the web” is saved." in page
    assert "Source is Web" in page
    assert f"to {sales.display_name}" in page
    assert AuditEvent.objects.filter(action="assignment.rule.create").count() == 1


def test_rule_without_a_condition_is_for_all_leads(client: Client, sales: User) -> None:
    client.post(NEW, sent(sales, **{"0.field": "", "target": f"team-{sales.team_id}"}))
    rule = AssignmentRule.objects.get()
    assert (rule.condition, rule.team) == ({}, sales.team)
    page = client.get(LIST).content.decode()
    assert "All new leads" in page
    assert f"to {sales.team}: in turn" in page


def test_rule_is_changed_line_by_line(client: Client, sales: User) -> None:
    client.post(NEW, sent(sales))
    rule = AssignmentRule.objects.get()
    url = reverse("assignment_edit", args=[rule.pk])
    assert "Web" in client.get(url).content.decode()
    given = sent(sales, add="top")
    del given["save"]
    answer = client.post(url, given, headers={"HX-Request": "true", "HX-Target": "assignment-rule"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.count('name="entry"') == 2
    assert 'value="From the web"' in text
    missing = client.post(url, {**given, "target": ""}).content.decode()
    assert "This field is required" not in missing
    client.post(url, sent(sales, name="Renamed", **{"0.value": "Fair"}))
    rule.refresh_from_db()
    assert rule.name == "Renamed"
    assert AssignmentRule.objects.count() == 1


REFUSED = [
    ({"name": " "}, "This field is required"),
    ({"target": ""}, "This field is required"),
    ({"target": "person-0"}, "Select a valid choice"),
    ({"0.field": "owner", "0.was": "owner", "0.value": "me"}, "instead of “me”"),
    ({"0.value": ""}, ""),
]


@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_form_says_what_is_wrong(
    client: Client, sales: User, given: dict[str, str], said: str
) -> None:
    answer = client.post(NEW, sent(sales, **given))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not AssignmentRule.objects.exists()


def test_order_switch_and_delete(client: Client, sales: User) -> None:
    for name in ("One", "Two"):
        client.post(NEW, sent(sales, name=name))
    two = AssignmentRule.objects.get(name="Two")
    client.post(reverse("assignment_move", args=[two.pk]), {"way": "up"})
    assert [rule.name for rule in AssignmentRule.objects.all()] == ["Two", "One"]
    client.post(reverse("assignment_enable", args=[two.pk]), {"on": "0"})
    assert not AssignmentRule.objects.get(name="Two").is_enabled
    assert "Out of use" in client.get(LIST).content.decode()
    client.post(reverse("assignment_delete", args=[two.pk]))
    assert [rule.name for rule in AssignmentRule.objects.all()] == ["One"]
    acts = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"assignment.rule.move", "assignment.rule.change", "assignment.rule.delete"} <= acts


def test_trying_changes_nothing_and_says_why(client: Client, sales: User, manager: User) -> None:
    other = UserFactory(role="sales", team=sales.team)
    client.post(NEW, sent(sales, name="Web"))
    client.post(NEW, sent(other, name="Rest", **{"0.field": ""}))
    client.post(NEW, sent(sales, name="Never", **{"0.field": ""}))
    lead = LeadFactory(owner=manager, source="Web", contact__name="Maya")
    tried = client.get(LIST, {"lead": "Maya"}).context["tried"]
    assert [(each.holds, each.decides) for each in tried] == [
        (True, True),
        (True, False),
        (True, False),
    ]
    AssignmentPerson.objects.create(user=sales, takes_leads=False)
    page = client.get(LIST, {"lead": "Maya"})
    assert [each.decides for each in page.context["tried"]] == [False, True, False]
    text = page.content.decode()
    assert f"{sales.display_name} takes no new leads" in text
    assert f"goes to {other.display_name}" in text
    assert Lead.objects.get(pk=lead.pk).owner == manager
    assert AssignmentRule.objects.filter(last_person__isnull=False).count() == 0
    assert "Choose one of the suggestions." in client.get(LIST, {"lead": "x"}).content.decode()


def test_what_a_person_can_take_and_days_off(client: Client, sales: User) -> None:
    client.post(NEW, sent(sales))
    url = reverse("assignment_person", args=[sales.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"takes_leads": "on", "capacity": "7", "country": "DE"})
    person = AssignmentPerson.objects.get(user=sales)
    assert (person.takes_leads, person.capacity, person.country) == (True, 7, "DE")
    today = timezone.now().date()
    away = reverse("assignment_away", args=[sales.pk])
    client.post(away, {"first_on": str(today), "last_on": str(today + timedelta(days=2))})
    assert "has a day off" in client.get(LIST).content.decode()
    days = DayOff.objects.get()
    client.post(reverse("assignment_back", args=[days.pk]))
    assert not DayOff.objects.exists()
    assert AuditEvent.objects.filter(action__startswith="assignment.").count() == 4


BAD_DAYS: list[dict[str, Any]] = [
    {"first_on": ""},
    {"first_on": "2026-13-01"},
    {"first_on": "2026-12-02", "last_on": "2026-12-01"},
    {"first_on": "2026-12-02", "last_on": "2028-12-01"},
]


@pytest.mark.parametrize("given", BAD_DAYS, ids=str)
def test_days_off_that_are_none(client: Client, sales: User, given: dict[str, str]) -> None:
    answer = client.post(reverse("assignment_away", args=[sales.pk]), given)
    assert answer.status_code == 422
    assert not DayOff.objects.exists()


@pytest.mark.parametrize(
    "given", [{"capacity": "-1"}, {"capacity": "x"}, {"capacity": "99999"}, {"country": "XX"}]
)
def test_person_form_refuses(client: Client, sales: User, given: dict[str, str]) -> None:
    answer = client.post(reverse("assignment_person", args=[sales.pk]), given)
    assert answer.status_code == 422
    assert not AssignmentPerson.objects.exists()


def test_who_may_not(sales: User, marketing: User, manager: User, log_in: LogIn) -> None:
    rule = AssignmentRule.objects.create(name="Web", person=manager)
    today = timezone.now().date()
    days = DayOff.objects.create(user=manager, first_on=today, last_on=today)
    acts = [(name, rule.pk) for name in ("edit", "move", "enable", "delete")] + [
        ("person", manager.pk),
        ("away", manager.pk),
        ("back", days.pk),
    ]
    for user in (sales, marketing):
        client = log_in(user)
        assert client.get(LIST).status_code == 403
        for name, pk in acts:
            assert client.post(reverse(f"assignment_{name}", args=[pk])).status_code == 403
    assert AssignmentRule.objects.count() == DayOff.objects.count() == 1


def test_given_lately_names_leads_one_may_see(client: Client, sales: User) -> None:
    client.post(NEW, sent(sales, **{"0.field": ""}))
    lead = LeadFactory(owner=None, contact__name="Maya")
    note_arrivals([lead.pk], None, timezone.now())
    assign_arrivals(at=timezone.now())
    page = client.get(LIST).content.decode()
    assert "Given lately" in page
    assert "Maya" in page
