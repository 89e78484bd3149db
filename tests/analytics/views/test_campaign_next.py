"""What follows from a campaign's report: files to take along, a follow-up, and what cannot be changed any more."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from analytics.queries.campaigns import KIND
from core.errors import Refused
from core.jobs.questions import ask
from core.models import User
from marketing.models import Campaign, Recipient
from marketing.queries.audiences import Audience, contacts_of
from tests.analytics.campaigns import BEGAN, campaign, held_out, people, recipient, send
from tests.factories import UserFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]


@pytest.fixture
def marketer(db: None) -> User:
    user: User = UserFactory(role="marketing")
    return user


def measure() -> None:
    run = carry_out(ask(kind=KIND, as_of=NOW))
    assert run.state == "succeeded", run.error_text


def test_figures_and_recipients_are_taken_along(marketer: User, log_in: LogIn) -> None:
    of, who = campaign(owner=marketer), people(120, owner=marketer)
    send(of, who, control=30, opened_at=BEGAN, clicked_at=BEGAN)
    measure()
    client = log_in(marketer)
    url = reverse("campaign_figures", args=[of.pk])
    text = b"".join(client.get(url).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:3] == ["Message", "Outcome", "People"]
    assert next(row for row in rows if row[1] == "Sent")[:3] == ["All messages", "Sent", "90"]
    book = b"".join(client.get(f"{url}?form=xlsx").streaming_content)
    assert load_workbook(io.BytesIO(book)).active.max_row == len(rows)
    url = reverse("campaign_recipients_export", args=[of.pk])
    text = b"".join(client.get(url).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 121
    assert {"Opened", "Clicked", "Reached the goal"} <= set(rows[0])
    book = b"".join(client.get(f"{url}?form=xlsx").streaming_content)
    assert load_workbook(io.BytesIO(book)).active.max_row == 121


@pytest.mark.parametrize(
    ("group", "expected"),
    [("opened", {31}), ("unopened", {33, 34}), ("clicked", {32}), ("silent", {31, 32, 33, 34})],
)
def test_a_follow_up_goes_to_those_who_did_this_or_that(
    marketer: User, log_in: LogIn, group: str, expected: set[int]
) -> None:
    """Those held out stay held out; whoever left or whose message came back gets no second one."""
    of, who = campaign(owner=marketer), people(40, owner=marketer)
    gone = {place: {"unsubscribed_at": BEGAN} for place in range(35, 38)}
    gone |= {38: {"bounced_at": BEGAN}, 39: {"complained_at": BEGAN}}
    did = {
        31: {"opened_at": BEGAN},
        32: {"opened_at": BEGAN, "clicked_at": BEGAN},
        33: {},
        34: {"machine_opened_at": BEGAN},
        **gone,
    }
    Recipient.objects.bulk_create(
        [
            *(held_out(of, one) for one in who[:31]),
            *(recipient(of, who[place], **given) for place, given in did.items()),
        ]
    )
    client = log_in(marketer)
    answer = client.post(reverse("campaign_follow_up", args=[of.pk]), {"group": group})
    draft = Campaign.objects.exclude(pk=of.pk).get()
    assert answer["Location"] == reverse("campaign_edit", args=[draft.pk])
    assert (draft.state, draft.follows, draft.variants.count()) == ("draft", of, 1)
    asked = set(contacts_of(Audience.of(draft), NOW).values_list("pk", flat=True))
    assert asked == {who[place].pk for place in expected}
    page = client.get(reverse("campaign_edit", args=[draft.pk])).content.decode()
    assert "It follows up" in page
    Campaign.objects.filter(pk=draft.pk).update(follows=None)
    draft.refresh_from_db()
    with pytest.raises(Refused, match="is gone"):
        contacts_of(Audience.of(draft), NOW)


def test_nobody_left_to_follow_up_is_said(marketer: User, log_in: LogIn) -> None:
    of, who = campaign(owner=marketer), people(5, owner=marketer)
    send(of, who, control=2)
    client = log_in(marketer)
    for group, says in (("opened", "Nobody is left"), ("nonsense", "Choose whom")):
        answer = client.post(
            reverse("campaign_follow_up", args=[of.pk]), {"group": group}, follow=True
        )
        assert says in answer.content.decode()
    assert Campaign.objects.count() == 1


def test_a_sent_campaign_is_read_only_on_its_settings(marketer: User, log_in: LogIn) -> None:
    of = campaign(owner=marketer)
    client = log_in(marketer)
    url = reverse("campaign_about", args=[of.pk])
    edit = reverse("campaign_edit", args=[of.pk])
    assert edit not in client.get(url).content.decode()
    Campaign.objects.filter(pk=of.pk).update(state="draft", started_at=None)
    assert edit in client.get(url).content.decode()


def test_engagement_by_the_day(marketer: User, log_in: LogIn) -> None:
    of, who = campaign(owner=marketer), people(60, owner=marketer)
    send(of, who, control=10, opened_at=BEGAN + timedelta(hours=30))
    measure()
    client = log_in(marketer)
    hourly = client.get(of.get_absolute_url()).content.decode()
    daily = client.get(of.get_absolute_url() + "?by=day").content.decode()
    assert 'href="?by=hour#engagement" aria-current="true"' in " ".join(hourly.split())
    assert 'href="?by=day#engagement" aria-current="true"' in " ".join(daily.split())
    assert "Value ahead" not in hourly + daily
