"""Nobody is written to because a segment has gone."""

import pytest
from django.utils import timezone

from marketing.choices import CampaignState
from marketing.models import Sending
from marketing.services.campaigns.states import CHANGED, fingerprint
from marketing.services.sending.waking import look_after
from tests.factories import CampaignFactory, SegmentFactory

pytestmark = pytest.mark.django_db


def test_a_campaign_whose_segment_was_erased_does_not_begin() -> None:
    campaign, segment = CampaignFactory(state=CampaignState.SCHEDULED), SegmentFactory()
    campaign.segments.add(segment)
    Sending.objects.create(campaign=campaign, fingerprint=fingerprint(campaign))
    segment.delete()
    look_after(at=timezone.now())
    campaign.refresh_from_db()
    assert (campaign.state, campaign.paused_for) == (CampaignState.DRAFT, CHANGED)
    assert not campaign.recipients.exists()
