"""Pages of sending: the schedule, the steps, how it goes, the recipients, the mail server."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, Installation, Notification, User
from marketing.choices import CampaignState, MailWay, RecipientState
from marketing.models import Campaign, MailSettings, Recipient, Sending
from marketing.services.sending.secrets import opened
from tests.factories import UserFactory
from tests.marketing.campaigns import (
    draft,
    mail_server,
    owner,
    people,
    purpose,
    sending_campaign,
    use,
    work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def page() -> Client:
    client = Client()
    client.force_login(owner())
    return client


def step(client: Client, campaign: Campaign, name: str) -> str:
    """What the page says after a step."""
    answer = client.post(reverse("campaign_step", args=[campaign.pk]), {"step": name}, follow=True)
    campaign.refresh_from_db()
    return str(answer.content.decode())


SCHEDULE = {
    "begins": "later",
    "scheduled_at_0": "2031-03-04",
    "scheduled_at_1": "10:00",
    "window_from": "08:00",
    "window_to": "18:00",
    "weekdays": ["0", "1"],
    "per_minute": "100",
    "weekdays-shown": "1",
}


def test_a_schedule_is_saved_and_asked_for_again_when_something_is_missing(page: Client) -> None:
    campaign = draft()
    url = reverse("campaign_schedule", args=[campaign.pk])
    assert page.post(url, SCHEDULE).status_code == 302
    campaign.refresh_from_db()
    assert campaign.scheduled_at is not None
    assert campaign.scheduled_at.isoformat() == "2031-03-04T10:00:00+00:00"
    assert (campaign.weekdays, campaign.per_minute) == ([0, 1], 100)
    answer = page.post(url, {**SCHEDULE, "scheduled_at_0": "", "scheduled_at_1": ""})
    assert answer.status_code == 422
    assert "Enter the day and the hour." in answer.content.decode()
    answer = page.post(url, {**SCHEDULE, "window_to": "08:00"})
    assert "Between the two hours there has to be some time." in answer.content.decode()


@pytest.fixture
def abroad() -> Client:
    """Somebody who reads in Berlin the pages of a company in Shanghai."""
    user = owner()
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Shanghai"})
    User.objects.filter(pk=user.pk).update(time_zone="Europe/Berlin")
    client = Client()
    client.force_login(user)
    return client


def shown_in(answer: Any) -> dict[str, Any]:
    """What the form of a page would send back as it stands."""
    form = answer.context["form"]
    day, hour = form["scheduled_at"].subwidgets[0].data["subwidgets"]
    return {**SCHEDULE, "scheduled_at_0": day["value"], "scheduled_at_1": hour["value"]}


def test_a_schedule_keeps_its_moment_whoever_saves_it_from_wherever(abroad: Client) -> None:
    campaign = draft()
    url = reverse("campaign_schedule", args=[campaign.pk])
    abroad.post(url, SCHEDULE)
    for _again in range(3):
        campaign.refresh_from_db()
        assert campaign.scheduled_at is not None
        assert campaign.scheduled_at.isoformat() == "2031-03-04T02:00:00+00:00"
        answer = abroad.get(url)
        shown = shown_in(answer)
        assert (shown["scheduled_at_0"], shown["scheduled_at_1"]) == ("2031-03-04", "10:00")
        assert "By the clock of Asia/Shanghai." in answer.content.decode()
        assert abroad.post(url, shown).status_code == 302
    # An hour that clocks leave out in Berlin is one like any other in Shanghai.
    left_out = {**SCHEDULE, "scheduled_at_0": "2031-03-30", "scheduled_at_1": "02:30"}
    assert abroad.post(url, left_out).status_code == 302
    campaign.refresh_from_db()
    assert campaign.scheduled_at.isoformat() == "2031-03-29T18:30:00+00:00"


def test_a_moment_keeps_its_seconds_and_which_of_two_equal_hours_it_is(page: Client) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})
    for text in ("2031-03-04T10:00:37+00:00", "2031-10-26T00:30:00+00:00", "2031-10-26T01:30:00Z"):
        moment = datetime.fromisoformat(text)
        campaign = draft(scheduled_at=moment)
        url = reverse("campaign_schedule", args=[campaign.pk])
        assert page.post(url, shown_in(page.get(url))).status_code == 302
        campaign.refresh_from_db()
        assert campaign.scheduled_at == moment


def test_in_the_time_of_each_recipient_the_hour_is_the_one_that_was_chosen(abroad: Client) -> None:
    people(1, purpose())
    campaign = draft()
    url = reverse("campaign_schedule", args=[campaign.pk])
    abroad.post(url, {**SCHEDULE, "is_local": "on"})
    with mail_server():
        step(abroad, campaign, "schedule")
    assert campaign.state == CampaignState.SCHEDULED
    text = abroad.get(reverse("campaign_sending", args=[campaign.pk])).content.decode()
    assert "10:00 in the time of each recipient" in text


def test_errors_of_the_schedule_say_what_to_do(page: Client) -> None:
    url = reverse("campaign_schedule", args=[draft().pk])
    wrong = {**SCHEDULE, "weekdays": [], "per_minute": "0"}
    text = page.post(url, wrong).content.decode()
    assert "Choose at least one day." in text
    assert "Enter a whole number from 1 to 100,000, or nothing." in text


def test_send_saves_what_stands_in_the_form_before_it_asks(page: Client) -> None:
    people(1, purpose())
    campaign = draft()
    url = reverse("campaign_schedule", args=[campaign.pk])
    shown = '<dialog class="dlg" id="send-it" aria-labelledby="send-it-title" data-autoshow>'
    with mail_server():
        text = page.get(url).content.decode()
        assert 'type="submit" form="schedule-form" name="go"' in text
        assert shown not in text
        text = page.post(url, {**SCHEDULE, "go": "1"}, follow=True).content.decode()
        assert shown in text
        campaign.refresh_from_db()
        assert campaign.scheduled_at is not None
        step(page, campaign, "schedule")
    assert campaign.state == CampaignState.SCHEDULED


def test_where_people_are_held_out_the_number_is_said_to_be_about_right(page: Client) -> None:
    people(10, purpose())
    campaign = draft(holdout_share="0.2")
    url = reverse("campaign_schedule", args=[campaign.pk])
    with mail_server():
        text = page.get(url).content.decode()
        assert "Send to about 8 people?" in text
        assert "About 8 people get it, about 2 are held out by chance" in text
        Campaign.objects.update(holdout_share=0)
        assert "Send to 10 people?" in page.get(url).content.decode()


def test_a_form_with_errors_asks_nothing(page: Client) -> None:
    people(1, purpose())
    campaign = draft()
    url = reverse("campaign_schedule", args=[campaign.pk])
    past = {**SCHEDULE, "scheduled_at_0": "2020-03-04", "go": "1"}
    with mail_server():
        answer = page.post(f"{url}?ask=1", past)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Choose a time that lies ahead, or send it at once." in text
    assert "data-autoshow" not in text
    campaign.refresh_from_db()
    assert campaign.scheduled_at is None


def test_what_is_broken_or_illegal_stops_a_campaign_and_is_said(page: Client) -> None:
    campaign = draft(purpose=None, sender_address="")
    text = page.get(reverse("campaign_schedule", args=[campaign.pk])).content.decode()
    assert "Choose a purpose: the law asks for a consent to it." in text
    assert "Enter the sender’s address." in text
    text = step(page, campaign, "schedule")
    assert campaign.state == CampaignState.DRAFT
    assert "Enter the sender’s address." in text


def test_it_goes_at_once_and_its_page_says_so(page: Client) -> None:
    people(3, purpose())
    campaign = draft()
    with mail_server() as sink:
        text = step(page, campaign, "schedule")
        assert campaign.state == CampaignState.SENDING
        assert "No worker is running, so nothing is sent." in text
        work(campaign)
        assert len(sink.received) == 3
    cache.clear()
    text = page.get(reverse("campaign_sending", args=[campaign.pk])).content.decode()
    assert "All is done: 3 messages were sent." in text
    assert list(
        AuditEvent.objects.filter(object_type="marketing.campaign")
        .order_by("pk")
        .values_list("action", flat=True)
    )[-2:] == ["campaign.schedule", "campaign.start"]


def test_it_waits_for_its_time_and_can_be_taken_back(page: Client) -> None:
    people(1, purpose())
    campaign = draft(scheduled_at=timezone.now() + timedelta(days=2))
    with mail_server():
        text = step(page, campaign, "schedule")
        assert campaign.state == CampaignState.SCHEDULED
        assert "Begins " in text
        step(page, campaign, "draft")
    assert campaign.state == CampaignState.DRAFT


def test_a_pause_a_going_on_and_a_cancellation(page: Client) -> None:
    people(2, purpose())
    campaign = sending_campaign()
    Recipient.objects.bulk_create(
        Recipient(
            campaign=campaign, contact=contact, address=contact.email,
            address_key=contact.email_key, domain="example.org", arm="test", state="waiting",
            due_at=timezone.now(),
        )
        for contact in people(2, purpose())
    )  # fmt: skip
    assert "Somebody has paused it." in step(page, campaign, "pause")
    assert campaign.state == CampaignState.PAUSED
    step(page, campaign, "resume")
    assert campaign.state == CampaignState.SENDING
    text = step(page, campaign, "cancel")
    assert campaign.state == CampaignState.CANCELLED
    assert "It was cancelled." in text
    states = set(campaign.recipients.values_list("state", "reason"))
    assert states == {(RecipientState.SKIPPED, "cancelled")}
    assert "This cannot be done" in step(page, campaign, "resume")


def test_an_unknown_step_is_refused(page: Client) -> None:
    assert "Use the buttons of its page." in step(page, draft(), "explode")


@pytest.fixture
def second() -> User:
    return UserFactory(email="second@example.org", role="administrator")


def test_somebody_else_has_to_approve_where_the_company_wants_it(
    page: Client, second: User
) -> None:
    people(1, purpose())
    campaign = draft()
    other = Client()
    other.force_login(second)
    with mail_server() as sink:
        use(sink, needs_approval=True)
        assert "Ask for approval first" in step(page, campaign, "schedule")
        text = step(page, campaign, "ask")
        assert campaign.state == CampaignState.APPROVAL
        assert f"Waits for approval by {second.display_name}." in text
        assert Notification.objects.filter(user=second, kind="campaign").exists()
        assert "somebody else has to give it" in step(page, campaign, "approve")
        assert campaign.state == CampaignState.APPROVAL
        # What is changed meanwhile was not asked for.
        Campaign.objects.filter(pk=campaign.pk).update(sender_name="Bob")
        assert "was changed after the approval" in step(other, campaign, "approve")
        Campaign.objects.filter(pk=campaign.pk).update(sender_name="Ann")
        step(other, campaign, "approve")
    assert campaign.state == CampaignState.SENDING
    assert campaign.approved_by == second
    assert Notification.objects.filter(user=owner(), kind="campaign").exists()


def test_a_company_of_one_approves_itself(page: Client) -> None:
    people(1, purpose())
    campaign = draft()
    with mail_server() as sink:
        use(sink, needs_approval=True)
        step(page, campaign, "schedule")
    assert campaign.state == CampaignState.SENDING


def test_who_may_only_look_takes_no_step() -> None:
    people(1, purpose())
    campaign = draft()
    client = Client()
    client.force_login(UserFactory(role="sales"))
    with mail_server():
        answer = client.post(reverse("campaign_step", args=[campaign.pk]), {"step": "schedule"})
    campaign.refresh_from_db()
    assert answer.status_code in {302, 403, 404, 409}
    assert campaign.state == CampaignState.DRAFT


def test_recipients_are_listed_with_what_became_of_them(
    page: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    people(60, purpose())
    with mail_server(on_rcpt=lambda to: "550 5.2.2 Full" if to == "p1@example.org" else "250 OK"):
        campaign = work(sending_campaign())
    url = reverse("campaign_recipients", args=[campaign.pk])
    with django_assert_max_num_queries(15):
        text = page.get(url).content.decode()
    assert text.count("m-title") == 50
    text = page.get(url, {"state": "failed"}).content.decode()
    assert text.count("m-title") == 1
    assert "550 5.2.2 Full" in text
    assert page.get(url, {"search": "P7@example.org "}).content.decode().count("m-title") == 1
    assert "No recipient fits." in page.get(url, {"search": "nobody"}).content.decode()
    campaign.recipients.filter(address_key="p7@example.org").update(
        opened_at=timezone.now(), replied_at=timezone.now()
    )
    text = page.get(url, {"reaction": "replied_at"}).content.decode()
    assert text.count("m-title") == 1
    assert "<td>Answered</td>" in text
    answer = page.get(reverse("campaign_recipients_export", args=[campaign.pk]))
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert len(lines) == 61
    assert lines[2].startswith(
        "Person 1,p1@example.org,A,Refused by the mail server,550 5.2.2 Full"
    )


def test_those_of_whom_nobody_knows_are_sent_again_by_a_person_only(page: Client) -> None:
    people(1, purpose())
    with mail_server(on_data=lambda _to, _text: "250 HANG UP") as sink:
        campaign = work(sending_campaign())
        assert campaign.recipients.get().state == RecipientState.UNKNOWN
        text = page.get(reverse("campaign_sending", args=[campaign.pk])).content.decode()
        assert "Send again" in text
        sink.on_data = lambda _to, _text: "250 OK"
        step(page, campaign, "again")
        Sending.objects.update(not_before=None)
        work(campaign)
    assert campaign.recipients.get().state == RecipientState.SENT
    assert len(sink.received) == 2


MAIL = {
    "way": "smtp",
    "host": "127.0.0.1",
    "security": "none",
    "username": "",
    "password": "",
    "connections": "2",
    "errors_in_row": "50",
    "limits": "gmail.com 200\n* 600",
    "mailbox_port": "993",
}


def test_the_mail_server_is_set_up_and_tried(page: Client) -> None:
    url = reverse("mail_settings")
    with mail_server() as sink:
        MailSettings.objects.all().delete()
        answer = page.post(
            url, {**MAIL, "port": sink.port, "username": "ann", "password": "geheim"}
        )
        assert answer.status_code == 302
        row = MailSettings.objects.get()
        assert row.per_domain == {"gmail.com": 200, "*": 600}
        assert "geheim" not in row.password
        assert opened(row.password) == "geheim"
        text = page.get(url).content.decode()
        assert "geheim" not in text
        assert row.password not in text
        assert not AuditEvent.objects.filter(changes__icontains="geheim").exists()
        page.post(url, {**MAIL, "port": sink.port})
        row.refresh_from_db()
        assert opened(row.password) == "geheim", "an empty one keeps the stored one"
        MailSettings.objects.update(username="", password="")
        text = page.post(reverse("mail_settings_test"), follow=True).content.decode()
        assert "The mail server took the message." in text
        assert sink.counts == {owner().email: 1}
        MailSettings.objects.update(port=1)
        text = page.post(reverse("mail_settings_test"), follow=True).content.decode()
        assert "The mail server cannot be used:" in text


def test_returns_to_an_address_that_no_mail_server_takes_are_refused(page: Client) -> None:
    answer = page.post(
        reverse("mail_settings"), {**MAIL, "port": 25, "bounce_address": "\u017fam@example.org"}
    )
    assert answer.status_code == 422
    assert "plain letters" in answer.content.decode()


def test_without_settings_the_installations_own_way_is_tried(page: Client) -> None:
    page.post(reverse("mail_settings_test"))
    assert [message.to for message in mail.outbox] == [[owner().email]]
    assert MailWay.ENVIRONMENT == "env"


@pytest.mark.parametrize(
    ("backend", "where"),
    [("filebased", "written to a file in the folder"), ("console", "written to the log")],
)
def test_a_try_without_a_mail_server_says_where_the_message_went(
    page: Client, settings: Any, tmp_path: Path, backend: str, where: str
) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    text = page.post(reverse("mail_settings_test"), follow=True).content.decode()
    assert "No mail server is set up, so nobody got the message" in text
    assert where in text
    assert "The mail server took the message." not in text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"host": ""}, "Enter the name of the mail server."),
        ({"limits": "gmail.com many"}, "is not a domain and a number"),
        ({"way": "brevo"}, "Enter the key that the provider gave you."),
        ({"mailbox": "imap"}, "Enter the name of the server."),
    ],
)
def test_settings_that_cannot_be_are_asked_again(
    page: Client, said: dict[str, str], sentence: str
) -> None:
    answer = page.post(reverse("mail_settings"), {**MAIL, "port": "25", **said})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
