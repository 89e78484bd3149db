"""The score of a lead set by hand on its page, given back there and in the list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import Reach
from core.models import AuditEvent, ChangeSet, User
from crm.models import Lead, LeadScore
from tests.factories import LeadFactory, LeadScoreFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}
GRANTS = {"crm.lead.view": Reach.ALL, "crm.lead.edit": Reach.ALL}
FORM = {"score": "85", "grade": "", "reason": "Met them at the fair", "seen": ""}


@pytest.fixture
def lead(sales: User) -> Lead:
    score = LeadScoreFactory(
        lead__owner=sales, lead__contact=None, lead__company=None, score=43, grade="C"
    )
    made: Lead = score.lead
    return made


def url(lead: Lead, act: str = "set") -> str:
    return reverse(f"lead_score_{act}", args=[lead.pk])


def counted(lead: Lead) -> int:
    return LeadScore.objects.get(lead=lead).counted_score


def page_of(client: Client, lead: Lead, tab: str = "") -> str:
    return client.get(lead.get_absolute_url(), {"tab": tab} if tab else None).content.decode()


def test_score_is_set_shown_and_given_back(lead: Lead, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    assert url(lead) in page_of(client, lead)
    assert url(lead, "release") not in page_of(client, lead)
    answer = client.post(url(lead), FORM)
    assert (answer.status_code, answer["Location"]) == (302, lead.get_absolute_url())
    page = page_of(client, lead)
    assert "The score is 85 now, set by hand." in page
    assert f"Set by {sales.display_name} on" in page
    assert "Met them at the fair" in page
    assert "the model says 43, grade C" in page
    client.post(url(lead, "release"))
    page = page_of(client, lead)
    assert "The model&#x27;s score counts again." in page
    assert "the model says 43" not in page
    assert f"Set by {sales.display_name} on" not in page
    assert counted(lead) == 43


def test_grade_gives_the_middle_of_its_scores(lead: Lead, sales: User, log_in: LogIn) -> None:
    log_in(sales).post(url(lead), {**FORM, "score": "", "grade": "A"})
    assert counted(lead) == 90


REFUSED = [
    ({"score": "101"}, "less than or equal to 100"),
    ({"score": "x"}, "whole number"),
    ({"score": ""}, "Give a score or a grade."),
    ({"grade": "D"}, "is not of this grade"),
    ({"reason": ""}, "This field is required"),
    ({"reason": " "}, "This field is required"),
]


@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_form_says_what_is_missing(
    lead: Lead, sales: User, log_in: LogIn, given: dict[str, str], said: str
) -> None:
    answer = log_in(sales).post(url(lead), {**FORM, **given})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert counted(lead) == 43


def test_dialog_and_page(lead: Lead, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    page, dialog = client.get(url(lead)), client.get(url(lead), headers=HTMX)
    assert b"<html" in page.content
    assert b"<dialog" in dialog.content
    assert b"<html" not in dialog.content
    done = client.post(url(lead), FORM, headers=HTMX)
    assert (done.status_code, done["HX-Redirect"]) == (204, lead.get_absolute_url())


def test_two_who_set_it_at_once(lead: Lead, sales: User, manager: User, log_in: LogIn) -> None:
    """The second read the form before the first had sent theirs."""
    log_in(manager).post(url(lead), {**FORM, "score": "20", "reason": "No budget"})
    answer = log_in(sales).post(url(lead), FORM)
    assert answer.status_code == 422
    assert "No budget" in answer.content.decode()
    assert counted(lead) == 20
    lead.refresh_from_db()
    assert lead.hand_at is not None
    seen = log_in(sales).get(url(lead)).context["form"].initial["seen"]
    log_in(sales).post(url(lead), {**FORM, "seen": seen})
    assert counted(lead) == 85


def test_who_may_not(lead: Lead, log_in: LogIn) -> None:
    viewer = UserFactory(roles=[RoleFactory(grants={"crm.lead.view": Reach.ALL})])
    locked = UserFactory(roles=[RoleFactory(grants=GRANTS, locks=["crm.lead.score"])])
    blind = UserFactory(roles=[RoleFactory(grants=GRANTS, hides=["crm.lead.score"])])
    own = UserFactory(roles=[RoleFactory(grants=dict.fromkeys(GRANTS, Reach.OWN))])
    for user, status in ((viewer, 403), (locked, 403), (blind, 403), (own, 404)):
        client = log_in(user)
        assert client.get(url(lead)).status_code == status
        assert client.post(url(lead), FORM).status_code == status
        assert client.post(url(lead, "release")).status_code == status
    assert counted(lead) == 43
    for user in (viewer, locked):
        page = page_of(log_in(user), lead)
        assert "Why this score" in page
        assert url(lead) not in page


def test_hidden_score_hides_the_hand_as_well(lead: Lead, sales: User, log_in: LogIn) -> None:
    log_in(sales).post(url(lead), FORM)
    blind = UserFactory(roles=[RoleFactory(grants=GRANTS, hides=["crm.lead.score"])])
    client = log_in(blind)
    for tab in ("", "changes"):
        page = page_of(client, lead, tab)
        assert "Met them" not in page
        assert "set by hand" not in page.lower()
        assert 'class="ring' not in page
    for field in ("hand_score", "hand_reason", "model_score", "grade"):
        answer = client.get(reverse("lead_list"), {"if": f"{field}:set"})
        assert "There is no field" in answer.content.decode()


def test_timeline_and_changes_tell_it(lead: Lead, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    client.post(url(lead), FORM)
    for tab in ("", "changes"):
        page = page_of(client, lead, tab)
        assert "Score set by hand" in page
        assert "Met them at the fair" in page
    assert AuditEvent.objects.filter(action="score.set", object_id=lead.pk).count() == 1


def test_list_shows_sorts_and_filters_by_what_a_person_set(
    lead: Lead, sales: User, log_in: LogIn
) -> None:
    other = LeadScoreFactory(lead__owner=sales, score=60, grade="B").lead
    client = log_in(sales)

    def listed(**asked: str) -> list[int]:
        found = client.get(reverse("lead_list"), asked)
        return [line.row.pk for line in found.context["lines"]]

    assert listed(sort="-score") == [other.pk, lead.pk]
    client.post(url(lead), FORM)
    assert listed(sort="-score") == [lead.pk, other.pk]
    assert listed(sort="grade") == [lead.pk, other.pk]
    assert listed(**{"if": "score:at_least:80"}) == [lead.pk]
    assert listed(**{"if": "grade:is:A"}) == [lead.pk]
    assert listed(**{"if": "hand_score:set"}) == [lead.pk]
    assert listed(**{"if": "model_score:at_most:50"}) == [lead.pk]
    page = client.get(reverse("lead_list"), {"columns": "score,grade"}).content.decode()
    assert "Set by hand; the model says 43." in page
    assert "p-ok" in page


def test_scores_are_given_back_in_the_list_and_undone(
    lead: Lead, sales: User, log_in: LogIn
) -> None:
    client = log_in(sales)
    client.post(url(lead), FORM)
    untouched = LeadScoreFactory(lead__owner=sales, score=60, grade="B").lead
    bulk = reverse("bulk_change", args=["crm.lead", "score.release"])
    assert bulk in client.get(reverse("lead_list")).content.decode()
    form = {"ids": [lead.pk, untouched.pk], "address": ""}
    asked = client.post(bulk, form)
    assert "Give the score of 2 leads back to the model?" in asked.content.decode()
    assert counted(lead) == 85
    client.post(bulk, {**form, "apply": "1"})
    assert counted(lead) == 43
    change_set = ChangeSet.objects.get(action="score.release")
    assert change_set.count == 1
    assert (
        "Given back to the model: the score of 1 lead."
        in client.get(reverse("change_detail", args=[change_set.pk])).content.decode()
    )
    client.post(reverse("change_undo", args=[change_set.pk]))
    assert counted(lead) == 85
    lead.refresh_from_db()
    assert lead.hand_reason == "Met them at the fair"


def test_bulk_is_for_leads_and_for_whoever_may(lead: Lead, sales: User, log_in: LogIn) -> None:
    bulk = reverse("bulk_change", args=["crm.lead", "score.release"])
    locked = UserFactory(roles=[RoleFactory(grants=GRANTS, locks=["crm.lead.score"])])
    client = log_in(locked)
    assert bulk not in client.get(reverse("lead_list")).content.decode()
    client.post(bulk, {"ids": [lead.pk], "apply": "1"})
    assert ChangeSet.objects.count() == 0
    elsewhere = reverse("bulk_change", args=["crm.contact", "score.release"])
    assert log_in(sales).post(elsewhere, {"ids": [1], "apply": "1"}).status_code == 404
    setting = reverse("bulk_change", args=["crm.lead", "score.set"])
    assert log_in(sales).post(setting, {"ids": [lead.pk], "apply": "1"}).status_code == 404


def test_lead_without_any_score_can_be_given_one(sales: User, log_in: LogIn) -> None:
    lead = LeadFactory(owner=sales, contact=None, company=None)
    client = log_in(sales)
    client.post(url(lead), FORM)
    page = page_of(client, lead)
    assert "the model has not scored this lead yet" in page
    assert client.get(reverse("lead_list")).status_code == 200
    assert client.get(reverse("home")).status_code == 200
    client.post(url(lead, "release"))
    assert "No score yet" in page_of(client, lead)


def test_score_by_rules_can_be_set_and_given_back_too(
    lead: Lead, sales: User, log_in: LogIn
) -> None:
    rules = {"algorithm": "points_rules", "parameters": {"limits": {"fit": 60, "engagement": 40}}}
    type(lead.score.version).objects.update(**rules)
    LeadScore.objects.update(
        probability=None, low=None, high=None, fit=30, engagement=13, cell="B3", reasons=[]
    )
    client = log_in(sales)
    assert url(lead) in page_of(client, lead)
    client.post(url(lead), FORM)
    page = page_of(client, lead)
    assert "Set by hand; the rules say 43, grade C" in page
    assert f"Set by {sales.display_name} on" in page
    client.post(url(lead, "release"))
    assert "the rules say 43" not in page_of(client, lead)
    assert counted(lead) == 43


def test_stale_and_superseded_scores_say_so(lead: Lead, sales: User, log_in: LogIn) -> None:
    score, client = lead.score, log_in(sales)
    assert "Another version serves by now" in page_of(client, lead)
    type(score.version).objects.filter(pk=score.version_id).update(state="champion")
    page = page_of(client, lead)
    assert "Another version serves by now" not in page
    assert "older than the nightly run" in page
    LeadScore.objects.update(as_of=timezone.now() - timedelta(hours=20))
    assert "older than the nightly run" not in page_of(client, lead)


def test_page_says_how_the_range_was_made(lead: Lead, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    version: Any = lead.score.version
    type(version).objects.filter(pk=version.pk).update(algorithm="logistic_regression")
    assert "how sure the regression is" in page_of(client, lead)
    type(version).objects.filter(pk=version.pk).update(algorithm="gradient_boosting")
    assert "leads with nearly the same chance" in page_of(client, lead)
