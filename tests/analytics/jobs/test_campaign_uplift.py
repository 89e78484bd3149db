"""From past campaigns with people held out to a number at each contact, usable as a condition."""

from datetime import timedelta

import pytest

from analytics.models import CampaignEffect
from analytics.queries.campaigns import KIND, UPLIFT
from core.conditions import Criterion, Viewpoint, checked, to_q
from core.jobs.questions import ask
from core.models import JobRun
from core.registries import record_types
from core.services.model_versions import champion_of
from crm.models import Company, Contact
from marketing.models import ContactUplift, Recipient
from marketing.services.campaigns.assignment import share_of
from tests.analytics.campaigns import campaign, held_out, people, recipient, send
from tests.factories import CompanyFactory, UserFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db


def learn() -> JobRun:
    return carry_out(ask(kind=UPLIFT, as_of=NOW))


def campaign_that_works_in(industry: str, gain: float = 0.4, count: int = 1_600) -> Company:
    """At companies of one industry it makes people buy; elsewhere it changes nothing."""
    of = campaign(holdout_share="0.5", has_told_outcomes=True)
    first, other = CompanyFactory(industry=industry), CompanyFactory(industry="Other")
    who = people(count)
    rows = []
    for place, one in enumerate(who):
        one.company = first if place % 2 else other
        is_held_out = share_of("s", "holdout", place) < 0.5
        reaches = 0.15 + (gain if place % 2 and not is_held_out else 0)
        given = {"converted_at": of.started_at} if share_of("s", "goal", place) < reaches else {}
        rows.append(held_out(of, one, **given) if is_held_out else recipient(of, one, **given))
    Contact.objects.bulk_update(who, ["company"])
    Recipient.objects.bulk_create(rows)
    return first


def test_contacts_are_told_how_much_a_message_changes() -> None:
    company = campaign_that_works_in("Optics")
    run = learn()
    assert run.state == "succeeded", run.error_text
    version = champion_of(UPLIFT)
    assert version is not None
    assert (version.metrics["campaigns"], version.rows) == (1, 1_600)
    inside = ContactUplift.objects.filter(contact__company=company)
    outside = ContactUplift.objects.exclude(contact__company=company)
    assert inside.count() == outside.count() == 800
    assert min(inside.values_list("points", flat=True)) > max(
        outside.values_list("points", flat=True)
    )
    assert inside.first().points == pytest.approx(40, abs=10)
    assert min(inside.values_list("percentile", flat=True)) > 50
    view = Viewpoint(UserFactory(role="administrator"), NOW)
    asked = checked(Criterion("uplift", "at_least", 51), record_types["crm.contact"], view)
    found = Contact.objects.filter(to_q(asked, record_types["crm.contact"], view))
    assert set(found) == set(company.contacts.all())


def test_campaigns_that_say_nothing_take_nothing_from_the_others() -> None:
    """One whose split is broken, one whose contacts are in the bin, one that was cancelled at its beginning."""
    campaign_that_works_in("Optics")
    began = NOW - timedelta(days=19)
    broken = campaign(holdout_share="0.1", started_at=began)
    CampaignEffect.objects.create(
        campaign=broken,
        as_of=NOW,
        run=JobRun.objects.create(kind=KIND, as_of=NOW),
        figures={"split": {"is_broken": True}, "funnel": {"sent": 0}},
    )
    binned, cancelled = campaign(started_at=began), campaign(started_at=began)
    gone = people(200)
    Contact.objects.filter(pk__in=[one.pk for one in gone]).update(deleted_at=NOW)
    there = people(200)
    send(broken, there, control=100)
    send(binned, gone, control=100)
    send(cancelled, there, control=199)
    run = learn()
    assert run.state == "succeeded", run.error_text
    version = champion_of(UPLIFT)
    assert version is not None
    assert (version.metrics["campaigns"], version.rows) == (1, 1_600)


def test_without_a_difference_nothing_is_said_and_what_was_learned_stays() -> None:
    campaign_that_works_in("Optics", gain=0.0)
    run = learn()
    assert run.state == "insufficient"
    assert "not better than chance" in run.error_text
    assert not ContactUplift.objects.exists()


def test_without_people_held_out_it_says_what_to_do() -> None:
    run = learn()
    assert (run.state, "Hold out" in run.error_text) == ("insufficient", True)
