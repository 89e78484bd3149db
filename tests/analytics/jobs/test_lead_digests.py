"""Owners are told of their leads: at once when one rises, on Mondays what came of the week."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from core.jobs.questions import ask
from core.models import ModelVersion, Notification, User
from crm.choices import LeadStatus, grade_of
from crm.models import Lead, LeadScore
from crm.services.lead_scores import ScoredLead, store_lead_scores
from tests.factories import LeadFactory, ModelVersionFactory, UserFactory
from tests.running import carry_out

pytestmark = pytest.mark.django_db


def scored(lead: Lead, score: int, version: ModelVersion, days_ago: float = 0) -> ScoredLead:
    return ScoredLead(
        lead=lead.pk,
        version=version.pk,
        run=None,
        as_of=timezone.now() - timedelta(days=days_ago),
        score=score,
        grade=str(grade_of(score)),
        probability=score / 100,
        low=0.0,
        high=1.0,
        reasons=[],
        rest_points=0.0,
        average_score=50.0,
    )


@pytest.fixture
def version() -> ModelVersion:
    return ModelVersionFactory(kind="analytics.lead_score", state="champion")


def told(user: User) -> list[str]:
    return [each.text for each in Notification.objects.filter(user=user, kind="lead_grade")]


# -- when a lead crosses a grade -------------------------------------------------------------------


def test_owner_is_told_of_a_rise(sales: User, version: ModelVersion) -> None:
    lead = LeadFactory(owner=sales, contact__name="Ada")
    other = LeadFactory(owner=None)
    store_lead_scores([scored(each, 40, version, 2) for each in (lead, other)])
    assert told(sales) == [], "a first score is no rise"
    store_lead_scores([scored(each, 85, version, 1) for each in (lead, other)])
    assert told(sales) == ["Ada has risen from grade C to A."]
    assert Notification.objects.get().url == lead.get_absolute_url()
    store_lead_scores([scored(lead, 90, version)])
    assert len(told(sales)) == 1, "within a grade nothing has happened"


@pytest.mark.parametrize(("before", "after"), [(85, 40), (10, 40)])
def test_falls_and_poor_grades_are_not_worth_a_word(
    before: int, after: int, sales: User, version: ModelVersion
) -> None:
    lead = LeadFactory(owner=sales)
    store_lead_scores([scored(lead, before, version, 1)])
    store_lead_scores([scored(lead, after, version)])
    assert told(sales) == []


def test_another_version_or_a_person_is_no_rise(sales: User, version: ModelVersion) -> None:
    lead, held = LeadFactory(owner=sales), LeadFactory(owner=sales, hand_score=10)
    store_lead_scores([scored(each, 40, version, 1) for each in (lead, held)])
    store_lead_scores([scored(held, 85, version)])
    newer = ModelVersionFactory(kind="analytics.lead_score", number=99)
    store_lead_scores([scored(lead, 85, newer)])
    assert told(sales) == []


def test_many_rises_are_one_sentence(sales: User, version: ModelVersion) -> None:
    leads = LeadFactory.create_batch(5, owner=sales)
    more = LeadFactory.create_batch(4, owner=sales)
    store_lead_scores([scored(lead, 40, version, 2) for lead in (*leads, *more)])
    store_lead_scores([scored(lead, 85, version) for lead in leads])
    assert told(sales) == ["5 of your leads have risen to a better grade."]
    store_lead_scores([scored(lead, 85, version) for lead in more])
    assert told(sales) == ["9 of your leads have risen to a better grade."]


# -- on Mondays ------------------------------------------------------------------------------------


def send_digests() -> int:
    run = carry_out(ask(kind="analytics.lead_digest", as_of=timezone.now()))
    assert run.state == "succeeded", run.error_text
    return int(run.result.get("letters", 0))


def test_letter_tells_of_the_week(
    version: ModelVersion, django_capture_on_commit_callbacks, settings
) -> None:
    settings.BASE_URL = "https://crm.example"
    owner = UserFactory(role="sales", name="Lena", email="lena@example.org")
    now = timezone.now()
    best, risen, fallen = (
        LeadFactory(owner=owner, contact__name=name, captured_at=now - timedelta(days=30))
        for name in ("Ada", "Ben", "Cem")
    )
    LeadFactory(owner=owner, status=LeadStatus.CONVERTED, closed_at=now - timedelta(days=2))
    LeadFactory(owner=owner, captured_at=now - timedelta(days=1))
    was, now_is = (90, 40, 70), (91, 65, 20)
    for scores, days in ((was, 8), (now_is, 0)):
        rows = zip((best, risen, fallen), scores, strict=True)
        store_lead_scores([scored(lead, score, version, days) for lead, score in rows])
    with django_capture_on_commit_callbacks(execute=True):
        assert send_digests() == 1
    (letter,) = mail.outbox
    assert letter.to == ["lena@example.org"]
    assert letter.subject == "Your leads this week: Ada first"
    assert "you have 4 open leads. Last week: 1 new, 1 converted, 0 lost." in letter.body
    assert f"- Ada: 91 (A) https://crm.example{best.get_absolute_url()}" in letter.body
    assert f"- Ben: C → B https://crm.example{risen.get_absolute_url()}" in letter.body
    assert f"- Cem: B → D https://crm.example{fallen.get_absolute_url()}" in letter.body
    assert "https://crm.example/settings/" in letter.body


def test_letter_is_in_the_language_of_its_reader(
    version: ModelVersion, django_capture_on_commit_callbacks
) -> None:
    owner = UserFactory(role="sales", language="zh-hans")
    store_lead_scores([scored(LeadFactory(owner=owner, contact__name="李雷"), 91, version)])
    with django_capture_on_commit_callbacks(execute=True):
        send_digests()
    assert mail.outbox[0].subject == "本周线索：优先联系 李雷"
    assert "优先联系：" in mail.outbox[0].body


def test_who_does_not_want_it_or_has_nothing_gets_none(
    version: ModelVersion, django_capture_on_commit_callbacks
) -> None:
    unwilling = UserFactory(role="sales", wants_digest=False)
    gone = UserFactory(role="sales", is_active=False)
    UserFactory(role="sales")
    for owner in (unwilling, gone):
        store_lead_scores([scored(LeadFactory(owner=owner), 91, version)])
    with django_capture_on_commit_callbacks(execute=True):
        assert send_digests() == 0
    assert mail.outbox == []


def test_mail_server_that_refuses_stops_nobody(
    version: ModelVersion, django_capture_on_commit_callbacks, settings, caplog
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    owner = UserFactory(role="sales", email="lena@example.org")
    store_lead_scores([scored(LeadFactory(owner=owner), 91, version)])
    with django_capture_on_commit_callbacks(execute=True):
        assert send_digests() == 1
    assert "a letter was not taken" in caplog.text
    assert "lena" not in caplog.text


def test_profile_switches_it_off(sales: User, client: Client) -> None:
    client.force_login(sales)
    form = {"name": sales.name, "language": "en", "time_zone": "UTC", "theme": "auto"}
    assert client.post("/settings/", form).status_code == 302
    sales.refresh_from_db()
    assert sales.wants_digest is False
    assert LeadScore.objects.count() == 0
