"""A changed or new lead gets its score within a minute, without training."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.models import StaleScore
from analytics.tasks import rescore
from core.jobs.questions import ask
from core.models import ModelVersion, User
from core.services.records import save_record
from crm.choices import ActivityKind, InteractionKind, LeadStatus
from crm.models import Activity, Lead, LeadScore
from crm.services.interactions import NewInteraction, record_interactions
from crm.services.leads import save_lead, set_lead_status
from tests.analytics.leads import make_leads
from tests.factories import ContactFactory, LeadFactory
from tests.running import carry_out

pytestmark = pytest.mark.django_db
KIND = "analytics.lead_score"


@pytest.fixture
def trained() -> ModelVersion:
    make_leads(500, closed=True, seed=1)
    make_leads(3, closed=False, seed=2)
    run = carry_out(ask(kind=KIND, as_of=timezone.now() - timedelta(hours=1)))
    assert run.model_version is not None
    return run.model_version


def waiting() -> set[int]:
    return set(StaleScore.objects.values_list("pk", flat=True))


def test_new_and_changed_leads_are_scored(trained: ModelVersion, administrator: User) -> None:
    before = {score.lead_id: score for score in LeadScore.objects.all()}
    changed = Lead.objects.open().first()
    changed.custom = changed.custom | {"visits": 12, "plan": "Enterprise"}
    changed.source = "Referral"
    save_record(record=changed, by=administrator)
    new = save_lead(
        lead=Lead(source="Cold list"),
        person={"name": "Ada"},
        company=None,
        by=administrator,
        at=timezone.now(),
    )
    assert waiting() == {changed.pk, new.pk}
    rescore()
    assert waiting() == set()
    after = {score.lead_id: score for score in LeadScore.objects.all()}
    assert set(after) == set(before) | {new.pk}
    assert after[changed.pk].score > before[changed.pk].score
    assert (after[new.pk].version, after[new.pk].run) == (trained, None)
    untouched = set(before) - {changed.pk}
    assert all(after[pk].as_of == before[pk].as_of for pk in untouched)
    assert ModelVersion.objects.count() == 1


def test_what_people_and_colleagues_do_makes_a_score_stale(administrator: User) -> None:
    contact = ContactFactory(owner=administrator)
    lead = LeadFactory(contact=contact, owner=administrator)
    LeadFactory(contact=contact, status=LeadStatus.LOST)
    LeadFactory(owner=administrator)
    at = timezone.now()
    record_interactions([NewInteraction(contact.pk, InteractionKind.VISIT, at)])
    assert waiting() == {lead.pk}, "an open lead of the person"
    StaleScore.objects.all().delete()
    contact.job_title = "Head"
    save_record(record=contact, by=administrator)
    assert waiting() == {lead.pk}
    StaleScore.objects.all().delete()
    save_record(record=Activity(lead=lead, kind=ActivityKind.CALL, at=at), by=administrator)
    assert waiting() == {lead.pk}
    StaleScore.objects.all().delete()
    lead.company.industry = "Food"
    save_record(record=lead.company, by=administrator)
    assert waiting() == {lead.pk}


def test_closed_leads_keep_their_score(trained: ModelVersion, administrator: User) -> None:
    lead = Lead.objects.open().first()
    lead.source = "Fair"
    save_record(record=lead, by=administrator)
    set_lead_status(lead=lead, status=LeadStatus.LOST, by=administrator, at=timezone.now())
    before = LeadScore.objects.get(lead=lead).as_of
    rescore()
    assert LeadScore.objects.get(lead=lead).as_of == before
    assert waiting() == set()


def test_leads_wait_while_a_run_scores_all(trained: ModelVersion, administrator: User) -> None:
    lead = Lead.objects.open().first()
    lead.source = "Fair"
    save_record(record=lead, by=administrator)
    run = ask(kind=KIND, scope={"trains": False}, as_of=timezone.now())
    rescore()
    assert waiting() == {lead.pk}
    carry_out(run)
    assert waiting() == set(), "the run has scored it as it is"


def test_change_after_the_scoring_still_waits(trained: ModelVersion, administrator: User) -> None:
    lead = Lead.objects.open().first()
    run = ask(kind=KIND, scope={"trains": False}, as_of=timezone.now() - timedelta(minutes=1))
    lead.source = "Fair"
    save_record(record=lead, by=administrator)
    carry_out(run)
    assert waiting() == {lead.pk}


def test_without_a_version_nothing_waits_for_ever(administrator: User) -> None:
    lead = LeadFactory(owner=administrator, source="Web")
    lead.source = "Fair"
    save_record(record=lead, by=administrator)
    assert waiting() == {lead.pk}
    rescore()
    assert waiting() == set()
    assert not LeadScore.objects.exists()
