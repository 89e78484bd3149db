"""Beside a letter: what it will probably bring, from which campaigns that is known, and who got much of late."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.models import CampaignEffect
from core.models import User
from marketing.models import Campaign, Purpose, Recipient
from marketing.queries.audiences import Audience
from marketing.queries.fatigue import often_written_to
from tests.analytics.campaigns import campaign, people, recipient
from tests.factories import CampaignFactory, ConsentFactory, PurposeFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]


@pytest.fixture
def marketer(db: None) -> User:
    user: User = UserFactory(role="marketing")
    return user


def sent_before(owner: User, purpose: Purpose, *shares: float, **given: Any) -> list[Campaign]:
    """Campaigns of 1,000 letters each, so many of which were clicked."""
    found = []
    for place, share in enumerate(shares):
        begun = timezone.now() - timedelta(days=20 + place)
        of = campaign(
            owner=owner, purpose=purpose, started_at=begun, name=f"Before {place}", **given
        )
        funnel = {"sent": 1_010, "bounced": 10, "clicked": round(1_000 * share), "converted": 50}
        CampaignEffect.objects.create(
            campaign=of, figures={"funnel": funnel}, sent=1_010, as_of=timezone.now()
        )
        found.append(of)
    return found


def draft_for(owner: User, purpose: Purpose) -> Campaign:
    """To a hundred people who agreed."""
    for one in people(100, owner=owner):
        ConsentFactory(contact=one, purpose=purpose)
    of: Campaign = CampaignFactory(
        owner=owner, purpose=purpose, state="draft", goal="purchase", goal_days=14
    )
    return of


def pane(log_in: LogIn, user: User, of: Campaign) -> str:
    message = of.variants.get().message
    answer = log_in(user).get(reverse("message_checks", args=[message.pk]))
    return str(answer.content.decode())


def test_it_is_told_from_campaigns_of_the_purpose(marketer: User, log_in: LogIn) -> None:
    purpose = PurposeFactory()
    sent_before(marketer, purpose, 0.10, 0.11, 0.09, 0.10)
    sent_before(marketer, PurposeFactory(), 0.8, 0.9, 0.8)
    text = pane(log_in, marketer, draft_for(marketer, purpose))
    assert "by 4 campaigns before" in text
    assert "5–16" in text or "6–16" in text or "5–15" in text  # about ten clicks of a hundred
    assert "Bought" in text


def test_without_evidence_no_number_is_told(marketer: User, log_in: LogIn) -> None:
    purpose = PurposeFactory()
    sent_before(marketer, purpose, 0.10, 0.11)
    text = pane(log_in, marketer, draft_for(marketer, purpose))
    assert "3 campaigns like this one have to be measured first" in text


def test_other_goals_say_nothing_of_this_one(marketer: User, log_in: LogIn) -> None:
    purpose = PurposeFactory()
    sent_before(marketer, purpose, 0.10, 0.11, 0.09, goal="reply")
    text = pane(log_in, marketer, draft_for(marketer, purpose))
    assert "Clicks" in text
    assert "Bought" not in text


def test_who_got_three_letters_is_counted(marketer: User) -> None:
    purpose = PurposeFactory()
    draft = draft_for(marketer, purpose)
    who = [row.contact for row in purpose.consents.order_by("pk").select_related("contact")]
    now = timezone.now()
    for place, days in enumerate((1, 5, 29, 31)):
        of = campaign(owner=marketer)
        rows = [recipient(of, one, sent_at=now - timedelta(days=days)) for one in who[place:10]]
        Recipient.objects.bulk_create(rows)
    assert often_written_to(Audience.of(draft), now) == 8
