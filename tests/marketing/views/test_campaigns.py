"""Campaigns in the browser's eyes: begun, their audience counted and saved, their variants, copies."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import User
from marketing.choices import CampaignState, ConsentState, SuppressionReason
from marketing.models import Campaign, Suppression
from marketing.services.campaigns.drafts import save_campaign
from marketing.services.memberships import add_to_list
from tests.factories import (
    CampaignFactory,
    ConsentFactory,
    ContactFactory,
    PurposeFactory,
    SegmentFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]


@pytest.fixture
def client(marketing: User, log_in: LogIn) -> Client:
    return log_in(marketing)


@pytest.fixture
def campaign(marketing: User) -> Campaign:
    made: Campaign = CampaignFactory(owner=marketing)
    return made


def sent(campaign: Campaign, **given: Any) -> dict[str, Any]:
    return {
        "name": "Spring",
        "purpose": campaign.purpose_id,
        "holdout": "10",
        "goal": "click",
        "goal_days": "14",
        "entry": "0",
        "0.field": "",
        **given,
    }


def agreed(campaign: Campaign, number: int, **given: Any) -> list[Any]:
    contacts = [ContactFactory(email=f"p{n}@example.com", **given) for n in range(number)]
    for contact in contacts:
        ConsentFactory(contact=contact, purpose=campaign.purpose)
    return contacts


def test_what_no_purpose_means_is_said(client: Client, campaign: Campaign) -> None:
    for path in ("/campaigns/new/", f"/campaigns/{campaign.pk}/edit/"):
        text = client.get(path).content.decode()
        assert "None yet: nobody can get it" in text
        assert "---------" not in text


def test_fields_of_conditions_can_be_searched(client: Client, campaign: Campaign) -> None:
    """The script finds them by these; without scripts the select is enough."""
    for path in ("/segments/new/", f"/campaigns/{campaign.pk}/edit/"):
        text = client.get(path).content.decode()
        [select] = re.findall(r"<select[^>]*0\.field[^>]*>", text)
        assert 'data-searched="cond-field"' in select
        assert 'data-none="Nothing found"' in select


def test_draft_begins_with_a_name_and_has_one_variant(client: Client) -> None:
    purpose = PurposeFactory(name="News")
    answer = client.post("/campaigns/new/", {"name": " Spring  news ", "purpose": purpose.pk})
    campaign = Campaign.objects.get()
    assert answer["Location"] == f"/campaigns/{campaign.pk}/edit/"
    assert (campaign.name, campaign.purpose, campaign.state) == (
        "Spring news",
        purpose,
        CampaignState.DRAFT,
    )
    assert [variant.letter for variant in campaign.variants.all()] == ["A"]
    opened = client.get(campaign.get_absolute_url())
    assert opened["Location"] == f"/campaigns/{campaign.pk}/edit/"
    assert "Spring news" in client.get("/campaigns/").content.decode()


def test_a_campaign_without_a_name_is_refused_with_the_form(client: Client) -> None:
    assert client.post("/campaigns/new/", {"name": ""}).status_code == 422
    assert not Campaign.objects.exists()


def test_count_says_what_stands_in_the_way(client: Client, campaign: Campaign) -> None:
    people = agreed(campaign, 4, job_title="Buyer")
    ContactFactory(email="", job_title="Buyer")
    ContactFactory(email="silent@example.com", job_title="Buyer")
    ConsentFactory(
        contact=ContactFactory(email="gone@example.com", job_title="Buyer"),
        purpose=campaign.purpose,
        state=ConsentState.WITHDRAWN,
    )
    ContactFactory(email="other@example.com")
    Suppression.objects.create(
        address_key=people[0].email_key, reason=SuppressionReason.COMPLAINT, at=NOW
    )
    line = {"0.field": "job_title", "0.was": "job_title", "0.operator": "is", "0.value": "Buyer"}
    page = client.post(
        f"/campaigns/{campaign.pk}/edit/",
        sent(campaign, holdout="0", **line),
        headers={"HX-Request": "true", "HX-Target": "audience-count"},
    ).content.decode()
    assert 'data-count="3"' in page
    found = [part.split("<")[0] for part in page.split('<dd class="tn">')[1:]]
    assert found == ["7", "1", "1", "2", "0"]


def test_segments_say_who_is_meant_and_who_is_left_out(
    client: Client, campaign: Campaign, marketing: User
) -> None:
    one, two, three = agreed(campaign, 3)
    chosen, left_out = SegmentFactory(owner=marketing), SegmentFactory(owner=marketing)
    add_to_list(segment=chosen, contacts=[one.pk, two.pk], by=marketing, at=NOW)
    add_to_list(segment=left_out, contacts=[two.pk, three.pk], by=marketing, at=NOW)
    given = sent(campaign, segments=[chosen.pk], excluded=[left_out.pk], holdout="0")
    counted = client.post(
        f"/campaigns/{campaign.pk}/edit/",
        given,
        headers={"HX-Request": "true", "HX-Target": "audience-count"},
    )
    assert 'data-count="1"' in counted.content.decode()
    answer = client.post(f"/campaigns/{campaign.pk}/edit/", {**given, "next": "1"})
    assert answer["Location"] != f"/campaigns/{campaign.pk}/edit/"
    campaign.refresh_from_db()
    assert list(campaign.segments.all()) == [chosen]
    assert list(campaign.excluded.all()) == [left_out]
    assert campaign.name == "Spring"


def test_condition_is_kept_and_taken_away(client: Client, campaign: Campaign) -> None:
    line = {"0.field": "job_title", "0.was": "job_title", "0.operator": "is", "0.value": "Buyer"}
    url = f"/campaigns/{campaign.pk}/edit/"
    client.post(url, sent(campaign, save="1", **line))
    campaign.refresh_from_db()
    assert campaign.condition
    assert "Job title is Buyer" in client.get(url).content.decode()
    client.post(url, sent(campaign, save="1"))
    campaign.refresh_from_db()
    assert campaign.condition == {}


def test_what_is_wrong_is_said_and_nothing_is_saved(client: Client, campaign: Campaign) -> None:
    url = f"/campaigns/{campaign.pk}/edit/"
    answer = client.post(url, sent(campaign, save="1", holdout="70", name="Other"))
    assert answer.status_code == 422
    campaign.refresh_from_db()
    assert campaign.name != "Other"
    assert campaign.holdout_share == 0


def test_variants_come_and_go_but_for_the_last(client: Client, campaign: Campaign) -> None:
    url = f"/campaigns/{campaign.pk}/variants/"
    text = campaign.variants.get().message.texts.create(language="en", subject="Hello")
    for _time in range(4):
        client.post(url)
    letters = list(campaign.variants.values_list("letter", flat=True))
    assert letters == ["A", "B", "C", "D", "E"]
    assert campaign.variants.get(letter="B").message.texts.get().subject == text.subject
    back = {"Referer": f"http://testserver/campaigns/{campaign.pk}/edit/test/"}
    refused = client.post(url, follow=True, headers=back).content.decode()
    assert "at most 5 variants" in refused
    for letter in letters[:-1]:
        client.post(url, {"remove": letter})
    refused = client.post(url, {"remove": "E"}, follow=True, headers=back).content.decode()
    assert "at least one message" in refused
    assert campaign.variants.count() == 1


def test_test_step_wants_somebody_left_for_the_winner(client: Client, campaign: Campaign) -> None:
    client.post(f"/campaigns/{campaign.pk}/variants/")
    url = f"/campaigns/{campaign.pk}/edit/test/"
    given = {"test_share": "100", "decision": "winner", "test_metric": "click", "test_hours": "4"}
    given |= {"weight_A": "3", "delay_A": "0", "weight_B": "1", "delay_B": "1440"}
    assert client.post(url, given).status_code == 422
    assert client.post(url, {**given, "test_share": "20"}).status_code == 302
    campaign.refresh_from_db()
    assert (float(campaign.test_share), campaign.decision) == (0.2, "winner")
    told = campaign.variants.values_list("letter", "weight", "delay_minutes")
    assert list(told) == [("A", 3, 0), ("B", 1, 1440)]
    answer = client.post(url, {**given, "test_share": "20", "delay_B": "-5", "weight_A": "0"})
    assert answer.status_code == 422


def test_variants_are_judged_by_what_is_looked_up(client: Client, campaign: Campaign) -> None:
    """Clicks, answers and the campaign's own goal: of other goals nobody knows who reached them."""
    client.post(f"/campaigns/{campaign.pk}/variants/")
    Campaign.objects.filter(pk=campaign.pk).update(goal="reply", test_metric="reply")
    url = f"/campaigns/{campaign.pk}/edit/test/"
    given = {"test_share": "20", "decision": "winner", "test_hours": "4"}
    given |= {"weight_A": "1", "delay_A": "0", "weight_B": "1", "delay_B": "0"}
    assert client.post(url, {**given, "test_metric": "purchase"}).status_code == 422
    Campaign.objects.filter(pk=campaign.pk).update(goal="purchase")
    assert client.post(url, {**given, "test_metric": "purchase"}).status_code == 302
    campaign.refresh_from_db()
    campaign.goal = "won"
    save_campaign(campaign=campaign, by=campaign.owner, at=timezone.now())
    assert campaign.test_metric == "won"


def test_what_is_sent_cannot_be_changed_but_copied(client: Client, campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.SENT)
    refused = client.get(f"/campaigns/{campaign.pk}/edit/", follow=True).content.decode()
    assert "Duplicate it" in refused
    answer = client.post(f"/campaigns/{campaign.pk}/duplicate/")
    copy = Campaign.objects.latest("pk")
    assert answer["Location"] == f"/campaigns/{copy.pk}/edit/"
    assert copy.state == CampaignState.DRAFT
    assert copy.salt != campaign.salt
    assert copy.variants.count() == 1


def test_sales_sees_campaigns_but_writes_none(
    sales: User, campaign: Campaign, log_in: LogIn
) -> None:
    client = log_in(sales)
    assert client.get(campaign.get_absolute_url()).status_code == 200
    assert client.get("/campaigns/new/").status_code == 403
    assert client.post(f"/campaigns/{campaign.pk}/variants/").status_code in {403, 404}


def test_each_question_of_the_audience_has_its_own_label(
    client: Client, campaign: Campaign
) -> None:
    page = client.get(f"/campaigns/{campaign.pk}/edit/").content.decode()
    labels = re.findall(r"<label for=\"id_[^>]+>\s*([^<]+)", page)
    assert len(labels) > 5
    assert len({label.strip() for label in labels}) == len(labels)


@pytest.mark.parametrize("step", ["schedule/", "content/", "test/", ""])
def test_steps_of_a_campaign_that_was_sent_lead_to_its_page(
    client: Client, campaign: Campaign, step: str
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.SENT)
    url = f"/campaigns/{campaign.pk}/edit/{step}"
    answer = client.get(url, headers={"referer": f"http://testserver{url}"}, follow=True)
    assert answer.redirect_chain == [(campaign.get_absolute_url(), 302)]
    assert "Duplicate it to change something." in answer.content.decode()
