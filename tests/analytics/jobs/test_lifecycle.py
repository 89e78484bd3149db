"""The lifecycle from records to a policy, and back onto the records."""

import json
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.utils import timezone

from analytics.jobs.life_refresh import refresh_changed
from analytics.methods.lifecycle.decisions import iterate_policies
from analytics.models import LifecycleTally
from analytics.queries.lifecycle import KIND, SCORES, Policy, policy
from analytics.queries.suggestions import contact_next
from core.conditions import to_q
from core.jobs.questions import ask
from core.models import JobRun, ModelVersion
from core.registries import record_types
from core.services.quality import viewpoint_of_all
from crm.models import CompanyLife, Contact, ContactLife, LifeStage, LifeStay, StaleLife
from crm.services.interactions import NewInteraction, record_interactions
from tests.analytics.lifecycle_company import (
    DISCOUNT,
    NOW,
    ROLES,
    make_stages,
    make_terms,
    simulate,
)
from tests.analytics.methods.lifecycle.company import CLEAR, truth
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    ContactLifetimeFactory,
    DealFactory,
    LeadFactory,
    LifeStageFactory,
    UserFactory,
)
from tests.running import carry_out

pytestmark = pytest.mark.django_db
ACTIONS = ("none", "email", "call", "meeting")


def run_all(as_of=NOW) -> JobRun:
    run = carry_out(ask(kind=KIND, as_of=as_of))
    assert run.state == "succeeded", run.error_text
    return run


def run_scores(as_of=NOW) -> JobRun:
    run = carry_out(ask(kind=SCORES, as_of=as_of))
    assert run.state == "succeeded", run.error_text
    return run


def served() -> Policy:
    found = policy()
    assert found is not None
    return found


def facts() -> list:
    """Everything that runs leave on records."""
    stays = LifeStay.objects.order_by("contact", "since").values_list(
        "contact", "stage", "since", "until", "move", "cause"
    )
    lives = ContactLife.objects.order_by("contact").values_list(
        "contact", "stage", "since", "score", "action", "gain"
    )
    return [list(stays), list(lives), served().told]


@pytest.fixture
def company() -> None:
    make_stages()
    make_terms()
    simulate(150, 12, seed=3)


def optimal() -> tuple[list[str], list[float]]:
    """The best actions of the first four stages, and what these are truly worth."""
    best = iterate_policies(*truth(CLEAR), DISCOUNT)
    return [ACTIONS[action] for action in best.actions[:4]], best.state_values[:4].tolist()


def test_the_policy_of_a_simulated_company_is_optimal() -> None:
    """Known chances and rewards through leads, the trail, activities, purchases and the job."""
    make_stages()
    make_terms()
    simulate(1_200, 4, seed=1)
    run_all()
    found = served()
    assert np.array(found.told["trials"])[:4, :4].min() >= 50
    assert [found.best_of(stage).action for stage in found.stages[:4]] == optimal()[0]
    assert found.told["figures"]["agreement"] < 1e-8


@pytest.mark.acceptance
def test_the_values_of_a_simulated_company_are_right() -> None:
    make_stages()
    make_terms()
    simulate(9_000, 4, seed=1)
    run_all()
    found = served()
    actions, values = optimal()
    said = [found.best_of(stage) for stage in found.stages[:4]]
    assert [each.action for each in said] == actions
    assert [each.value for each in said] == pytest.approx(values, rel=0.05)


def test_moves_are_counted_as_they_happened(company: None) -> None:
    run_all()
    told = served().told
    assert sum(map(sum, told["counts"])) == 150 * 12
    moved = LifeStay.objects.exclude(move=None).values_list("move", flat=True)
    counts = np.array(told["counts"])
    assert len(moved) == counts.sum() - np.trace(counts)
    stages = [stage["pk"] for stage in told["stages"]]
    for before, pk in enumerate(stages):
        for after, other in enumerate(stages):
            if before != after:
                assert list(moved).count(f"{pk}>{other}") == counts[before, after]


def test_nothing_is_recommended_without_evidence(company: None) -> None:
    """150 contacts for a year: most actions were tried in most stages, offers in none."""
    run_all()
    run_scores()
    found = served()
    assert {each["action"] for each in found.told["weighed"]} <= set(ACTIONS)
    assert all(each["trials"] >= 20 for each in found.told["weighed"])
    suggested = ContactLife.objects.exclude(action="")
    assert suggested
    for life in suggested:
        [said] = [each for each in found.weighed_of(life.stage_id) if each.action == life.action]
        assert said.is_worth_it
        assert life.gain > 0


def test_the_same_once_more_changes_nothing(company: None) -> None:
    run_all()
    run_scores()
    before, versions = facts(), ModelVersion.objects.filter(kind=KIND).count()
    again = run_all(NOW + timedelta(minutes=5))
    run_scores(NOW + timedelta(minutes=5))
    assert again.result["moved"] == 0
    assert facts() == before
    assert ModelVersion.objects.filter(kind=KIND).count() == versions
    assert not LifecycleTally.objects.exists()


def test_a_part_that_is_saved_twice_counts_once(company: None) -> None:
    from analytics.jobs.lifecycle import LifecycleJob
    from core.jobs.context import RunContext
    from core.jobs.leases import Lease

    run_all()
    expected = json.dumps(served().told["counts"])
    run = ask(kind=KIND, as_of=NOW + timedelta(minutes=9))
    job = LifecycleJob()
    context = RunContext(run, Lease.__new__(Lease), 5)
    context.step = context.detail = lambda *_args, **_words: None
    plan = job.prepare(context)
    plan.save()
    for _twice in range(2):
        for part in plan.partitions:
            job.save(context, job.compute(context, job.load(context, part)))
    job.finish(context)
    assert json.dumps(served().told["counts"]) == expected


def test_the_replay_says_what_the_condition_engine_says(company: None) -> None:
    """Of the seeded stages, too: the last one whose condition the database finds true."""
    from config.lifecycle import seed_life_stages

    LifeStage.objects.all().delete()
    seed_life_stages()
    for number in range(12):
        contact = ContactFactory(company=CompanyFactory())
        LeadFactory(
            contact=contact,
            status=("new", "qualified", "lost")[number % 3],
            captured_at=NOW - timedelta(days=90 * number),
            closed_at=NOW - timedelta(days=5) if number % 3 == 2 else None,
        )
        if number % 2:
            DealFactory(
                contact=contact,
                status=("won", "lost", "open")[number % 3],
                created_at=NOW - timedelta(days=100 * number + 9),
                closed_at=NOW - timedelta(days=100 * number) if number % 3 < 2 else None,
            )
    run_all()
    view = viewpoint_of_all(NOW)
    expected = {}
    for stage in LifeStage.objects.all():
        holds = Contact.objects.filter(to_q(stage.asked(view), record_types["crm.contact"], view))
        expected |= dict.fromkeys(holds.values_list("pk", flat=True), stage.pk)
    assert dict(ContactLife.objects.values_list("contact", "stage")) == expected
    assert len(set(expected.values())) >= 5


# -- one record ----------------------------------------------------------------------------------


def test_what_happens_moves_a_contact_within_a_minute(company: None) -> None:
    bought = LifeStageFactory(condition={"happened": "interaction", "kinds": ["share"]})
    run_all()
    contact = Contact.objects.first()
    StaleLife.objects.all().delete()
    at = NOW + timedelta(hours=1)
    record_interactions([NewInteraction(contact.pk, "share", NOW + timedelta(minutes=30))])
    StaleLife.objects.update(since=at)
    assert list(StaleLife.objects.values_list("pk", flat=True)) == [contact.pk]
    assert refresh_changed(at=at) == 1
    life = ContactLife.objects.get(pk=contact.pk)
    assert (life.stage, life.since) == (bought, NOW + timedelta(minutes=30))
    stays = LifeStay.objects.filter(contact=contact).order_by("since")
    assert stays.last().cause == "interaction"
    assert stays.filter(until=None).count() == 1
    assert not StaleLife.objects.exists()


def test_time_alone_moves_a_contact() -> None:
    LifeStage.objects.all().delete()
    LifeStageFactory(names={"en": "Everybody"})
    quiet = LifeStageFactory(
        condition={
            "all": [
                {"happened": "interaction"},
                {"not": {"happened": "interaction", "days": 100}},
            ]
        }
    )
    contact = ContactFactory(created_at=NOW - timedelta(days=400))
    record_interactions([NewInteraction(contact.pk, "visit", NOW - timedelta(days=99))])
    run_all()
    assert ContactLife.objects.get().stage != quiet
    run_all(NOW + timedelta(days=2))
    life = ContactLife.objects.get()
    assert life.stage == quiet
    assert LifeStay.objects.get(until=None).cause == "time"
    assert life.since - (NOW + timedelta(days=1)) < timedelta(seconds=1)


def test_a_field_that_changes_does_not_change_the_past() -> None:
    """What a field was is not known; from the first look on it is."""
    LifeStage.objects.all().delete()
    plain = LifeStageFactory()
    heads = LifeStageFactory(
        condition={"field": "job_title", "operator": "contains", "value": "Head"}
    )
    contact = ContactFactory(created_at=NOW - timedelta(days=400), job_title="Buyer")
    run_all()
    Contact.objects.filter(pk=contact.pk).update(job_title="Head of sales")
    later = NOW + timedelta(days=40)
    run_all(later)
    stays = list(LifeStay.objects.order_by("since").values_list("stage", "since", "cause"))
    assert stays == [
        (plain.pk, NOW - timedelta(days=400), "known"),
        (heads.pk, later, "field"),
    ]
    run_all(later + timedelta(days=1))
    assert LifeStay.objects.count() == 2


def test_whoever_holds_for_no_stage_stands_nowhere() -> None:
    LifeStage.objects.all().delete()
    LifeStageFactory(condition={"happened": "lead"})
    ContactFactory(created_at=NOW - timedelta(days=40))
    run_all()
    assert not ContactLife.objects.exists()


# -- companies -----------------------------------------------------------------------------------


def test_a_company_stands_as_far_as_its_furthest_contact(company: None) -> None:
    firm = CompanyFactory()
    by_role = dict(zip(ROLES, LifeStage.objects.order_by("position"), strict=False))
    people = [ContactFactory(company=firm, created_at=NOW - timedelta(days=50)) for _n in range(3)]
    for person, status in zip(people, ("working", "lost", "new"), strict=True):
        LeadFactory(contact=person, status=status, captured_at=NOW - timedelta(days=50))
    run_all()
    run_scores()
    life = CompanyLife.objects.get(company=firm)
    assert life.contact == people[0]
    assert life.stage.role == by_role["early"].role
    assert life.score == ContactLife.objects.filter(contact__company=firm).latest("score").score
    Contact.objects.filter(pk__in=[people[0].pk, people[2].pk]).update(deleted_at=NOW)
    run_scores(timezone.now() + timedelta(minutes=1))
    assert CompanyLife.objects.get(company=firm).contact == people[1]


# -- what is missing -----------------------------------------------------------------------------


def test_without_contacts_or_stages_the_run_says_what_to_do() -> None:
    run = carry_out(ask(kind=KIND, as_of=NOW))
    assert run.state == "insufficient"
    LifeStage.objects.all().delete()
    ContactFactory()
    run = carry_out(ask(kind=KIND, as_of=NOW + timedelta(minutes=1)))
    assert run.state == "insufficient"
    assert "stage" in run.error_text


def test_own_chances_move_the_score(company: None) -> None:
    from tests.factories import LeadScoreFactory

    low, high = (ContactFactory(created_at=NOW - timedelta(days=50)) for _n in range(2))
    for person, chance in ((low, 0.05), (high, 0.6)):
        lead = LeadFactory(contact=person, status="new", captured_at=NOW - timedelta(days=50))
        LeadScoreFactory(lead=lead, probability=chance, low=0, high=1)
    run_all()
    run_scores()
    scores = dict(ContactLife.objects.values_list("contact", "score"))
    assert scores[low.pk] < scores[high.pk]
    assert scores[low.pk] > Decimal(0)


def test_own_chances_to_have_left_move_the_score_and_the_stage_stays_worth_the_same(
    company: None,
) -> None:
    """Of customers of one stage: who has left brings nothing more, and their mean is the stage's."""
    people = [ContactFactory(created_at=NOW - timedelta(days=50)) for _n in range(3)]
    for person in people:
        LeadFactory(contact=person, status="converted", captured_at=NOW - timedelta(days=50))
    there, gone, unknown = people
    ContactLifetimeFactory(contact=there, risk=0.1)
    ContactLifetimeFactory(contact=gone, risk=0.7)
    run_all()
    run_scores()
    lives = {life.pk: life for life in ContactLife.objects.filter(pk__in=[it.pk for it in people])}
    value = policy().value_of(lives[there.pk].stage_id)
    assert policy().usual_risk(lives[there.pk].stage_id) == pytest.approx(0.4)
    assert float(lives[unknown.pk].score) == pytest.approx(value, abs=0.01)
    assert float(lives[there.pk].score) == pytest.approx(value * 0.9 / 0.6, abs=0.01)
    assert float(lives[gone.pk].score) == pytest.approx(value * 0.3 / 0.6, abs=0.01)
    if lives[unknown.pk].gain:
        assert lives[gone.pk].gain < lives[unknown.pk].gain < lives[there.pk].gain
    panel = contact_next(there, UserFactory(role="administrator"))
    assert panel["churn"] == {"risk": 0.1, "usual": pytest.approx(0.4)}
