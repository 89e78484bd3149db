"""The composer, the timeline and the tasks over HTTP, with scripts and without."""

import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import User
from crm.choices import ActivityKind
from crm.models import Activity
from tests.factories import ActivityFactory, ContactFactory, LeadFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
DAY = timedelta(days=1)


def by_htmx(target: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target}


def local(moment: object) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


@pytest.fixture
def client(sales: User, log_in: LogIn) -> Client:
    return log_in(sales)


# -- the composer ----------------------------------------------------------------------------------


def test_plain_form_adds_and_comes_back(client: Client, sales: User) -> None:
    lead = LeadFactory(owner=sales)
    answer = client.post(f"/activities/log/crm.lead/{lead.pk}/", {"kind": "note", "body": "Hi"})
    assert (answer.status_code, answer["Location"]) == (302, f"/leads/{lead.pk}/")
    written = Activity.objects.get()
    assert (written.kind, written.lead, written.contact) == ("note", lead, lead.contact)
    page = client.get(f"/leads/{lead.pk}/").content.decode()
    assert '<div class="body words">Hi</div>' in page


def test_htmx_gets_an_empty_box_and_the_timeline_beside_it(client: Client, sales: User) -> None:
    lead = LeadFactory(owner=sales)
    answer = client.post(
        f"/activities/log/crm.lead/{lead.pk}/",
        {"kind": "call", "minutes": "14", "outcome": "Interested", "direction": "in"},
        headers=by_htmx("composer"),
    )
    text = answer.content.decode()
    assert 'hx-swap-oob="true"' in text
    assert "Incoming call, 14 min" in text
    assert "Outcome: Interested" in text
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "The entry is saved."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"kind": "note", "body": " "}, "Write something first."),
        ({"kind": "task"}, "what it is about"),
        ({"kind": "call", "minutes": "-1"}, "greater than or equal to 0"),
        ({"kind": "fax"}, "valid choice"),
        ({}, "required"),
    ],
)
def test_errors_stand_in_place(
    given: dict[str, str], sentence: str, client: Client, sales: User
) -> None:
    url = f"/activities/log/crm.lead/{LeadFactory(owner=sales).pk}/"
    for headers in ({}, by_htmx("composer")):
        answer = client.post(url, given, headers=headers)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert ("<html" in answer.content.decode()) == (not headers)
    assert not Activity.objects.exists()


def test_what_lies_ahead_is_planned(client: Client, sales: User, colleague: User) -> None:
    contact = ContactFactory(owner=sales, team=sales.team)
    url = f"/activities/log/crm.contact/{contact.pk}/"
    ahead = local(timezone.now() + DAY)
    client.post(url, {"kind": "meeting", "subject": "Demo", "at": ahead, "guests": [contact.pk]})
    client.post(
        url, {"kind": "task", "subject": "Offer", "due_on": "2030-01-02", "owner": colleague.pk}
    )
    meeting, task = Activity.objects.order_by("pk")
    assert (meeting.is_done, list(meeting.guests.all())) == (False, [contact])
    assert (task.owner, local(task.at)) == (colleague, "2030-01-02T09:00")
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert page.index("Upcoming") < page.index("Demo") < page.index("Offer")


def test_text_of_people_is_never_markup(client: Client, sales: User) -> None:
    lead = LeadFactory(owner=sales)
    body = '<script>alert(1)</script> https://example.com/?a=1&b="><img src=x> javascript:alert(1)'
    url = f"/activities/log/crm.lead/{lead.pk}/"
    client.post(url, {"kind": "note", "body": body})
    client.post(url, {"kind": "task", "subject": "<b onclick=x>"})
    page = client.get(f"/leads/{lead.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b onclick" not in page
    assert 'href="javascript' not in page
    assert 'rel="nofollow"' in page


def test_groups_have_no_composer(client: Client) -> None:
    answer = client.post("/activities/log/crm.group/1/", {"kind": "note", "body": "x"})
    assert answer.status_code == 404
    assert client.post("/activities/log/no.such/1/", {}).status_code == 404


def test_foreign_lead_takes_nothing(client: Client, outsider: User) -> None:
    url = f"/activities/log/crm.lead/{LeadFactory(owner=outsider).pk}/"
    assert client.post(url, {"kind": "note", "body": "x"}).status_code == 404
    assert not Activity.objects.exists()


# -- the timeline ----------------------------------------------------------------------------------


def test_earlier_entries_come_by_link_and_by_htmx(client: Client, sales: User) -> None:
    lead, now = LeadFactory(owner=sales), timezone.now()
    for number in range(35):
        at = now - number * timedelta(minutes=1)
        ActivityFactory(lead=lead, owner=sales, subject=f"Call no. {number}.", done_at=at)
    page = client.get(f"/leads/{lead.pk}/").content.decode()
    assert "Call no. 28." in page
    assert "Call no. 29." not in page
    url = page.split('id="timeline-more"')[1].split('href="')[1].split('"')[0]
    chunk = client.get(url, headers=by_htmx("timeline-more")).content.decode()
    assert "Call no. 29." in chunk
    assert "Call no. 28." not in chunk
    assert "<html" not in chunk
    plain = client.get(url).content.decode()
    assert "Call no. 34." in plain
    assert "<html" in plain


def test_filter_is_a_link(client: Client, sales: User) -> None:
    lead = LeadFactory(owner=sales)
    ActivityFactory(lead=lead, owner=sales, subject="A call", done_at=timezone.now())
    ActivityFactory(lead=lead, owner=sales, kind="note", subject="A note", done_at=timezone.now())
    url = f"/timeline/crm.lead/{lead.pk}/?kind=note"
    text = client.get(url, headers=by_htmx("timeline")).content.decode()
    assert "A note" in text
    assert "A call" not in text


@pytest.mark.parametrize("noun", ["lead", "contact", "company"])
def test_page_stays_within_its_queries(noun: str, client: Client, sales: User) -> None:
    lead = LeadFactory(owner=sales)
    lead.contact.company = lead.company
    lead.contact.save()
    for number in range(12):
        ActivityFactory(
            lead=lead,
            contact=lead.contact,
            company=lead.company,
            kind=list(ActivityKind)[number % 5],
            owner=sales,
            done_at=timezone.now() if number % 2 else None,
        )
    record = {"lead": lead, "contact": lead.contact, "company": lead.company}[noun]
    url = record.get_absolute_url()
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) <= 20, [q["sql"][:90] for q in queries]


# -- what was planned ------------------------------------------------------------------------------


def test_tick_and_undo(client: Client, sales: User) -> None:
    task = ActivityFactory(kind="task", subject="Offer", owner=sales, at=timezone.now())
    answer = client.post(
        f"/activities/{task.pk}/complete/", {"owner": sales.pk}, headers=by_htmx("tasks")
    )
    assert "Offer" not in answer.content.decode()
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    answer = client.post(undo, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"])["activityChanged"] is True
    assert not Activity.objects.get().is_done
    assert "Offer" in client.get("/tasks/").content.decode()


def test_tick_in_the_timeline_answers_with_it(client: Client, sales: User) -> None:
    lead = LeadFactory(owner=sales)
    task = ActivityFactory(kind="task", subject="Offer", owner=sales, lead=lead)
    url = f"/activities/{task.pk}/complete/"
    text = client.post(
        url, {"on": f"crm.lead:{lead.pk}"}, headers=by_htmx("timeline")
    ).content.decode()
    assert "Upcoming" not in text
    assert "Offer" in text
    for on in ("", "crm.lead:x", "crm.lead:99999999999999999999", "x:1"):
        assert client.post(url, {"on": on}, headers=by_htmx("timeline")).status_code == 404


def test_snooze_moves_and_can_be_undone(client: Client, sales: User) -> None:
    at = timezone.now().replace(hour=15, minute=30, second=0, microsecond=0) - DAY
    call = ActivityFactory(kind="call", owner=sales, at=at)
    answer = client.post(
        f"/activities/{call.pk}/snooze/", {"to": "tomorrow"}, headers=by_htmx("tasks")
    )
    moved = Activity.objects.get().at
    assert moved is not None
    assert moved.date() == timezone.localdate() + DAY
    assert (moved.hour, moved.minute) == (15, 30)
    client.post(json.loads(answer["HX-Trigger"])["toast"]["undo"])
    assert Activity.objects.get().at == at
    client.post(f"/activities/{call.pk}/snooze/", {"to": "someday"})
    assert Activity.objects.get().at == at


def test_task_without_a_day_goes_to_monday_and_back(client: Client, sales: User) -> None:
    task = ActivityFactory(kind="task", owner=sales, at=None)
    answer = client.post(f"/activities/{task.pk}/snooze/", {"to": "week"}, headers=by_htmx("tasks"))
    moved = Activity.objects.get().at
    assert moved is not None
    assert (moved.weekday(), moved.hour) == (0, 9)
    client.post(json.loads(answer["HX-Trigger"])["toast"]["undo"])
    assert Activity.objects.get().at is None


def test_others_tasks_cannot_be_ticked(client: Client, sales: User, colleague: User) -> None:
    task = ActivityFactory(kind="task", owner=colleague)
    for verb in ("complete", "reopen", "snooze"):
        assert client.post(f"/activities/{task.pk}/{verb}/").status_code == 404


# -- the tasks -------------------------------------------------------------------------------------


def test_tasks_stand_by_when_they_are_due(client: Client, sales: User) -> None:
    now = timezone.now()
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    days = {"Overdue": -1, "Today": 0, "Later": 30}
    for name, number in days.items():
        ActivityFactory(kind="task", subject=f"{name} task", owner=sales, at=noon + number * DAY)
    ActivityFactory(kind="task", subject="No date task", owner=sales, at=None)
    ActivityFactory(kind="task", subject="Done task", owner=sales, at=noon, done_at=now)
    page = client.get("/tasks/").content.decode()
    assert "Done task" not in page
    main = page[page.index('id="tasks"') :]
    places = [main.index(f"{name} task") for name in (*days, "No date")]
    assert places == sorted(places)
    for name in (*days, "No date"):
        assert main.index(f">{name}</h2>") < main.index(f"{name} task")
    assert '<span class="n">2</span>' in page  # the navigation counts overdue and today


def test_task_is_added_in_a_line(client: Client, sales: User) -> None:
    client.post("/tasks/add/", {"subject": "Send offer", "due_on": "2030-01-02"})
    assert Activity.objects.get().subject == "Send offer"
    answer = client.post("/tasks/add/", {"subject": "Next"}, headers=by_htmx("tasks"))
    assert "Next" in answer.content.decode()
    assert client.post("/tasks/add/", {"subject": " "}).status_code == 422


def test_tasks_of_colleagues_follow_the_reach(
    client: Client, sales: User, colleague: User, outsider: User
) -> None:
    ActivityFactory(kind="task", subject="Theirs", owner=colleague)
    ActivityFactory(kind="task", subject="Foreign", owner=outsider)
    assert "Theirs" in client.get(f"/tasks/?owner={colleague.pk}").content.decode()
    page = client.get(f"/tasks/?{urlencode({'owner': outsider.pk})}").content.decode()
    assert "Foreign" not in page
    assert outsider.name not in page
