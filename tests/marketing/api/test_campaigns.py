"""Campaigns through the API: the plan, the steps, the recipients, the winner."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.choices import Reach
from core.models import AuditEvent, User
from marketing.choices import Arm, RecipientState
from marketing.models import Campaign, MailSettings, Recipient
from marketing.services.sending.claims import NEVER
from tests.core.api.callers import Caller
from tests.factories import RoleFactory, SegmentFactory, UserFactory
from tests.mail_sink import sinking
from tests.marketing.campaigns import add_variant, draft, owner, people, purpose, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Caller:
    return Caller(owner())


@pytest.fixture
def ready(db: None) -> Any:
    """A draft that may go now."""
    people(3, purpose())
    with sinking() as sink:
        use(sink)
        yield draft()


def colleague(*rights: str) -> Caller:
    grants = dict.fromkeys(rights, Reach.ALL) | {"crm.contact.view": Reach.ALL}
    return Caller(UserFactory(roles=[RoleFactory(grants=grants)]))


def step(caller: Caller, campaign: Campaign, word: str, **more: Any) -> Any:
    return caller.post(f"campaigns/{campaign.pk}/sending/", {"step": word, **more})


# -- steps -----------------------------------------------------------------------------------------


def test_a_campaign_goes_its_way(ann: Caller, ready: Campaign) -> None:
    ready.scheduled_at = timezone.now() + timedelta(days=1)
    ready.save()
    told = ann.get(f"campaigns/{ready.pk}/sending/").json()
    assert (told["state"], told["steps"]) == ("draft", ["schedule"])
    assert step(ann, ready, "schedule").json()["state"] == "scheduled"
    assert step(ann, ready, "draft").json()["state"] == "draft"
    Campaign.objects.filter(pk=ready.pk).update(scheduled_at=None)
    told = step(ann, ready, "schedule").json()
    assert told["state"] == "sending"
    assert told["says"]
    assert told["began"]
    assert step(ann, ready, "pause").json()["steps"] == ["resume", "cancel", "again"]
    assert step(ann, ready, "resume").json()["state"] == "sending"
    told = step(ann, ready, "cancel").json()
    assert (told["state"], told["steps"]) == ("cancelled", [])
    assert told["ended"]


def test_what_may_not_be_done_now_says_why(ann: Caller, ready: Campaign) -> None:
    answer = step(ann, ready, "pause")
    assert answer.status_code == 422
    assert "Draft" in answer.json()["detail"]
    assert step(ann, ready, "approve").status_code == 422
    answer = step(ann, ready, "fly")
    assert "schedule" in answer.json()["errors"]["step"][0]
    assert step(ann, ready, "draft", why="x" * 301).status_code == 422
    assert step(ann, ready, "draft", because="x").status_code == 422
    Campaign.objects.filter(pk=ready.pk).update(purpose=None)
    assert "purpose" in step(ann, ready, "schedule").json()["detail"]
    assert Campaign.objects.get().state == "draft"


def test_two_people_look_at_it(ann: Caller, ready: Campaign) -> None:
    boss = UserFactory(role="administrator")
    MailSettings.objects.update(needs_approval=True)
    assert "approval" in step(ann, ready, "schedule").json()["detail"]
    assert step(ann, ready, "ask").json()["state"] == "approval"
    assert step(ann, ready, "approve").status_code == 422
    assert step(Caller(boss), ready, "draft", why="A typo").json()["state"] == "draft"
    assert step(ann, ready, "ask").json()["state"] == "approval"
    assert step(Caller(boss), ready, "approve").json()["state"] == "sending"
    assert Campaign.objects.get().approved_by == boss


def test_whoever_may_only_look_takes_no_step(ready: Campaign) -> None:
    bob = colleague("marketing.campaign.view")
    assert bob.get(f"campaigns/{ready.pk}/sending/").json()["steps"] == []
    for word in ("schedule", "ask", "approve", "draft", "pause", "resume", "cancel", "again"):
        assert step(bob, ready, word).status_code == 422, word
    reader = Caller(owner(), scopes=["marketing.campaign:read"])
    assert step(reader, ready, "schedule").status_code == 422
    assert Campaign.objects.get().state == "draft"


def test_the_same_step_sent_twice_is_taken_once(ann: Caller, ready: Campaign) -> None:
    key = {"Idempotency-Key": "one"}
    path, body = f"campaigns/{ready.pk}/sending/", {"step": "schedule"}
    first, second = (ann.post(path, body, **key) for _time in range(2))
    assert first.status_code == second.status_code == 200
    assert AuditEvent.objects.filter(action="campaign.schedule").count() == 1


def test_checks(ann: Caller, ready: Campaign) -> None:
    told = ann.get(f"campaigns/{ready.pk}/checks/").json()
    assert (told["is_ready"], told["recipients"]) == (True, 3)
    Campaign.objects.filter(pk=ready.pk).update(sender_address="")
    told = ann.get(f"campaigns/{ready.pk}/checks/").json()
    assert not told["is_ready"]
    assert told["checks"][0]["level"] == "stop"


# -- plan ------------------------------------------------------------------------------------------


def test_a_campaign_is_made_and_planned(ann: Caller) -> None:
    made = ann.post("campaigns/", {"name": "Spring"})
    assert made.status_code == 201
    path = f"campaigns/{made.json()['id']}/plan/"
    assert [each["variant"] for each in ann.get(path).json()["variants"]] == ["A"]
    segment = SegmentFactory(owner=ann.token.user)
    given = {
        "purpose": purpose().pk,
        "segments": [segment.pk],
        "condition": {"field": "country", "operator": "is", "value": "Germany"},
        "held_out_percent": 10,
        "goal": "won",
        "cost": "12.50",
        "sender_address": "ann@example.com",
        "begins_at": "2030-01-01T08:00:00Z",
        "window_from": "09:00",
        "weekdays": [0, 1],
        "per_minute": 60,
    }
    answer = ann.patch(path, given)
    assert answer.status_code == 200, answer.json()
    told = ann.get(path).json()
    assert {name: told[name] for name in given if name != "condition"} == {
        name: value for name, value in given.items() if name != "condition"
    }
    assert ann.patch(path, {"begins_at": None, "condition": {}}).json()["begins_at"] is None
    told = ann.get(path).json()
    assert told["segments"] == [segment.pk]
    assert not told["condition"]
    assert told["window_from"] == "09:00"


@pytest.mark.parametrize(
    "change",
    [
        {"held_out_percent": 60},
        {"held_out_percent": True},
        {"purpose": 999_999},
        {"purpose": {}},
        {"segments": [999_999]},
        {"goal": "fame"},
        {"cost": "many"},
        {"sender_address": "\u017fam@example.org"},
        {"reply_to": "\u0131nfo@example.org"},
        {"begins_at": "2030-01-01T08:00:00"},
        {"begins_at": "2030-13-01T08:00:00Z"},
        {"begins_at": "0001-01-01T00:00:00+14:00"},
        {"begins_at": "9999-12-31T23:59:59-14:00"},
        {"window_from": "25:00"},
        {"weekdays": [9]},
        {"decision": "winner", "test_percent": 100},
        {"condition": {"field": "shoe_size", "operator": "is", "value": 1}},
        {"name": "x"},
    ],
)
def test_plans_that_make_no_sense_are_refused(ann: Caller, change: dict[str, Any]) -> None:
    campaign = draft()
    before = ann.get(f"campaigns/{campaign.pk}/plan/").json()
    answer = ann.patch(f"campaigns/{campaign.pk}/plan/", change)
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert ann.get(f"campaigns/{campaign.pk}/plan/").json() == before


def test_what_is_being_sent_is_not_planned_anew(ann: Caller) -> None:
    campaign = draft(state="sending")
    answer = ann.patch(f"campaigns/{campaign.pk}/plan/", {"goal_days": 3})
    assert answer.status_code == 422
    assert "Duplicate" in answer.json()["detail"]
    renamed = ann.patch(f"campaigns/{campaign.pk}/", {"name": "Other"})
    assert renamed.status_code == 422


def test_fields_out_of_sight_stay_out_of_it() -> None:
    campaign = draft(cost=5)
    grants = dict.fromkeys(("marketing.campaign.view", "marketing.campaign.edit"), Reach.ALL)
    role = RoleFactory(grants=grants, hides=["marketing.campaign.cost"])
    bob = Caller(UserFactory(roles=[role]))
    assert bob.get(f"campaigns/{campaign.pk}/plan/").json()["cost"] is None
    assert bob.patch(f"campaigns/{campaign.pk}/plan/", {"cost": "1"}).status_code == 422
    assert bob.patch(f"campaigns/{campaign.pk}/plan/", {"goal_days": 3}).status_code == 200
    assert Campaign.objects.get().cost == 5


# -- recipients ------------------------------------------------------------------------------------


def recipients(campaign: Campaign, count: int, **values: Any) -> list[Recipient]:
    rows = [
        Recipient(
            campaign=campaign, contact=contact, address=contact.email, address_key=contact.email,
            domain="example.org", due_at=timezone.now(),
            **{"arm": Arm.TEST, "state": RecipientState.SENT, **values},
        )
        for contact in people(count, purpose())
    ]  # fmt: skip
    return Recipient.objects.bulk_create(rows)


def test_recipients_page_by_page(ann: Caller) -> None:
    campaign = draft(state="sent")
    recipients(campaign, 3, sent_at=timezone.now())
    recipients(campaign, 2, state=RecipientState.SKIPPED, reason="gone")
    path = f"campaigns/{campaign.pk}/recipients/"
    first = ann.get(path, {"size": 2}).json()
    second = ann.get(path, {"size": 2, "after": first["next"]}).json()
    assert len({row["id"] for row in first["results"] + second["results"]}) == 4
    assert first["results"][0]["sent"]
    assert first["results"][0]["address"].endswith("@example.org")
    left_out = ann.get(path, {"state": "skipped"}).json()["results"]
    assert [row["why"] for row in left_out] == ["The contact was deleted."] * 2
    assert ann.get(path, {"variant": "B"}).json()["results"] == []
    assert ann.get(path, {"state": "lost"}).status_code == 400


def test_recipients_cost_the_same_however_many(ann: Caller) -> None:
    campaign = draft(state="sent")
    recipients(campaign, 2)
    path = f"campaigns/{campaign.pk}/recipients/"
    ann.get(path)
    with CaptureQueriesContext(connection) as few:
        ann.get(path)
    recipients(campaign, 20)
    with CaptureQueriesContext(connection) as many:
        assert len(ann.get(path).json()["results"]) == 22
    assert len(many) == len(few) <= 15


def test_recipients_are_those_whose_contacts_are_seen() -> None:
    campaign = draft(state="sent")
    recipients(campaign, 2)
    grants = {"marketing.campaign.view": Reach.ALL, "crm.contact.view": Reach.OWN}
    bob: User = UserFactory(roles=[RoleFactory(grants=grants)])
    path = f"campaigns/{campaign.pk}/recipients/"
    assert Caller(bob).get(path).json()["results"] == []
    blind = RoleFactory(
        grants=grants | {"crm.contact.view": Reach.ALL}, hides=["crm.contact.email"]
    )
    rows = Caller(UserFactory(roles=[blind])).get(path).json()["results"]
    assert [row["address"] for row in rows] == [None, None]


# -- winner ----------------------------------------------------------------------------------------


def test_the_winner_goes_to_the_rest(ann: Caller) -> None:
    campaign = draft(state="sending", decision="hand", test_share="0.5", gathered_to=None)
    add_variant(campaign, "B")
    recipients(campaign, 2, arm=Arm.REST, state=RecipientState.WAITING)
    Recipient.objects.update(due_at=NEVER)
    path = f"campaigns/{campaign.pk}/winner/"
    assert ann.post(path, {"variant": "C"}).status_code == 422
    assert ann.post(path, {"variant": 1}).status_code == 422
    assert ann.post(path, {"variant": "B"}).json() == {"variant": "B", "released": 2}
    assert ann.post(path, {"variant": "A"}).status_code == 422
    assert {row.variant.letter for row in Recipient.objects.all()} == {"B"}


def test_the_plan_takes_no_metric_that_is_not_looked_up(ann: Caller) -> None:
    path = f"campaigns/{draft(goal='reply', test_metric='reply').pk}/plan/"
    assert ann.patch(path, {"test_metric": "purchase"}).status_code == 422
    assert ann.patch(path, {"goal": "won"}).json()["test_metric"] == "reply"
    told = ann.patch(path, {"goal": "purchase", "test_metric": "purchase"}).json()
    assert (told["goal"], told["test_metric"]) == ("purchase", "purchase")
    assert ann.patch(path, {"goal": "won"}).json()["test_metric"] == "won"
