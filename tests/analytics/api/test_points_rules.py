"""Points rules by program: the same rules, the same refusals as on the pages."""

from typing import Any

import pytest

from analytics.models import PointsRule
from core.models import User
from tests.core.api.callers import Caller
from tests.factories import PointsRuleFactory

pytestmark = pytest.mark.django_db

SOURCE = {"field": "source", "operator": "is", "value": ["Fair"]}


@pytest.fixture
def caller(administrator: User) -> Caller:
    return Caller(administrator)


def test_rules_are_told_with_what_they_say(caller: Caller) -> None:
    rule = PointsRuleFactory(name="Fair", condition=SOURCE)
    told = caller.get("points-rules/").json()["results"]
    assert told == [caller.get(f"points-rules/{rule.pk}/").json()]
    assert told[0] == {
        "id": rule.pk,
        "name": "Fair",
        "group": "fit",
        "points": 10,
        "condition": SOURCE,
        "behaviour": "",
        "kinds": [],
        "days": None,
        "half_life": None,
        "most_times": None,
        "most_points": None,
        "is_enabled": True,
        "says": "Source is Fair",
    }


def test_rules_are_added_changed_and_deleted(caller: Caller) -> None:
    counted = {"group": "engagement", "points": 5, "behaviour": "interaction", "kinds": ["click"]}
    made = caller.post("points-rules/", counted).json()
    assert made["says"] == "Each time: Link clicked"
    changed = caller.patch(f"points-rules/{made['id']}/", {"half_life": 20, "points": 7}).json()
    assert (changed["half_life"], changed["points"], changed["kinds"]) == (20, 7, ["click"])
    assert caller.delete(f"points-rules/{made['id']}/").status_code == 204
    assert caller.get(f"points-rules/{made['id']}/").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"group": "fit", "points": 5},
        {"group": "luck", "points": 5},
        {"group": "fit", "points": "5", "condition": SOURCE},
        {"group": "fit", "points": True, "condition": SOURCE},
        {"group": "fit", "points": 5, "condition": []},
        {"group": "fit", "points": 5, "condition": {**SOURCE, "field": "nothing"}},
        {"group": "fit", "points": 5, "behaviour": "interaction"},
        {"group": "engagement", "points": 5, "behaviour": "interaction", "half_life": 10**9},
        {"group": "engagement", "points": 5, "behaviour": "dance"},
        {"group": "engagement", "points": 5, "behaviour": "interaction", "kinds": [1]},
        {"group": "fit", "points": 5, "condition": SOURCE, "colour": "red"},
    ],
)
def test_what_makes_no_sense_is_refused(caller: Caller, body: Any) -> None:
    assert caller.post("points-rules/", body).status_code == 422
    assert not PointsRule.objects.exists()


def test_rule_on_a_hidden_field_tells_nothing_of_it(manager: User) -> None:
    rule = PointsRuleFactory(name="Fair ones", condition=SOURCE)
    manager.roles.get().field_rules.create(field="crm.lead.source", access="none")
    told = Caller(manager).get(f"points-rules/{rule.pk}/").json()
    assert (told["name"], told["condition"], told["says"]) == ("", {}, None)


def test_who_may_not_train_the_score_only_reads(sales: User) -> None:
    rule, caller = PointsRuleFactory(), Caller(sales)
    assert caller.get("points-rules/").status_code == 200
    assert caller.patch(f"points-rules/{rule.pk}/", {"points": 1}).status_code == 403
    assert caller.delete(f"points-rules/{rule.pk}/").status_code == 403
