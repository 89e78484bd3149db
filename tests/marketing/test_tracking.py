"""Opens, clicks and visits: through the public doors, and told apart some seconds later."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from core.models import User
from crm.models import Contact, Interaction
from marketing.choices import HitKind, MachineSign, Verdict
from marketing.models import (
    Campaign,
    ContactPreference,
    MailHit,
    PageView,
    Recipient,
    Visitor,
    Website,
)
from marketing.services.tracking.settling import settle_hits
from marketing.services.tracking.signatures import click_url, open_url, trap_url, visit_token
from marketing.services.tracking.visits import forget_visitors
from tests.factories import ContactFactory, RecipientFactory, WebFormFactory
from tests.hostile import BODIES

# Before there is an administrator every door leads to the set-up.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("administrator")]

LogIn = Callable[..., Client]
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
PAGE = "https://www.helioptic.example/plan?a=1"


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def recipient() -> Recipient:
    made: Recipient = RecipientFactory(sent_at=timezone.now() - timedelta(hours=2))
    return made


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def ask(url: str, agent: str = BROWSER, method: str = "get") -> Any:
    return getattr(Client(), method)(path_of(url), headers={"User-Agent": agent})


def settle() -> None:
    settle_hits(at=timezone.now() + timedelta(minutes=1))


def kinds_of(recipient: Recipient) -> list[str]:
    rows = Interaction.objects.filter(contact=recipient.contact_id).order_by("pk")
    return list(rows.values_list("kind", flat=True))


# -- letters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("agent", [BROWSER, GMAIL])
def test_open_and_click_of_a_person(recipient: Recipient, agent: str) -> None:
    assert ask(open_url(recipient.pk), agent)["Content-Type"] == "image/gif"
    answer = ask(click_url(recipient.pk, PAGE), agent)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    settle()
    recipient.refresh_from_db()
    assert recipient.opened_at is not None
    assert recipient.clicked_at is not None
    assert (recipient.machine_opened_at, recipient.machine_clicked_at) == (None, None)
    assert kinds_of(recipient) == ["open", "click"]
    clicked = Interaction.objects.get(kind="click")
    assert (clicked.url, clicked.subject) == (PAGE, recipient.campaign.name)


def test_settling_twice_tells_nothing_twice(recipient: Recipient) -> None:
    ask(open_url(recipient.pk))
    settle()
    MailHit.objects.update(verdict="")  # as if the worker had died before it was written
    settle()
    assert kinds_of(recipient) == ["open"]


def test_whoever_clicks_has_opened(recipient: Recipient) -> None:
    ask(click_url(recipient.pk, PAGE))
    settle()
    recipient.refresh_from_db()
    assert recipient.opened_at == recipient.clicked_at


@pytest.mark.parametrize(
    ("agent", "method", "sign"),
    [
        ("Barracuda Sentinel (EE)", "get", MachineSign.AGENT),
        ("", "get", MachineSign.AGENT),
        (BROWSER, "head", MachineSign.HEAD),
        ("Mozilla/5.0", "get", MachineSign.PREFETCH),
    ],
)
def test_machines_are_kept_apart(
    recipient: Recipient, agent: str, method: str, sign: MachineSign
) -> None:
    ask(open_url(recipient.pk), agent, method)
    settle()
    recipient.refresh_from_db()
    assert recipient.opened_at is None
    assert recipient.machine_opened_at is not None
    assert MailHit.objects.get().sign == sign
    assert kinds_of(recipient) == []


def test_a_scanner_follows_all_links_at_once() -> None:
    recipient = RecipientFactory(sent_at=timezone.now() - timedelta(hours=2))
    for number in range(3):
        ask(click_url(recipient.pk, f"{PAGE}&n={number}"))
    settle()
    assert set(MailHit.objects.values_list("verdict", "sign")) == {
        (Verdict.MACHINE, MachineSign.BURST)
    }


def test_seconds_after_sending_nobody_has_read(recipient: Recipient) -> None:
    Recipient.objects.update(sent_at=timezone.now())
    ask(click_url(recipient.pk, PAGE))
    settle()
    assert MailHit.objects.get().sign == MachineSign.EARLY


def test_the_hidden_link_gives_a_scanner_away(recipient: Recipient) -> None:
    ask(click_url(recipient.pk, PAGE))
    assert ask(trap_url(recipient.pk)).status_code == 204
    settle()
    recipient.refresh_from_db()
    assert recipient.clicked_at is None
    assert recipient.machine_clicked_at is not None
    assert kinds_of(recipient) == []


def test_what_came_a_moment_ago_waits(recipient: Recipient) -> None:
    ask(open_url(recipient.pk))
    settle_hits(at=timezone.now())
    assert MailHit.objects.get().verdict == ""


def test_no_link_leads_where_the_letter_did_not(recipient: Recipient) -> None:
    url = click_url(recipient.pk, PAGE)
    for changed in (
        url.replace("helioptic", "attacker"),
        url.replace(f"/{recipient.pk}/", f"/{recipient.pk + 1}/"),
        click_url(recipient.pk, "javascript:alert(1)"),
    ):
        assert ask(changed).status_code == 404
    ask(open_url(recipient.pk)[:-6] + "x.gif")
    assert not MailHit.objects.exists()


def test_links_of_old_letters_outlive_a_change_of_the_key(
    recipient: Recipient, settings: Any
) -> None:
    url = click_url(recipient.pk, PAGE)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 8
    assert ask(url).status_code == 302
    settings.SECRET_KEY_FALLBACKS = []
    assert ask(url).status_code == 404


def test_nothing_is_counted_that_the_campaign_does_not_count(recipient: Recipient) -> None:
    Campaign.objects.update(counts_opens=False)
    ask(open_url(recipient.pk))
    assert not MailHit.objects.exists()


def test_links_tab_tells_people_from_machines(
    recipient: Recipient, marketing: User, log_in: LogIn
) -> None:
    ask(click_url(recipient.pk, PAGE))
    ask(click_url(recipient.pk, PAGE), "python-requests/2")
    settle()
    page = log_in(marketing).get(f"/campaigns/{recipient.campaign_id}/links/").content.decode()
    assert "helioptic.example/plan" in page
    numbers = [part.split("<")[0] for part in page.split('<td class="num')[1:]]
    assert [number.rpartition(">")[2] for number in numbers] == ["1", "1", "1"]


# -- websites --------------------------------------------------------------------------------------


@pytest.fixture
def website() -> Website:
    return Website.objects.create(domain="helioptic.example")


def visit(key: Any, *, token: str = "", origin: str = "https://www.helioptic.example") -> Any:
    told = {"visitor": str(key), "url": f"{PAGE}&rm={token}", "title": "Plan", "token": token}
    return Client().post(
        "/m/visit/", json.dumps(told), content_type="text/plain", headers={"Origin": origin}
    )


@pytest.mark.usefixtures("website")
def test_a_visit_is_nobodys_until_a_link_says_whose(recipient: Recipient) -> None:
    key = uuid4()
    assert visit(key).status_code == 204
    assert PageView.objects.get().url == PAGE
    assert kinds_of(recipient) == []
    landed = ask(click_url(recipient.pk, PAGE))["Location"]
    token = parse_qs(urlsplit(landed).query)["rm"][0]
    visit(key, token=token)
    visit(key)
    assert kinds_of(recipient) == ["visit", "visit", "visit"]
    assert set(Interaction.objects.values_list("url", "subject")) == {(PAGE, "Plan")}
    assert not PageView.objects.exists()
    assert Visitor.objects.get().contact_id == recipient.contact_id


@pytest.mark.usefixtures("website")
@pytest.mark.parametrize("origin", ["https://attacker.example", "", "https://nothelioptic.example"])
def test_other_websites_tell_nothing(origin: str) -> None:
    assert visit(uuid4(), origin=origin).status_code == 204
    assert not Visitor.objects.exists()


@pytest.mark.usefixtures("website")
@pytest.mark.parametrize("body", ["", "[]", "{}", '{"visitor": 1, "url": "x"}', "\ud83d"])
def test_silly_visits_are_not_written(body: str) -> None:
    answer = Client().post(
        "/m/visit/",
        body.encode("utf-8", "replace"),
        content_type="text/plain",
        headers={"Origin": "https://helioptic.example"},
    )
    assert answer.status_code == 204
    assert not Visitor.objects.exists()


@pytest.mark.usefixtures("website")
@pytest.mark.parametrize("place", range(len(BODIES)))
def test_hostile_visits_are_not_written(place: int) -> None:
    origin = {"Origin": "https://helioptic.example"}
    answer = Client().post("/m/visit/", BODIES[place], content_type="text/plain", headers=origin)
    assert answer.status_code == 204
    assert not Visitor.objects.exists()


@pytest.mark.usefixtures("website")
def test_a_made_up_token_makes_nobody_known(recipient: Recipient) -> None:
    visit(uuid4(), token=visit_token(recipient.pk)[:-1] + "~")
    assert kinds_of(recipient) == []
    assert Visitor.objects.get().contact_id is None


@pytest.mark.usefixtures("website")
def test_browsers_that_ask_not_to_be_followed_are_not() -> None:
    Client().post(
        "/m/visit/",
        json.dumps({"visitor": str(uuid4()), "url": PAGE}),
        content_type="text/plain",
        headers={"Origin": "https://helioptic.example", "Sec-GPC": "1"},
    )
    assert not Visitor.objects.exists()


@pytest.mark.usefixtures("website")
@pytest.mark.parametrize("way", ["html", "script"])
def test_a_form_says_whose_browser_it_is(way: str) -> None:
    key, site = uuid4(), "https://helioptic.example"
    form = WebFormFactory(fields=[{"name": "email", "required": True}], origins=[site])
    visit(key)
    if way == "html":
        sent = {"email": "ada@example.org", "renmai-visitor": str(key)}
        answer = Client().post(f"/f/{form.key}/", sent)
    else:
        body = {"values": {"email": "ada@example.org"}, "visitor": str(key)}
        answer = Client().post(
            f"/f/{form.key}/send/",
            json.dumps(body),
            content_type="application/json",
            headers={"Origin": site},
        )
    assert answer.status_code == 200
    contact = Contact.objects.get()
    kinds = Interaction.objects.filter(contact=contact).values_list("kind", flat=True)
    assert set(kinds) == {"visit", "submit"}
    visit(key)
    assert Interaction.objects.filter(contact=contact, kind="visit").count() == 2


@pytest.mark.usefixtures("website")
def test_visits_of_who_wants_that_nothing_is_counted_are_not_kept(recipient: Recipient) -> None:
    ContactPreference.objects.create(
        contact=recipient.contact, is_untracked=True, at=timezone.now()
    )
    visit(uuid4(), token=visit_token(recipient.pk))
    assert not Visitor.objects.exists()
    assert kinds_of(recipient) == []


@pytest.mark.usefixtures("website")
def test_visits_of_machines_are_not_kept(recipient: Recipient) -> None:
    Client().post(
        "/m/visit/",
        json.dumps(
            {
                "visitor": str(uuid4()),
                "url": "https://helioptic.example/a",
                "token": visit_token(recipient.pk),
            }
        ),
        content_type="text/plain",
        headers={"Origin": "https://helioptic.example", "User-Agent": "Proofpoint scan/1.0"},
    )
    assert not Visitor.objects.exists()


def test_hits_of_who_wants_that_nothing_is_counted_any_more_go(recipient: Recipient) -> None:
    """Also where there are no others."""
    ask(open_url(recipient.pk))
    ContactPreference.objects.create(
        contact=recipient.contact, is_untracked=True, at=timezone.now()
    )
    settle()
    assert not MailHit.objects.exists()
    assert kinds_of(recipient) == []


def test_who_is_not_known_is_forgotten() -> None:
    long_ago: datetime = timezone.now() - timedelta(days=100)
    known = Visitor.objects.create(contact=ContactFactory(), first_at=long_ago, last_at=long_ago)
    unknown = Visitor.objects.create(first_at=long_ago, last_at=long_ago)
    PageView.objects.create(visitor=unknown, at=long_ago, url=PAGE)
    assert forget_visitors(at=timezone.now()) == 1
    assert list(Visitor.objects.all()) == [known]
    assert not PageView.objects.exists()


def test_websites_are_added_and_taken_away(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    client.post("/settings/websites/", {"domain": "https://Helioptic.example/shop"})
    website = Website.objects.get()
    assert website.domain == "helioptic.example"
    page = client.get("/settings/websites/").content.decode()
    assert "/m/page.js" in page
    assert client.post("/settings/websites/", {"domain": "no domain"}).status_code == 422
    client.post("/settings/websites/", {"remove": str(website.pk)})
    assert not Website.objects.exists()


def test_the_script_is_served_to_any_website() -> None:
    answer = Client().get("/m/page.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert b"sendBeacon" in answer.content


def test_kinds_of_hits_are_interactions_of_the_same_name() -> None:
    assert {HitKind.OPEN, HitKind.CLICK} == {"open", "click"}
