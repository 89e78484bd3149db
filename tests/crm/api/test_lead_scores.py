"""The score of a lead by program: read with reasons, set, given back."""

import pytest

from core.choices import Reach
from core.models import User
from crm.models import Lead, LeadScore
from tests.core.api.callers import Caller
from tests.factories import LeadFactory, LeadScoreFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

GRANTS = {"crm.lead.view": Reach.ALL, "crm.lead.edit": Reach.ALL}
REASONS = [
    {"field": "crm.lead.source", "value": "Fair", "points": 12.0},
    {"field": "crm.lead.city", "value": "Ulm", "points": -3.0},
]


@pytest.fixture
def lead() -> Lead:
    score = LeadScoreFactory(score=43, grade="C", reasons=REASONS, rest_points=1.5)
    made: Lead = score.lead
    return made


def caller(**role: list[str]) -> Caller:
    return Caller(UserFactory(name="Ann", roles=[RoleFactory(grants=GRANTS, **role)]))


def test_score_is_told_with_its_reasons(lead: Lead) -> None:
    told = caller().get(f"leads/{lead.pk}/score/").json()
    assert (told["score"], told["grade"], told["by_hand"]) == (43, "C", None)
    assert (told["chance"], told["low"], told["high"]) == (0.4, 0.3, 0.5)
    assert told["version"] == lead.score.version.number
    assert [(it["label"], it["value"], it["points"]) for it in told["reasons"]] == [
        ("Source", "Fair", 12.0),
        ("City", "Ulm", -3.0),
    ]
    assert told["rest_points"] == 1.5


def test_hidden_field_is_no_reason(lead: Lead) -> None:
    told = caller(hides=["crm.lead.source"]).get(f"leads/{lead.pk}/score/").json()
    assert [it["field"] for it in told["reasons"]] == ["crm.lead.city"]
    assert told["rest_points"] == 13.5


def test_score_is_set_and_given_back(lead: Lead) -> None:
    ann = caller()
    told = ann.post(f"leads/{lead.pk}/score/set/", {"score": 85, "reason": "Met them"}).json()
    assert (told["score"], told["grade"]) == (85, "A")
    assert (told["model_score"], told["model_grade"]) == (43, "C")
    assert told["by_hand"]["reason"] == "Met them"
    assert told["by_hand"]["by"] == "Ann"
    record = ann.get(f"leads/{lead.pk}/").json()
    assert (record["score"], record["grade"], record["model_score"]) == (85, "A", 43)
    assert (record["hand_score"], record["hand_reason"]) == (85, "Met them")
    told = ann.post(f"leads/{lead.pk}/score/release/").json()
    assert (told["score"], told["by_hand"]) == (43, None)


def test_grade_is_taken_too(lead: Lead) -> None:
    told = caller().post(f"leads/{lead.pk}/score/set/", {"grade": "B", "reason": "x"}).json()
    assert (told["score"], told["grade"]) == (70, "B")


BAD = [
    {},
    {"score": 85},
    {"reason": "x"},
    {"score": 101, "reason": "x"},
    {"score": True, "reason": "x"},
    {"score": "85", "reason": "x"},
    {"grade": "E", "reason": "x"},
    {"grade": ["A"], "reason": "x"},
    {"score": 85, "grade": "A", "reason": "x"},
    {"score": 85, "reason": " "},
    {"score": 85, "reason": 5},
    {"score": 85, "reason": "x" * 301},
]


@pytest.mark.parametrize("body", BAD)
def test_what_is_no_score_is_refused(lead: Lead, body: dict[str, object]) -> None:
    assert caller().post(f"leads/{lead.pk}/score/set/", body).status_code == 422
    assert LeadScore.objects.get().counted_score == 43


def test_lead_without_a_score(administrator: User) -> None:
    ann = Caller(administrator)
    lead = LeadFactory()
    told = ann.get(f"leads/{lead.pk}/score/").json()
    assert (told["score"], told["grade"], told["version"], told["reasons"]) == (
        None,
        None,
        None,
        [],
    )
    told = ann.post(f"leads/{lead.pk}/score/set/", {"score": 5, "reason": "x"}).json()
    assert (told["score"], told["model_score"], told["chance"]) == (5, None, None)
    assert ann.get(f"leads/{lead.pk}/").json()["score"] == 5


def test_whoever_may_not_see_or_change_it(lead: Lead) -> None:
    hidden, locked = caller(hides=["crm.lead.score"]), caller(locks=["crm.lead.score"])
    assert hidden.get(f"leads/{lead.pk}/score/").status_code == 403
    assert "hand_score" not in hidden.get(f"leads/{lead.pk}/").json()
    assert locked.get(f"leads/{lead.pk}/score/").status_code == 200
    body = {"score": 85, "reason": "x"}
    for who in (hidden, locked):
        assert who.post(f"leads/{lead.pk}/score/set/", body).status_code == 403
        assert who.post(f"leads/{lead.pk}/score/release/").status_code == 403
    own = UserFactory(roles=[RoleFactory(grants=dict.fromkeys(GRANTS, Reach.OWN))])
    assert Caller(own).get(f"leads/{lead.pk}/score/").status_code == 404
    assert Caller(own).post(f"leads/{lead.pk}/score/set/", body).status_code == 404


def test_fields_that_nobody_writes_as_a_record(lead: Lead) -> None:
    for field, value in (("hand_score", 5), ("model_score", 5), ("chance_low", 0.1)):
        assert caller().patch(f"leads/{lead.pk}/", {field: value}).status_code == 422
