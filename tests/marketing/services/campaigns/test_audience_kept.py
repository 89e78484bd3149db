"""Nobody is written to, and nobody is forgotten, because the audience changes while people are gathered."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.choices import Reach
from core.errors import Refused
from core.registries import record_types
from crm.models import Contact
from crm.services.merging.merging import merge_records
from marketing.choices import Arm, CampaignState, Decision, FollowUp, RecipientState
from marketing.models import Campaign, Consent, Segment, SegmentMember, Sending
from marketing.services.campaigns.drafts import duplicate_campaign, save_campaign
from marketing.services.campaigns.fingerprints import fingerprint
from marketing.services.campaigns.states import resume_campaign
from marketing.services.campaigns.winners import choose_winner
from marketing.services.sending import claims, gathering
from marketing.services.sending.gathering import gather_some
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.waking import look_after
from marketing.services.sending.words import CHANGED, SEGMENT_GONE
from marketing.services.sending.writing import Writer
from tests.factories import CampaignFactory, RoleFactory, SegmentFactory, UserFactory
from tests.marketing.campaigns import (
    Clock,
    add_variant,
    mail_server,
    owner,
    people,
    purpose,
    sending_campaign,
    work,
)

pytestmark = pytest.mark.django_db


def scheduled(**given: Any) -> Campaign:
    campaign: Campaign = CampaignFactory(state=CampaignState.SCHEDULED, **given)
    return campaign


def agreed(campaign: Campaign) -> Campaign:
    """As it was when it was set to go."""
    campaign.refresh_from_db()
    Sending.objects.create(campaign=campaign, fingerprint=fingerprint(campaign))
    return campaign


def segment_of(contacts: list[Contact]) -> Segment:
    segment: Segment = SegmentFactory()
    SegmentMember.objects.bulk_create(
        SegmentMember(segment=segment, contact=each, since=timezone.now()) for each in contacts
    )
    return segment


def merge(contact: Contact, *, into: Contact) -> None:
    merge_records(
        kind=record_types["crm.contact"],
        survivor=into.pk,
        losers=[contact.pk],
        winners={},
        by=owner(),
        at=timezone.now(),
    )


@contextmanager
def small_turns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(gathering, "AT_ONCE", 5)
        yield


def test_a_campaign_whose_segment_was_erased_does_not_begin() -> None:
    campaign, segment = scheduled(), SegmentFactory()
    campaign.segments.add(segment)
    agreed(campaign)
    segment.delete()
    look_after(at=timezone.now())
    campaign.refresh_from_db()
    assert (campaign.state, campaign.paused_for) == (CampaignState.DRAFT, CHANGED)
    assert not campaign.recipients.exists()


def test_a_campaign_that_follows_others_than_agreed_does_not_begin() -> None:
    campaign = agreed(scheduled(follows=CampaignFactory(), follow_up=FollowUp.CLICKED))
    Campaign.objects.filter(pk=campaign.pk).update(follow_up=FollowUp.OPENED)
    look_after(at=timezone.now())
    campaign.refresh_from_db()
    assert (campaign.state, campaign.paused_for) == (CampaignState.DRAFT, CHANGED)


def test_a_campaign_that_was_given_to_somebody_else_does_not_begin() -> None:
    """The audience is what the owner sees: another one would write to others."""
    campaign = agreed(scheduled(owner=UserFactory()))
    Campaign.objects.filter(pk=campaign.pk).update(owner=owner())
    look_after(at=timezone.now())
    campaign.refresh_from_db()
    assert (campaign.state, campaign.paused_for) == (CampaignState.DRAFT, CHANGED)


def test_saving_what_was_read_before_it_was_scheduled_takes_nothing_back() -> None:
    campaign = CampaignFactory(owner=owner())
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.SCHEDULED)
    campaign.name = "News of May"
    save_campaign(campaign=campaign, by=owner(), at=timezone.now())
    campaign.refresh_from_db()
    assert (campaign.name, campaign.state) == ("News of May", CampaignState.SCHEDULED)
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.SENDING, gathered_to=7)
    with pytest.raises(Refused):
        save_campaign(campaign=campaign, by=owner(), at=timezone.now())


def test_a_segment_that_is_erased_while_people_are_gathered_makes_it_nobody_elses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contacts = people(24, purpose())
    campaign, segment = sending_campaign(), segment_of(contacts[:12])
    campaign.segments.add(segment)
    agreed(campaign)
    with small_turns(monkeypatch), mail_server() as sink:
        assert gather_some(campaign.pk, at=timezone.now())
        segment.delete()
        campaign = work(campaign)
        assert (campaign.state, campaign.paused_for) == (CampaignState.PAUSED, SEGMENT_GONE)
        resume_campaign(campaign=campaign, by=owner())
        campaign = work(campaign)
    assert campaign.state == CampaignState.SENT
    assert set(sink.counts) == {each.email for each in contacts[:5]}


def test_contacts_that_are_merged_while_people_are_gathered_are_gathered_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contacts = people(12, purpose())
    campaign = agreed(sending_campaign())
    with small_turns(monkeypatch), mail_server() as sink:
        assert gather_some(campaign.pk, at=timezone.now())
        # The one that stays comes later, and brings the recipient of the other one along.
        merge(contacts[0], into=contacts[8])
        campaign = work(campaign)
    assert campaign.state == CampaignState.SENT
    assert set(sink.counts) == {each.email for each in contacts[1:]}
    assert set(sink.counts.values()) == {1}


def test_who_becomes_one_with_somebody_who_was_written_to_gets_nothing_more() -> None:
    written, waits = people(2, purpose())
    campaign = sending_campaign()
    with mail_server() as sink:
        gather_some(campaign.pk, at=timezone.now())
        later = timezone.now() + timedelta(hours=1)
        campaign.recipients.filter(contact=waits).update(due_at=later)
        work(campaign)
        merge(written, into=waits)
        campaign.recipients.update(due_at=timezone.now())
        campaign = work(campaign)
    assert campaign.state == CampaignState.SENT
    assert sink.counts == {written.email: 1}
    [recipient] = campaign.recipients.all()
    assert (recipient.contact, recipient.address) == (waits, written.email)


def test_who_becomes_one_with_somebody_who_was_left_out_gets_the_message() -> None:
    """Two with one address: one of them gets it, and stays to get it whichever of the two remains."""
    first, second = people(2, purpose())
    second.email = first.email
    second.save()
    campaign = sending_campaign()
    gather_some(campaign.pk, at=timezone.now())
    assert campaign.recipients.get(contact=second).state == RecipientState.SKIPPED
    merge(first, into=second)
    with mail_server() as sink:
        campaign = work(campaign)
    assert sink.counts == {first.email: 1}


def test_who_becomes_another_between_claim_and_message_gets_it() -> None:
    first, second = people(2, purpose())
    Consent.objects.filter(contact=second).delete()
    campaign, clock = sending_campaign(), Clock()
    gather_some(campaign.pk, at=clock())
    rows = claims.claim(campaign, "worker", 5, at=clock())
    merge(first, into=second)
    writer = Writer.of(campaign, mail_settings())
    assert writer.write("worker", rows, at=clock()) == []
    with mail_server() as sink:
        campaign = work(campaign, clock)
    assert sink.counts == {second.email: 1}


def test_a_winner_waits_until_everybody_is_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is gathered after the decision would wait for it for ever."""
    people(12, purpose())
    campaign = sending_campaign(decision=Decision.WINNER, test_share="0.5")
    add_variant(campaign, "B")
    agreed(campaign)
    winner = campaign.variants.get(letter="B")
    with small_turns(monkeypatch), mail_server() as sink:
        assert gather_some(campaign.pk, at=timezone.now())
        with pytest.raises(Refused, match="still being gathered"):
            choose_winner(campaign=campaign, variant=winner, by=owner(), at=timezone.now())
        campaign = work(campaign)
        choose_winner(campaign=campaign, variant=winner, by=owner(), at=timezone.now())
        campaign = work(campaign)
    assert campaign.state == CampaignState.SENT
    assert len(sink.counts) == 12
    arms = Counter(campaign.recipients.values_list("arm", "state"))
    assert set(arms) == {(Arm.TEST, RecipientState.SENT), (Arm.REST, RecipientState.SENT)}


def test_a_copy_goes_to_the_same_segments_also_to_those_one_does_not_see() -> None:
    unseen = SegmentFactory(owner=owner())
    campaign = CampaignFactory(owner=owner())
    campaign.segments.add(unseen)
    campaign.excluded.add(unseen)
    grants = {f"marketing.campaign.{action}": Reach.ALL for action in ("view", "create", "edit")}
    own = {f"{kind}.view": Reach.OWN for kind in ("marketing.segment", "crm.contact")}
    copier = UserFactory(roles=[RoleFactory(grants=grants | own)])
    copy = duplicate_campaign(campaign=campaign, by=copier, at=timezone.now())
    assert not Segment.objects.visible_to(copier).filter(pk=unseen.pk).exists()
    assert [*copy.segments.all(), *copy.excluded.all()] == [unseen, unseen]
