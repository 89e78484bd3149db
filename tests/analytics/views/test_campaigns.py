"""The report of a campaign, campaigns beside each other, and the planner of tests."""

from datetime import timedelta

import pytest

from analytics.queries.campaigns import KIND, is_measuring_due
from core.jobs.questions import ask
from core.models import JobRun
from marketing.choices import CampaignState
from marketing.models import Campaign, Recipient
from marketing.services.sending.claims import NEVER
from tests.analytics.campaigns import BEGAN, campaign, held_out, people, recipient, send, variants
from tests.factories import UserFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db


def measured(**given) -> Campaign:
    """Two variants, one in five held out; who got it bought more often."""
    of = campaign(cost="120", currency="EUR", **given)
    a, b = variants(of)
    rows = [
        held_out(of, one, converted_at=BEGAN if place < 8 else None)
        for place, one in enumerate(people(100))
    ]
    for place, one in enumerate(_others(400)):
        rows.append(
            recipient(
                of,
                one,
                variant=(a, b)[place % 2],
                opened_at=BEGAN + timedelta(hours=place % 7) if place % 3 == 0 else None,
                clicked_at=BEGAN + timedelta(hours=place % 7) if place % 9 == 0 else None,
                converted_at=BEGAN + timedelta(days=1) if place % 4 == 0 else None,
                revenue="50" if place % 4 == 0 else None,
            )
        )
    Recipient.objects.bulk_create(rows)
    run = carry_out(ask(kind=KIND, as_of=NOW, scope={"campaign": of.pk}))
    assert run.state == "succeeded", run.error_text
    return of


def _others(count: int):
    who = people(count)
    for place, one in enumerate(who):
        one.email = f"other{place}@example.com"
        one.normalise()
    return who


def test_the_report_says_first_whether_it_worked(log_in) -> None:
    of = measured(has_told_outcomes=True)
    client = log_in(UserFactory(role="administrator"))
    page = client.get(f"/campaigns/{of.pk}/").content.decode()
    assert "Did it work?" in page
    assert "+17.0 pts" in page
    assert "Bought: 25.0% with, 8.0% without" in page
    assert "Clear effect" in page
    assert "against a random holdout of 20%" in page
    assert "data-engagement" in page
    assert "Uplift, points" in page


def test_a_campaign_that_is_not_measured_says_so_and_can_be(log_in) -> None:
    of = campaign()
    client = log_in(UserFactory(role="administrator"))
    assert "Not measured yet" in client.get(f"/campaigns/{of.pk}/").content.decode()
    answer = client.post(f"/campaigns/{of.pk}/measure/")
    assert answer.status_code == 302
    assert JobRun.objects.get(kind=KIND).scope == {"campaign": of.pk}


def test_without_people_held_out_the_report_says_why_there_is_no_answer(log_in) -> None:
    of = campaign(holdout_share="0")
    send(of, people(30), control=0)
    carry_out(ask(kind=KIND, as_of=NOW))
    page = log_in(UserFactory(role="administrator")).get(f"/campaigns/{of.pk}/").content.decode()
    assert "Nobody was held out" in page


def test_where_nobody_did_it_there_is_no_interval(log_in) -> None:
    of = campaign()
    send(of, people(300), control=60)
    carry_out(ask(kind=KIND, as_of=NOW))
    page = log_in(UserFactory(role="administrator")).get(f"/campaigns/{of.pk}/").content.decode()
    assert "too few so far" in page
    assert "0.0 … 0.0" not in page
    assert "pts</div>" not in page


@pytest.mark.parametrize(("hours", "is_told"), [(3, False), (72, True)])
def test_nothing_is_compared_with_what_is_usual_before_most_have_looked(
    log_in, hours: int, is_told: bool
) -> None:
    for days in (60, 90):
        other = campaign(started_at=NOW - timedelta(days=days))
        send(other, people(10), control=2)
    of = campaign(started_at=NOW - timedelta(hours=hours))
    send(of, people(10), control=2)
    carry_out(ask(kind=KIND, as_of=NOW))
    carry_out(ask(kind=KIND, as_of=NOW + timedelta(minutes=1), scope={"campaign": of.pk}))
    page = log_in(UserFactory(role="administrator")).get(f"/campaigns/{of.pk}/").content.decode()
    assert ("vs. usual" in page) is is_told


def test_a_broken_split_is_told_without_a_number(log_in) -> None:
    of = campaign(holdout_share="0.5")
    send(of, people(300), control=60)
    carry_out(ask(kind=KIND, as_of=NOW))
    page = log_in(UserFactory(role="administrator")).get(f"/campaigns/{of.pk}/").content.decode()
    assert "Unhealthy split" in page
    assert "pts</div>" not in page


def test_campaigns_stand_beside_each_other(log_in, django_assert_max_num_queries) -> None:
    measured(has_told_outcomes=True, name="The one")
    client = log_in(UserFactory(role="administrator"))
    client.get("/campaigns/compare/")
    with django_assert_max_num_queries(15):
        page = client.get("/campaigns/compare/?days=90").content.decode()
    assert "The one" in page
    assert "+17" in page
    assert "The one" in client.get("/campaigns/compare/?days=x").content.decode()
    Campaign.objects.update(started_at=NOW - timedelta(days=2_000))
    assert "No campaign was measured" in client.get("/campaigns/compare/").content.decode()


def test_the_report_asks_few_questions(log_in, django_assert_max_num_queries) -> None:
    of = measured(has_told_outcomes=True)
    client = log_in(UserFactory(role="administrator"))
    client.get(f"/campaigns/{of.pk}/")
    with django_assert_max_num_queries(15):
        client.get(f"/campaigns/{of.pk}/")


def test_a_campaign_out_of_reach_is_measured_by_nobody_else(log_in) -> None:
    of = campaign(owner=UserFactory(role="administrator"))
    client = log_in(UserFactory(role="sales"))
    assert client.post(f"/campaigns/{of.pk}/measure/").status_code in {403, 404}
    assert not JobRun.objects.filter(kind=KIND).exists()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "people, all parts together"),
        ("?usual=10&change=4&held_out=50&looks=once", "2,070"),
        ("?usual=10&change=4&held_out=50&looks=daily", "3,953"),
        ("?usual=10&change=95", "more than everybody"),
        ("?usual=zehn", "Enter a number"),
        ("?usual=10&change=4&audience=4000&per_day=100", "Takes about"),
    ],
)
def test_the_planner_answers(log_in, query: str, says: str) -> None:
    page = log_in(UserFactory(role="administrator")).get(f"/campaigns/planner/{query}")
    assert says in page.content.decode()


def test_campaigns_under_way_are_measured_by_themselves() -> None:
    assert not is_measuring_due(NOW)
    campaign(state=CampaignState.SENDING, finished_at=None)
    assert is_measuring_due(NOW)


def test_a_person_may_choose_the_winner(log_in) -> None:
    of = campaign(holdout_share="0", state=CampaignState.SENDING, decision="hand", test_share="0.5")
    a, b = variants(of)
    who = people(80)
    waiting = {"arm": "rest", "state": "waiting", "sent_at": None, "due_at": NEVER}
    rows = [recipient(of, one, variant=(a, b)[place % 2]) for place, one in enumerate(who[:40])]
    Recipient.objects.bulk_create(rows + [recipient(of, one, **waiting) for one in who[40:]])
    carry_out(ask(kind=KIND, as_of=NOW, scope={"campaign": of.pk}))
    client = log_in(UserFactory(role="administrator"))
    assert "A to the rest" in client.get(f"/campaigns/{of.pk}/").content.decode()
    odd = client.post(f"/campaigns/{of.pk}/winner/", {"letter": "Z"}, follow=True)
    assert "no such variant" in odd.content.decode()
    page = client.post(f"/campaigns/{of.pk}/winner/", {"letter": "B"}, follow=True)
    assert "Variant B goes to the 40 people who waited." in page.content.decode()
    assert Recipient.objects.filter(campaign=of, arm="rest", variant=b).count() == 40
    again = client.post(f"/campaigns/{of.pk}/winner/", {"letter": "A"}, follow=True)
    assert "has been chosen already" in again.content.decode()
