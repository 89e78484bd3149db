"""Links of letters are asked once a day by one worker, and what they answer is a warning, never a bar."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import DeliveryFault
from core.webhooks.visiting import Visited
from marketing import tasks
from marketing.models import Campaign, LinkCheck
from marketing.services.campaigns.preflight import checks, numbers, stops
from marketing.services.messages.link_checks import (
    FORGOTTEN,
    KEPT,
    LEASE,
    ask,
    asked_of,
    check_waiting,
    key_of,
    waiting,
)
from tests.marketing.campaigns import draft, owner

pytestmark = pytest.mark.django_db
GOOD, DEAD, MOVED = "https://ours.example/a", "https://ours.example/dead", "http://ours.example/old"
ANSWERS = {
    GOOD: Visited(GOOD, 200),
    DEAD: Visited(DEAD, 404),
    MOVED: Visited("https://ours.example/new", 200),
}


def look(answers: dict[str, Visited], at: datetime | None = None) -> list[str]:
    """A worker's turn; what it asked."""
    asked: list[str] = []

    def visits(url: str) -> Visited:
        asked.append(url)
        return answers[url]

    moment = at or timezone.now()
    check_waiting(clock=lambda: moment, visits=visits)
    return sorted(asked)


def test_links_are_asked_once_and_kept_for_a_day() -> None:
    now = timezone.now()
    assert ask([GOOD, DEAD, MOVED, GOOD, "mailto:ann@ours.example", "#"], at=now) == 3
    assert ask([GOOD, DEAD], at=now) == 0, "a worker has them already"
    assert look(ANSWERS, now) == sorted(ANSWERS)
    assert look(ANSWERS, now) == []
    assert ask([GOOD], at=now + KEPT / 2) == 0
    assert ask([GOOD], at=now + KEPT * 2) == 1
    assert look(ANSWERS, now + KEPT * 2) == [GOOD]


@pytest.mark.parametrize(
    ("url", "visited", "sentence", "is_fine"),
    [
        (DEAD, Visited(DEAD, 404), "It answers 404.", False),
        (DEAD, Visited(DEAD, 503), "It answers 503.", False),
        (DEAD, Visited(DEAD, 403), "It lets no programs in (403): open it yourself.", True),
        (DEAD, Visited(DEAD, 999), "It lets no programs in (999): open it yourself.", True),
        (DEAD, Visited(DEAD, fault=DeliveryFault.NAME), "There is no such website.", False),
        (
            DEAD,
            Visited(DEAD, fault=DeliveryFault.ADDRESS),
            "It leads to a place that nobody outside reaches.",
            False,
        ),
        (MOVED, ANSWERS[MOVED], "It leads on to https://ours.example/new.", True),
        (
            MOVED,
            Visited("https://ours.example/", 200),
            "It leads on to the first page, https://ours.example/.",
            False,
        ),
    ],
)
def test_what_is_worth_knowing_is_told(
    url: str, visited: Visited, sentence: str, is_fine: bool
) -> None:
    now = timezone.now()
    ask([url], at=now)
    look({url: visited}, now)
    (told,) = asked_of([url], at=now).news
    assert (told.sentence, told.is_fine) == (sentence, is_fine)
    assert asked_of([url], at=now + KEPT * 2).news == [], "that was long ago"


@pytest.mark.parametrize(
    "end", ["https://ours.example/a", "https://www.ours.example/a/", "http://ours.example/a/"]
)
def test_the_same_page_is_no_news(end: str) -> None:
    ask([GOOD], at=timezone.now())
    look({GOOD: Visited(end, 200)})
    assert asked_of([GOOD], at=timezone.now()).news == []


def test_every_fault_of_a_visit_has_a_sentence() -> None:
    faults = {"ADDRESS", "NAME", "CONNECTION", "CERTIFICATE", "TIME", "REDIRECT"}
    for name in faults:
        LinkCheck.objects.all().delete()
        ask([GOOD], at=timezone.now())
        look({GOOD: Visited(GOOD, fault=DeliveryFault[name])})
        assert asked_of([GOOD], at=timezone.now()).news[0].sentence


def test_what_a_dead_worker_held_is_asked_by_the_next() -> None:
    now = timezone.now()
    ask([GOOD], at=now)
    LinkCheck.objects.update(lease_until=now + LEASE)
    assert look(ANSWERS, now) == []
    assert look(ANSWERS, now + LEASE * 2) == [GOOD]
    assert not waiting(now + LEASE * 3).exists()


def test_many_are_asked_in_one_turn_and_old_ones_forgotten() -> None:
    now = timezone.now()
    old = {"key": "old", "url": "https://old.example", "asked_at": now - FORGOTTEN * 2}
    LinkCheck.objects.create(**old, checked_at=now - FORGOTTEN - timedelta(days=1))
    urls = [f"https://ours.example/{number}" for number in range(30)]
    ask(urls, at=now)
    assert len(look({url: Visited(url, 200) for url in urls}, now)) == 30
    assert not LinkCheck.objects.filter(key="old").exists()


@pytest.fixture
def campaign() -> Campaign:
    of = draft()
    text = of.variants.get().message.texts.get()
    text.body = {"text": f"See {GOOD} and {DEAD}"}
    text.save()
    return of


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    monkeypatch.setattr(tasks, "enqueue", lambda task, *_args, **_more: calls.append(task.name))
    return calls


def panel(client: Client, campaign: Campaign) -> str:
    url = reverse("message_checks", args=[campaign.variants.get().message_id])
    return client.get(url).content.decode()


def test_the_button_has_a_worker_ask_and_the_answer_stands_beside_the_link(
    client: Client, campaign: Campaign, woken: list[str]
) -> None:
    client.force_login(owner())
    text = panel(client, campaign)
    assert "Ask where the links lead" in text
    # What it fills stays there: the next save, and the answers, fill it again.
    assert text.count('hx-target="#letter-checks"') == text.count('hx-swap="innerHTML"') == 1
    url = reverse("message_links", args=[campaign.variants.get().message_id])
    assert client.get(url).status_code == 405
    text = client.post(url).content.decode()
    assert "The links are being asked …" in text
    assert woken == ["marketing.check_links"]
    client.post(url)
    assert woken == ["marketing.check_links"], "they wait already"
    look(ANSWERS)
    text = panel(client, campaign)
    assert "ours.example/dead" in text
    assert "It answers 404." in text
    assert "The links are being asked" not in text


def test_dead_links_warn_where_it_is_scheduled_and_stop_nothing(
    client: Client, campaign: Campaign, woken: list[str]
) -> None:
    client.force_login(owner())
    now = timezone.now()
    page = reverse("campaign_schedule", args=[campaign.pk])
    assert "Nobody has asked yet whether the links lead" in client.get(page).content.decode()
    before = len(stops(campaign, now, owner()))
    client.post(reverse("campaign_link_check", args=[campaign.pk]))
    assert "The links are being asked: look again" in client.get(page).content.decode()
    look(ANSWERS)
    text = client.get(page).content.decode()
    assert "ours.example/dead</a>" in text
    assert "It answers 404." in text
    assert len(stops(campaign, timezone.now(), owner())) == before
    LinkCheck.objects.filter(key=key_of(DEAD)).update(status=200)
    found = checks(campaign, numbers(campaign, now), timezone.now(), owner())
    assert "All links lead somewhere." in [check.sentence for check in found]
    assert woken == ["marketing.check_links"]


def test_scheduling_asks(
    client: Client, campaign: Campaign, woken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(owner())
    monkeypatch.setattr("marketing.services.campaigns.preflight.is_delivering", lambda _mail: True)
    monkeypatch.setattr("marketing.services.campaigns.preflight._audience", lambda *_args: [])
    client.post(reverse("campaign_step", args=[campaign.pk]), {"step": "schedule"})
    campaign.refresh_from_db()
    assert campaign.state != "draft"
    assert LinkCheck.objects.count() == 2
    assert "marketing.check_links" in woken
