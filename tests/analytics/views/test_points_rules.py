"""The pages of the points rules: read, written, tried out, refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from analytics.models import PointsBook, PointsRule
from core.models import AuditEvent, ModelVersion, User
from tests.factories import (
    CompanyFactory,
    LeadFactory,
    LeadScoreFactory,
    ModelVersionFactory,
    PointsBookFactory,
    PointsRuleFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
URL = "/scoring/points/"
NEW = f"{URL}new/"
SOURCE = {
    "entry": "0",
    "0.field": "source",
    "0.was": "source",
    "0.operator": "is",
    "0.value": "Referral",
}


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def send(client: Client, url: str, **given: Any) -> Any:
    return client.post(url, {"points": "10", "is_enabled": "on", "save": "1", **given})


# -- the list ------------------------------------------------------------------------------------


def test_empty_page_offers_starter_rules(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    assert "Add starter rules" in text_of(client.get(URL))
    assert client.post(f"{URL}starters/").status_code == 302
    rules = list(PointsRule.objects.all())
    assert {rule.group for rule in rules} == {"fit", "engagement"}
    page = text_of(client.get(URL))
    for rule in rules:
        assert rule.name in page
    assert AuditEvent.objects.filter(action="points.rule.create").count() == len(rules)


def test_starter_rules_speak_the_language_of_whoever_asks(manager: User, log_in: LogIn) -> None:
    User.objects.filter(pk=manager.pk).update(language="zh-hans")
    log_in(manager).post(f"{URL}starters/")
    with translation.override("zh-hans"):
        wanted = translation.gettext("Came by recommendation")
    assert PointsRule.objects.filter(name=wanted).exists()


def test_starter_rules_are_for_an_empty_page(manager: User, log_in: LogIn) -> None:
    PointsRuleFactory()
    log_in(manager).post(f"{URL}starters/")
    assert PointsRule.objects.count() == 1


def test_page_says_of_how_many_leads_each_rule_holds_and_how_the_grid_fills(
    manager: User, log_in: LogIn
) -> None:
    PointsRuleFactory(points=40, name="Friends")
    PointsRuleFactory(points=20, is_enabled=False, name="Resting")
    LeadFactory.create_batch(2, source="Referral", owner=manager)
    LeadFactory(source="Web", owner=manager)
    page = text_of(log_in(manager).get(URL))
    assert "2 of 3 leads" in page
    assert "All 3 open leads" in page
    assert 'title="A4">2<' in page
    assert 'title="D4">1<' in page
    assert "out of use" in page


def test_sample_is_bounded_and_says_so(
    manager: User, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.pages.points_trials.SAMPLE", 2)
    PointsRuleFactory()
    LeadFactory.create_batch(3, source="Referral", owner=manager)
    page = text_of(log_in(manager).get(URL))
    assert "2 of 2 leads" in page
    assert "The newest 2 open leads" in page


def test_more_rules_and_leads_cost_no_more_queries(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    counted = {"group": "engagement", "behaviour": "interaction", "condition": {}}
    PointsRuleFactory()
    PointsRuleFactory(**counted)
    LeadFactory(source="Referral")
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    PointsRuleFactory.create_batch(4)
    PointsRuleFactory.create_batch(4, **counted, kinds=["visit"])
    LeadFactory.create_batch(5, source="Referral")
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(many) == len(few) <= 15


def test_leads_out_of_reach_are_not_counted(sales: User, log_in: LogIn) -> None:
    PointsRuleFactory()
    LeadFactory(source="Referral", owner=sales)
    LeadFactory.create_batch(3, source="Referral")
    assert "1 of 1 leads" in text_of(log_in(sales).get(URL))


def test_rule_on_a_hidden_field_is_not_told(sales: User, log_in: LogIn) -> None:
    PointsRuleFactory(
        name="Rich ones", condition={"field": "budget", "operator": "more_than", "value": 5}
    )
    LeadFactory(owner=sales, budget=10)
    assert "Rich ones" in text_of(log_in(sales).get(URL))
    sales.roles.get().field_rules.create(field="crm.lead.budget", access="none")
    page = text_of(log_in(sales).get(URL))
    assert "Rich ones" not in page
    assert "of 1 leads" not in page


def test_page_says_what_serves(manager: User, log_in: LogIn) -> None:
    PointsRuleFactory()
    client = log_in(manager)
    assert "A score can be learned when 50 leads have converted (0 so far)" in text_of(
        client.get(URL)
    )
    version = ModelVersionFactory(
        kind="analytics.lead_score", state="champion", algorithm="points_rules"
    )
    assert "By points rules, until 50 leads have converted (0 so far)" in text_of(client.get(URL))
    version.algorithm = "gradient_boosting"
    version.save()
    assert "A model serves" in text_of(client.get(URL))


# -- one rule ------------------------------------------------------------------------------------


def test_fit_rule_is_written_with_the_filter_builder(manager: User, log_in: LogIn) -> None:
    answer = send(log_in(manager), f"{NEW}?kind=fit", points="-15", **SOURCE)
    assert answer.status_code == 302, text_of(answer)
    rule = PointsRule.objects.get()
    assert rule.condition == {"field": "source", "operator": "is", "value": ["Referral"]}
    assert (rule.group, rule.points, rule.behaviour) == ("fit", -15, "")
    assert "Referral" in rule.name, "it is called what it asks"
    event = AuditEvent.objects.get(action="points.rule.create")
    assert (event.actor, event.object_id) == (manager, rule.pk)


def test_rule_that_counts_is_written_with_its_limits(manager: User, log_in: LogIn) -> None:
    answer = send(
        log_in(manager),
        f"{NEW}?kind=interaction",
        points="5",
        kinds=["click", "reply"],
        half_life="14",
        most_times="4",
        most_points="15",
        days="",
        name="Wrote back",
    )
    assert answer.status_code == 302, text_of(answer)
    rule = PointsRule.objects.get()
    assert (rule.behaviour, rule.kinds, rule.group) == (
        "interaction",
        ["click", "reply"],
        "engagement",
    )
    assert (rule.half_life, rule.most_times, rule.most_points, rule.days) == (14, 4, 15, None)
    page = text_of(log_in(manager).get(URL))
    assert "half after 14 days" in page
    assert "at most 15 points" in page


def test_lines_are_added_without_saving(manager: User, log_in: LogIn) -> None:
    answer = log_in(manager).post(f"{NEW}?kind=fit", {**SOURCE, "points": "10", "add": "top"})
    assert answer.status_code == 200
    assert text_of(answer).count('name="entry"') == 2
    assert not PointsRule.objects.exists()


def test_rule_is_tried_before_it_is_saved(manager: User, log_in: LogIn) -> None:
    LeadFactory.create_batch(2, source="Referral", owner=manager)
    LeadFactory(source="Web", owner=manager)
    data = {**SOURCE, "points": "40", "is_enabled": "on", "try": "1"}
    page = text_of(log_in(manager).post(f"{NEW}?kind=fit", data))
    assert "It holds for 2 of 3 open leads." in page
    assert "2 leads would move to another cell" in page
    assert 'title="A4">2<' in page
    assert not PointsRule.objects.exists()


def test_change_is_tried_against_what_is_stored(manager: User, log_in: LogIn) -> None:
    rule = PointsRuleFactory(points=40)
    LeadFactory(source="Referral", owner=manager)
    data = {**SOURCE, "points": "5", "is_enabled": "on", "try": "1"}
    page = text_of(log_in(manager).post(f"{URL}{rule.pk}/", data))
    assert "1 lead would move to another cell" in page
    rule.refresh_from_db()
    assert rule.points == 40


def test_rule_is_changed_and_the_trail_says_how(manager: User, log_in: LogIn) -> None:
    rule = PointsRuleFactory(points=40, name="Friends")
    send(log_in(manager), f"{URL}{rule.pk}/", points="25", name="Friends", **SOURCE)
    rule.refresh_from_db()
    assert rule.points == 25
    changes = AuditEvent.objects.get(action="points.rule.change").changes
    assert changes == {"points": [40, 25]}


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        ("fit", {"points": "0", **SOURCE}, "Points lie between"),
        ("fit", {"points": "101", **SOURCE}, "Points lie between"),
        ("fit", {}, "Choose a field"),
        ("fit", {"entry": "0", "0.field": "score", "0.operator": "set"}, "made of the rules"),
        ("fit", {"entry": "0", "0.field": "cell", "0.operator": "set"}, "made of the rules"),
        ("fit", {"entry": "0", "0.field": "hand_score", "0.operator": "set"}, "made of the rules"),
        (
            "fit",
            {"entry": "0", "0.field": "owner", "0.operator": "is", "0.value": "me"},
            "the same for everybody",
        ),
        ("interaction", {"half_life": "0"}, "number of days"),
        ("interaction", {"most_points": "3"}, "lie between those of one time"),
        ("interaction", {"most_times": "0"}, "how often"),
        ("interaction", {"kinds": ["dance"]}, "dance"),
    ],
)
def test_rule_that_makes_no_sense_is_refused_with_a_sentence(
    kind: str, given: dict[str, Any], sentence: str, manager: User, log_in: LogIn
) -> None:
    answer = send(log_in(manager), f"{NEW}?kind={kind}", **given)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not PointsRule.objects.exists()


def test_hidden_field_can_not_be_asked_for(manager: User, log_in: LogIn) -> None:
    manager.roles.get().field_rules.create(field="crm.lead.source", access="none")
    assert send(log_in(manager), f"{NEW}?kind=fit", **SOURCE).status_code == 422


def test_rule_is_taken_out_of_use_and_back(manager: User, log_in: LogIn) -> None:
    rule, client = PointsRuleFactory(), log_in(manager)
    client.post(f"{URL}{rule.pk}/enable/", {"on": "0"})
    rule.refresh_from_db()
    assert not rule.is_enabled
    client.post(f"{URL}{rule.pk}/enable/", {"on": "1"})
    rule.refresh_from_db()
    assert rule.is_enabled
    assert AuditEvent.objects.filter(action="points.rule.change").count() == 2


def test_rule_is_deleted_and_the_trail_keeps_what_it_said(manager: User, log_in: LogIn) -> None:
    rule = PointsRuleFactory(points=12)
    log_in(manager).post(f"{URL}{rule.pk}/delete/")
    assert not PointsRule.objects.exists()
    assert AuditEvent.objects.get(action="points.rule.delete").changes["points"] == [12, None]


def test_kind_of_rule_that_is_none_is_not_found(manager: User, log_in: LogIn) -> None:
    assert log_in(manager).get(f"{NEW}?kind=dance").status_code == 404


def test_who_may_not_train_the_score_only_reads(sales: User, log_in: LogIn) -> None:
    rule, client = PointsRuleFactory(), log_in(sales)
    page = text_of(client.get(URL))
    assert rule.name in page
    assert "Add a rule" not in page
    assert client.get(f"{URL}{rule.pk}/").status_code == 403
    for place in (f"{rule.pk}/delete/", f"{rule.pk}/enable/", "starters/", "limits/"):
        assert client.post(URL + place).status_code == 403
    assert PointsRule.objects.exists()


# -- limits --------------------------------------------------------------------------------------

LIMITS = {
    "fit_limit": 60,
    "engagement_limit": 40,
    "total_limit": 100,
    "letter_a": 45,
    "letter_b": 30,
    "letter_c": 15,
    "digit_1": 30,
    "digit_2": 20,
    "digit_3": 10,
}


def test_limits_are_changed(manager: User, log_in: LogIn) -> None:
    assert log_in(manager).post(f"{URL}limits/", LIMITS).status_code == 302
    book = PointsBook.objects.get()
    assert {name: getattr(book, name) for name in LIMITS} == LIMITS
    assert AuditEvent.objects.get(action="points.limits").changes["fit_limit"] == [50, 60]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"letter_b": 45}, "The letters fall"),
        ({"letter_a": 61}, "The letters fall"),
        ({"digit_3": 20}, "The digits fall"),
        ({"total_limit": 101}, "100"),
        ({"fit_limit": ""}, "required"),
    ],
)
def test_limits_that_make_no_sense_are_refused(
    given: dict[str, Any], sentence: str, manager: User, log_in: LogIn
) -> None:
    PointsBookFactory()
    answer = log_in(manager).post(f"{URL}limits/", LIMITS | given)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert PointsBook.objects.get().fit_limit == 50


# -- one lead ------------------------------------------------------------------------------------


def test_one_lead_is_tried_line_by_line(manager: User, log_in: LogIn) -> None:
    PointsRuleFactory(points=40, name="Friends")
    PointsRuleFactory(
        points=30,
        name="Large",
        condition={"field": "employees", "operator": "at_least", "value": 50},
    )
    PointsRuleFactory(points=9, name="Resting", is_enabled=False)
    lead = LeadFactory(source="Referral", company=CompanyFactory(employees=80), owner=manager)
    answer = log_in(manager).get(URL, {"lead": lead.pk})
    trial = answer.context["lead_trial"]
    assert [(line.label, line.points) for line in trial.lines] == [
        ("Friends", 40),
        ("Large", 30),
        ("Limit of fit", -20),
    ]
    assert sum(line.points for line in trial.lines) == trial.total == 50
    assert trial.cell == "A4"
    assert "Limit of fit" in text_of(answer)
    assert "are left out" not in text_of(answer)


def test_lead_is_tried_without_rules_that_may_not_be_read(sales: User, log_in: LogIn) -> None:
    PointsRuleFactory(name="Friends")
    PointsRuleFactory(points=7, condition={"field": "city", "operator": "set"})
    lead = LeadFactory(source="Referral", city="Lyon", owner=sales)
    sales.roles.get().field_rules.create(field="crm.lead.source", access="none")
    answer = log_in(sales).get(URL, {"lead": lead.pk})
    assert answer.context["lead_trial"].total == 7
    assert "are left out" in text_of(answer)
    assert "Friends" not in text_of(answer)


def test_lead_out_of_reach_is_not_found(sales: User, log_in: LogIn) -> None:
    PointsRuleFactory()
    assert log_in(sales).get(URL, {"lead": LeadFactory().pk}).status_code == 404


def test_name_that_is_no_lead_is_refused_in_place(manager: User, log_in: LogIn) -> None:
    PointsRuleFactory()
    assert "Choose one of the suggestions" in text_of(
        log_in(manager).get(URL, {"lead": "Nobody", "lead_id": ""})
    )


# -- where scores are shown ----------------------------------------------------------------------


def by_points(user: User, **given: Any) -> Any:
    """A lead scored by a rule on its source."""
    rule = PointsRuleFactory(name="Friends")
    version = ModelVersionFactory(
        kind="analytics.lead_score",
        state="champion",
        algorithm="points_rules",
        metrics={},
        parameters={
            "limits": {**PointsBook().limits},
            "rules": [rule.as_json()],
        },
    )
    usual = {
        "lead": LeadFactory(source="Referral", owner=user, team=user.team, **given),
        "version": version,
        "score": 62,
        "probability": None,
        "low": None,
        "high": None,
        "fit": 40,
        "engagement": 22,
        "cell": "A3",
        "reasons": [
            {"field": "", "value": None, "rule": rule.pk, "label": "Friends", "points": 10}
        ],
        "rest_points": 52,
        "average_score": 0,
    }
    return LeadScoreFactory(**usual)


def test_panel_shows_cell_and_rules_and_no_chance(sales: User, log_in: LogIn) -> None:
    score = by_points(sales)
    page = text_of(log_in(sales).get(f"/leads/{score.lead_id}/"))
    assert "Cell A3" in page
    assert "By points rules, until 50 leads have converted (0 so far)" in page
    assert "Friends" in page
    assert "Other rules and limits: +52" in page
    assert "chance to convert" not in page
    assert "probline" not in page


def test_rule_on_a_hidden_field_is_no_reason(sales: User, log_in: LogIn) -> None:
    score = by_points(sales)
    sales.roles.get().field_rules.create(field="crm.lead.source", access="none")
    client = log_in(sales)
    page = text_of(client.get(f"/leads/{score.lead_id}/"))
    assert "Friends" not in page
    assert "Other rules and limits: +62" in page
    assert "Friends" not in text_of(client.get("/"))


def test_home_and_lists_show_the_cell_in_the_place_of_a_chance(sales: User, log_in: LogIn) -> None:
    score, client = by_points(sales), log_in(sales)
    home = text_of(client.get("/"))
    assert ">A3<" in home
    assert "Friends" in home
    other = LeadScoreFactory(lead__owner=sales).lead
    columns = {"columns": "score,chance,cell,fit,engagement"}
    found = text_of(client.get("/leads/", {**columns, "if": "cell:is:A3"}))
    assert str(score.lead) in found
    assert ">A3<" in found
    assert f"/leads/{other.pk}/" not in found
    low = text_of(client.get("/leads/", {**columns, "if": "fit:less_than:40"}))
    assert str(score.lead) not in low


def test_model_page_says_that_rules_serve(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    assert URL in text_of(client.get("/scoring/"))
    by_points(manager)
    page = text_of(client.get("/scoring/"))
    assert "By points rules, until 50 leads have converted (0 so far)" in page
    assert URL in page


def test_rules_are_not_compared_with_models(manager: User, log_in: LogIn) -> None:
    """They have no figures to be compared by."""
    by_points(manager)
    client = log_in(manager)
    number = ModelVersion.objects.get().number
    ModelVersionFactory(kind="analytics.lead_score", number=number + 1, state="challenger")
    assert client.get("/scoring/").status_code == 200
    assert client.get("/scoring/compare/").status_code == 200
    pair = {"a": number, "b": number + 1}
    assert client.get("/scoring/compare/", pair).status_code == 404
    assert client.post("/scoring/compare/start/", pair).status_code == 404
