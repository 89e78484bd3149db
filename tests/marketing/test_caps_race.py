"""Two campaigns that send to the same people at the same moment keep each person's limit."""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from marketing.choices import CampaignState, RecipientState
from marketing.models import Campaign, ContactPreference, MarketingOptions, Recipient
from marketing.services.sending.gathering import gather_some
from marketing.services.sending.mime import Mail
from marketing.services.sending.turns import Turn, take_turn
from tests.marketing.campaigns import Clock, mail_server, people, purpose, sending_campaign, work

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 12


def race(campaigns: Sequence[Campaign], monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker for each; both have asked for permission before either begins to write."""
    both, begin = threading.Barrier(len(campaigns), timeout=60), Turn._begin
    met: set[int] = set()

    def begin_together(turn: Turn, mails: Sequence[Mail]) -> list[Mail]:
        if threading.get_ident() not in met:
            met.add(threading.get_ident())
            both.wait()
        return begin(turn, mails)

    monkeypatch.setattr(Turn, "_begin", begin_together)
    faults: list[Exception] = []

    def turn(pk: int) -> None:
        try:
            take_turn(pk, is_ahead=False, seconds=20)
        except Exception as error:  # noqa: BLE001  # told by the test
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=turn, args=(each.pk,)) for each in campaigns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    monkeypatch.setattr(Turn, "_begin", begin)


def two() -> list[Campaign]:
    """Both with their recipients."""
    campaigns = [sending_campaign(name=f"News {number}") for number in range(2)]
    for campaign in campaigns:
        while gather_some(campaign.pk, at=Clock()()):
            pass
    return campaigns


def states() -> Counter[Any]:
    return Counter(Recipient.objects.values_list("state", flat=True))


@pytest.mark.parametrize("is_own", [False, True])
def test_two_campaigns_at_one_moment_keep_the_limit(
    monkeypatch: pytest.MonkeyPatch, is_own: bool
) -> None:
    contacts = people(PEOPLE, purpose())
    if is_own:
        now = Clock()()
        ContactPreference.objects.bulk_create(
            ContactPreference(contact=each, week_cap=1, at=now) for each in contacts
        )
    else:
        MarketingOptions.objects.create(pk=1, week_cap=1)
    with mail_server() as sink:
        campaigns = two()
        race(campaigns, monkeypatch)
        assert sink.counts == {each.email: 1 for each in contacts}
        assert states() == {RecipientState.SENT: PEOPLE, RecipientState.WAITING: PEOPLE}
        later = Clock()
        later.wait(timedelta(minutes=2).total_seconds())
        for campaign in campaigns:
            work(campaign, later)
        assert len(sink.received) == PEOPLE
    assert states() == {RecipientState.SENT: PEOPLE, RecipientState.SKIPPED: PEOPLE}
    skipped = Recipient.objects.filter(state=RecipientState.SKIPPED)
    assert set(skipped.values_list("reason", flat=True)) == {"capped"}
    assert {each.state for each in Campaign.objects.all()} == {CampaignState.SENT}


def test_without_limits_both_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    people(PEOPLE, purpose())
    with mail_server() as sink:
        race(two(), monkeypatch)
    assert set(sink.counts.values()) == {2}
