"""The pages of the lifecycle, stages by rules, and answers to suggestions on records and home."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from analytics.models import LifecycleTerms, SuggestionAnswer
from analytics.queries.lifecycle import KIND, SCORES, policy
from core.jobs.questions import ask
from core.models import AuditEvent, User
from crm.models import Activity, Contact, ContactLife, LifeStage, LifeStay
from tests.analytics.lifecycle_company import make_stages, make_terms, simulate
from tests.core.api.callers import Caller
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    LifeStageFactory,
    RoleFactory,
    SuggestionAnswerFactory,
    UserFactory,
)
from tests.records import insight_url
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
PAGE, STAGES = "/customers/lifecycle/", "/customers/lifecycle/stages/"


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def work_out() -> None:
    at = timezone.now()
    for kind in (KIND, SCORES):
        assert carry_out(ask(kind=kind, as_of=at)).state == "succeeded"


@pytest.fixture
def company(manager: User) -> None:
    make_stages()
    make_terms()
    simulate(220, 8, seed=5)
    Contact.objects.update(owner=manager, team=manager.team)
    work_out()


def suggested() -> ContactLife:
    return ContactLife.objects.filter(gain__isnull=False).order_by("-gain").first()


# -- the page ------------------------------------------------------------------------------------


def test_without_a_run_the_page_says_what_will_come(manager: User, log_in: LogIn) -> None:
    page = text_of(log_in(manager).get(PAGE))
    assert "No lifecycle yet" in page
    assert "Compute now" in page


def test_contacts_without_moves_have_stages_but_no_flow(manager: User, log_in: LogIn) -> None:
    ContactFactory(created_at=timezone.now() - timedelta(days=3))
    work_out()
    page = text_of(log_in(manager).get(PAGE))
    assert "No move between stages yet." in page
    assert "Not enough evidence" in page


def test_each_number_of_the_matrix_opens_as_many_contacts_as_moved(
    company: None, manager: User, log_in: LogIn
) -> None:
    client = log_in(manager)
    answer = client.get(PAGE)
    moves = answer.context["moves"]
    assert moves[0]["count"] >= moves[-1]["count"] > 0
    for move in moves[:4]:
        found = client.get(move["url"])
        name = f"{move['before'].pk}>{move['after'].pk}"
        moved = LifeStay.objects.filter(move=name)
        assert moved.count() == move["count"]
        assert {line.row.pk for line in found.context["lines"]} <= set(
            moved.values_list("contact", flat=True)
        )
    rows = answer.context["matrix"]
    assert sum(cell["count"] for row in rows for cell in row["cells"]) % 220 == 0


def test_whoever_may_not_see_stages_gets_no_lists(company: None, log_in: LogIn) -> None:
    role = RoleFactory(grants={"analytics.lifecycle.view": 3})
    answer = log_in(UserFactory(roles=[role])).get(PAGE)
    assert not any(move["url"] for move in answer.context["moves"])


def test_whoever_may_not_see_the_score_reads_no_amounts(company: None, log_in: LogIn) -> None:
    role = RoleFactory(grants={"analytics.lifecycle.view": 3}, hides=["crm.contact.life_score"])
    user = UserFactory(roles=[role])
    answer = log_in(user).get(PAGE)
    assert answer.context["stages"]
    assert not answer.context["policy"]
    for told in Caller(user).get("lifecycle/").json()["results"]:
        assert (told["value"], told["best"], told["actions"]) == (None, None, [])


def test_the_page_asks_little(company: None, manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    assert len(queries) <= 20


def test_the_page_speaks_chinese_names_of_stages(manager: User, log_in: LogIn) -> None:
    LifeStage.objects.all().delete()
    LifeStageFactory(names={"en": "Buyer", "zh-hans": "买家"})
    ContactFactory(created_at=timezone.now() - timedelta(days=70))
    work_out()
    manager.language = "zh-hans"
    manager.save()
    with translation.override("zh-hans"):
        assert "买家" in text_of(log_in(manager).get(PAGE))


# -- stages --------------------------------------------------------------------------------------


def stage_form(**given: Any) -> dict[str, Any]:
    return {
        "name_en": "Buyer",
        "name_zh-hans": "买家",
        "role": "customer",
        "tone": "ok",
        "margin": "40",
        "cost": "2",
        "is_enabled": "on",
        "save": "1",
        **given,
    }


def test_a_stage_is_made_tried_moved_and_deleted(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    ContactFactory(owner=manager, team=manager.team)
    before = LifeStage.objects.count()
    form = stage_form()
    del form["save"]
    tried = client.post(f"{STAGES}new/", form | {"try": "1"})
    assert tried.context["preview"].contacts == 1
    assert tried.context["preview"].rows[-1]["after"] == 1
    assert LifeStage.objects.count() == before
    assert client.post(f"{STAGES}new/", stage_form()).status_code == 302
    stage = LifeStage.objects.get(names__en="Buyer")
    assert (stage.margin, stage.cost, stage.role) == (Decimal(40), Decimal(2), "customer")
    assert stage.position == max(LifeStage.objects.values_list("position", flat=True))
    assert LifecycleTerms.current().changed_at is not None
    client.post(f"{STAGES}{stage.pk}/move/", {"way": "up"})
    assert list(LifeStage.objects.all())[-2] == stage
    client.post(f"{STAGES}{stage.pk}/enable/", {"on": "0"})
    assert not LifeStage.objects.get(pk=stage.pk).is_enabled
    client.post(f"{STAGES}{stage.pk}/delete/")
    assert not LifeStage.objects.filter(pk=stage.pk).exists()
    words = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"life.stage.create", "life.stage.move", "life.stage.delete"} <= words


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name_en": " "}, "This field is required."),
        ({"margin": "101"}, "Ensure this value is less than or equal to 100."),
        ({"cost": "-1"}, "Ensure this value is greater than or equal to 0."),
    ],
)
def test_a_stage_that_makes_no_sense_is_refused(
    given: dict[str, str], said: str, manager: User, log_in: LogIn
) -> None:
    answer = log_in(manager).post(f"{STAGES}new/", stage_form(**given))
    assert answer.status_code == 422
    assert said in text_of(answer)


def test_a_stage_cannot_ask_for_the_stage(administrator: User) -> None:
    caller = Caller(administrator)
    stage = LifeStageFactory()
    for condition in (
        {"field": "life_stage", "operator": "is", "value": [stage.pk]},
        {"happened": "life_entered", "kinds": [str(stage.pk)]},
    ):
        body = {"names": {"en": "x"}, "condition": condition}
        answer = caller.post("lifecycle/stages/", body)
        assert answer.status_code == 422, answer.json()
        assert "cannot ask for the stage" in str(answer.json())


def test_a_contact_is_tried_with_its_way(manager: User, log_in: LogIn) -> None:
    contact = ContactFactory(name="Lin Zhaoyang", owner=manager, team=manager.team)
    page = log_in(manager).get(STAGES, {"contact": "Lin Zhaoyang"})
    trial = page.context["trial"]
    assert trial.contact == contact
    assert [each.counts for each in trial.stages].count(True) == 1
    assert trial.way[-1]["stage"].name == "Subscriber"


def test_terms_are_set_and_refused(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    given = {
        "discount": "0.9",
        "email_cost": "1",
        "call_cost": "2",
        "meeting_cost": "3",
        "offer_cost": "4",
    }
    assert client.post(f"{PAGE}terms/", given).status_code == 302
    assert LifecycleTerms.current().cost_of("offer") == 4.0
    assert client.post(f"{PAGE}terms/", given | {"discount": "1"}).status_code == 422


# -- suggestions ---------------------------------------------------------------------------------


def test_a_suggestion_is_accepted_once_and_undone(
    company: None, manager: User, log_in: LogIn
) -> None:
    client, life = log_in(manager), suggested()
    given = {"action": life.action, "key": "k1"}
    for _twice in range(2):
        client.post(f"/customers/next/{life.pk}/accept/", given)
    activity = Activity.objects.get(contact=life.pk, done_at=None)
    assert activity.owner == manager
    answer = SuggestionAnswer.objects.get()
    assert answer.activity == activity
    assert ContactLife.objects.get(pk=life.pk).action == ""
    client.post(f"/customers/next/answers/{answer.pk}/undo/")
    assert not Activity.objects.kept().filter(pk=activity.pk).exists()
    assert ContactLife.objects.get(pk=life.pk).action == life.action


def test_a_suggestion_waits_until_its_day(company: None, manager: User, log_in: LogIn) -> None:
    client, life = log_in(manager), suggested()
    url = f"/customers/next/{life.pk}/snooze/"
    today = timezone.localdate()
    assert client.post(url, {"until": today.isoformat(), "action": life.action}).status_code == 422
    day = (today + timedelta(days=9)).isoformat()
    client.post(url, {"until": day, "action": life.action, "key": "k"})
    assert ContactLife.objects.get(pk=life.pk).action == ""
    later = timezone.now() + timedelta(days=10)
    from analytics.services.life_worth import weigh_contacts

    weigh_contacts([life.pk], policy(), later)
    assert ContactLife.objects.get(pk=life.pk).action == life.action


def test_what_is_not_useful_is_not_suggested_for_the_contact_again(
    company: None, manager: User, log_in: LogIn
) -> None:
    client, life = log_in(manager), suggested()
    url = f"/customers/next/{life.pk}/refuse/"
    client.post(url, {"reason": "They left", "action": life.action, "key": "k"})
    assert SuggestionAnswer.objects.get().reason == "They left"
    now = ContactLife.objects.get(pk=life.pk)
    assert now.action != life.action
    again = client.post(url, {"reason": "x", "action": life.action, "key": "other"})
    assert again.status_code == 422


def test_what_the_team_refuses_often_ranks_lower(company: None, manager: User) -> None:
    """Each refusal lowers the share of those who took it; four count as having taken it."""
    from analytics.services.life_worth import Barred, Usefulness
    from analytics.services.life_worth import suggested as offered

    found = policy()
    stage, one, other = next(
        (pk, *worth[:2])
        for pk in found.stages
        for worth in [[each for each in found.weighed_of(pk) if each.is_worth_it]]
        if len(worth) > 1
    )
    for _time in range(int(4 * one.gain / other.gain) + 4):
        SuggestionAnswerFactory(
            stage_id=stage, action=one.action, answer="refused", at=timezone.now()
        )
    useful = Usefulness.read(timezone.now())
    assert useful.of(stage, one.action) < other.gain / one.gain
    ranked = offered(stage, found, Barred(), useful)
    assert ranked[0].action != one.action


def test_nobody_answers_for_contacts_out_of_sight(
    company: None, outsider: User, log_in: LogIn
) -> None:
    life = suggested()
    answer = log_in(outsider).post(
        f"/customers/next/{life.pk}/accept/", {"action": life.action, "key": "k"}
    )
    assert answer.status_code in (403, 404)
    assert not SuggestionAnswer.objects.exists()


def test_only_what_is_suggested_is_accepted(company: None, manager: User, log_in: LogIn) -> None:
    life = suggested()
    log_in(manager).post(f"/customers/next/{life.pk}/accept/", {"action": "offer", "key": "k"})
    assert not SuggestionAnswer.objects.exists()


def test_records_and_home_show_the_suggestion(company: None, manager: User, log_in: LogIn) -> None:
    client, life = log_in(manager), suggested()
    firm = CompanyFactory(owner=manager, team=manager.team)
    Contact.objects.filter(pk=life.pk).update(company=firm)
    from analytics.services.life_worth import place_companies

    place_companies([firm.pk], timezone.now())
    label = life.get_action_display()
    for url in (insight_url(life.contact), insight_url(firm), "/home/next/?show=mine"):
        page = text_of(client.get(url))
        assert f"/customers/next/{life.pk}/accept/" in page, url
        assert label in page, url
    assert "over doing nothing" in text_of(client.get(insight_url(life.contact)))
    assert "/home/next/?show=mine" in client.get("/?show=mine").content.decode()
    assert insight_url(firm) in client.get(firm.get_absolute_url()).content.decode()


def test_lists_have_the_stage_and_sort_by_the_score(
    company: None, manager: User, log_in: LogIn
) -> None:
    client = log_in(manager)
    answer = client.get("/contacts/?columns=life_stage,life_since,life_score&sort=-life_score")
    assert answer.status_code == 200
    shown = [line.row.pk for line in answer.context["lines"]]
    best = ContactLife.objects.order_by("-score", "-contact").values_list("contact", flat=True)
    assert shown[:5] == list(best[:5])


# -- by program ----------------------------------------------------------------------------------


def test_programs_read_and_answer(company: None, administrator: User) -> None:
    caller, life = Caller(administrator), suggested()
    stages = caller.get("lifecycle/").json()["results"]
    assert [stage["stage"] for stage in stages] == policy().stages
    told = caller.get(f"contacts/{life.pk}/next-action/").json()
    assert (told["stage"], told["best"]["action"]) == (life.stage_id, life.action)
    body = {"answer": "accepted", "action": life.action}
    first = caller.post(f"contacts/{life.pk}/next-action/", body)
    assert first.status_code == 201
    assert Activity.objects.filter(pk=first.json()["activity"]).exists()
    undone = caller.post(f"lifecycle/answers/{first.json()['id']}/undo/")
    assert undone.status_code == 204
    wrong = caller.post(f"contacts/{life.pk}/next-action/", {"answer": "no", "action": "call"})
    assert wrong.status_code == 422
