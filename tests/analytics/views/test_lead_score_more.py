"""Closed leads like one, and what would raise its score: true, visible to the reader, few queries."""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.jobs import lead_score_training
from analytics.methods.lead_score_fit import fit_lead_score
from analytics.services import serving
from analytics.services.lead_score_cases import more_of
from core.choices import Reach
from core.jobs.questions import ask
from core.models import CustomField, ModelArtifact, ModelVersion, User
from crm.choices import LeadStatus
from crm.models import Lead, LeadScore
from tests.analytics.leads import make_leads
from tests.factories import RoleFactory, TeamFactory, UserFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
GRANTS = {"crm.lead.view": Reach.ALL, "crm.company.view": Reach.ALL}
MOST_QUERIES = 15


@pytest.fixture
def leads(db: None, monkeypatch: pytest.MonkeyPatch) -> list[Lead]:
    """Open leads with scores, the best first; closed ones behind the model, of one method only."""
    one = partial(fit_lead_score, algorithms=("gradient_boosting",))
    monkeypatch.setattr(lead_score_training, "fit_lead_score", one)
    owner = UserFactory(role="sales", team=TeamFactory())
    make_leads(400, closed=True, seed=1, owner=owner)
    make_leads(20, closed=False, seed=2, owner=owner)
    carry_out(ask(kind="analytics.lead_score", as_of=NOW))
    return list(Lead.objects.filter(score__isnull=False).order_by("-score__score"))


def reader(**role: Any) -> User:
    return UserFactory(roles=[RoleFactory(**{"grants": GRANTS, **role})])


def url(lead: Lead) -> str:
    return reverse("lead_score_more", args=[lead.pk])


def mark(*keys: str) -> None:
    CustomField.objects.filter(key__in=keys).update(is_actionable=True)


def test_three_closed_leads_that_are_alike(leads: list[Lead]) -> None:
    lead = leads[0]
    found = more_of(lead, reader())["similar"]
    assert len(found) == 3
    for one in found:
        assert one.lead.status in (LeadStatus.CONVERTED, LeadStatus.LOST)
        assert one.is_won == (one.lead.status == LeadStatus.CONVERTED)
        assert one.same >= 2
        whole = Lead.objects.get(pk=one.lead.pk)
        if any(trait.label == "Source" for trait in one.alike):
            assert whole.source == lead.source
        for trait in one.different:
            assert trait.theirs != trait.ours


def test_most_alike_comes_first(leads: list[Lead]) -> None:
    """A closed twin of an open lead is found."""
    lead = leads[3]
    twin = Lead.objects.closed().order_by("pk").first()
    Lead.objects.filter(pk=lead.pk).update(
        source=twin.source, city=twin.city, custom=twin.custom, company=twin.company
    )
    lead.refresh_from_db()
    found = more_of(lead, reader())["similar"]
    assert found[0].same == found[0].fields
    assert found[0].different == []


def test_what_the_reader_may_not_see_is_left_out(leads: list[Lead]) -> None:
    lead = leads[0]
    first = more_of(lead, reader())["similar"][0].lead
    Lead.objects.filter(pk=first.pk).update(deleted_at=timezone.now())
    again = [one.lead.pk for one in more_of(lead, reader())["similar"]]
    assert first.pk not in again
    assert len(again) == 3
    Lead.objects.filter(pk=again[0]).update(status=LeadStatus.NEW)
    Lead.objects.filter(pk=again[1]).delete()
    rest = [one.lead.pk for one in more_of(lead, reader())["similar"]]
    assert not {*again[:2]} & {*rest}
    own = reader(grants={"crm.lead.view": Reach.OWN})
    assert more_of(lead, own)["similar"] == []
    far = Lead.objects.closed().order_by("pk").last()
    Lead.objects.filter(pk=far.pk).update(owner=own)
    assert [one.lead.pk for one in more_of(lead, own)["similar"]] == [far.pk]


def test_hidden_fields_say_nothing_and_change_nothing(leads: list[Lead]) -> None:
    blind = reader(hides=["crm.lead.source"])
    lead = leads[0]
    before = more_of(lead, blind)["similar"]
    assert before
    labels = {trait.label for one in before for trait in (*one.alike, *one.different)}
    assert "Source" not in labels
    Lead.objects.filter(pk=lead.pk).update(source="Cold list")
    lead.refresh_from_db()
    after = more_of(lead, blind)["similar"]
    assert [one.lead.pk for one in after] == [one.lead.pk for one in before]
    mark("plan")
    assert more_of(lead, reader(hides=["crm.lead.custom.plan"]))["advice"] == []


def test_what_would_raise_it_names_what_people_can_act_on(leads: list[Lead]) -> None:
    worst = leads[-1]
    assert more_of(worst, reader())["advice"] == []
    mark("plan", "visits")
    found = more_of(worst, reader())["advice"]
    assert {one.label for one in found} <= {"Plan", "Visits"}
    assert found
    assert [one.points for one in found] == sorted((one.points for one in found), reverse=True)
    assert all(one.points >= 1 for one in found)


def test_gain_is_what_the_score_becomes(leads: list[Lead]) -> None:
    mark("plan")
    lead = next(it for it in leads[::-1] if it.custom["plan"] != "Enterprise")
    (advice,) = more_of(lead, reader())["advice"]
    assert advice.value == "Enterprise"
    before = LeadScore.objects.get(lead=lead).score
    lead.custom["plan"] = "Enterprise"
    lead.save()
    carry_out(ask(kind="analytics.lead_score", as_of=NOW + timezone.timedelta(hours=1)))
    after = LeadScore.objects.get(lead=lead).score
    assert abs((after - before) - advice.points) <= 3


def test_page_and_part(leads: list[Lead], log_in: LogIn) -> None:
    mark("plan")
    client, lead = log_in(reader()), leads[-1]
    assert url(lead) in client.get(lead.get_absolute_url()).content.decode()
    page = client.get(url(lead))
    part = client.get(url(lead), headers={"HX-Request": "true", "HX-Target": "lead-score-more"})
    for answer in (page, part):
        told = answer.content.decode()
        assert "Similar closed leads" in told
        assert "What would raise it" in told
        assert "no proof" in told
    assert b"<html" in page.content
    assert b"<html" not in part.content


def test_part_takes_few_queries_and_loads_the_model_once(leads: list[Lead], log_in: LogIn) -> None:
    client = log_in(reader())
    client.get(url(leads[0]))
    with CaptureQueriesContext(connection) as queries:
        client.get(url(leads[1]))
    assert len(queries) <= MOST_QUERIES
    assert not any("core_modelartifact" in query["sql"] for query in queries)


def test_artifact_that_was_changed_is_not_used(leads: list[Lead], log_in: LogIn) -> None:
    serving._served.cache_clear()
    ModelArtifact.objects.update(content=b"{}")
    page = log_in(reader()).get(url(leads[0]))
    assert page.status_code == 200
    assert "changed after training" in page.content.decode()
    serving._served.cache_clear()


def test_who_may_not(leads: list[Lead], log_in: LogIn) -> None:
    hidden = reader(hides=["crm.lead.score"])
    own = reader(grants={"crm.lead.view": Reach.OWN})
    for user in (hidden, own):
        assert log_in(user).get(url(leads[0])).status_code == 404


def test_leads_of_which_nothing_can_be_said(leads: list[Lead], log_in: LogIn) -> None:
    client = log_in(reader())
    closed = Lead.objects.closed().first()
    assert "Nothing can be said" in client.get(url(closed)).content.decode()
    lead = leads[0]
    LeadScore.objects.filter(lead=lead).update(score=None, version=None, hand_score=5)
    assert "Nothing can be said" in client.get(url(lead)).content.decode()


def test_versions_of_earlier_releases_have_no_closed_leads(leads: list[Lead]) -> None:
    version = ModelVersion.objects.get()
    served = serving.served(version)
    assert served.cases is not None
    assert set(served.cases.ids) == set(Lead.objects.closed().values_list("pk", flat=True))
    mark("plan")
    older = json.dumps(served.model.to_dict()).encode()
    ModelArtifact.objects.update(content=older)
    ModelVersion.objects.update(artifact_sha256=hashlib.sha256(older).hexdigest())
    found = more_of(leads[-1], reader())
    assert found["similar"] == []
    assert found["advice"]
