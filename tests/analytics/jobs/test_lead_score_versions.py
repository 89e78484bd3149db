"""What trainings leave for the model page, from the closed leads to what people read."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from analytics.models import ComparedGroup, LeadFieldDecision
from core.choices import KnownWhen, Reach, RunState
from core.jobs.questions import ask
from core.models import CustomField, JobRun, ModelVersion, User
from crm.choices import LeadStatus
from crm.models import Lead, LeadScore
from tests.analytics.leads import SOURCES, make_leads
from tests.factories import RoleFactory, UserFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
PAGE = "/scoring/"


def train(days: int = 0) -> JobRun:
    run = carry_out(ask(kind="analytics.lead_score", as_of=NOW + timedelta(days=days)))
    assert run.state == RunState.SUCCEEDED, run.error_text
    return run


def carry_out_newest() -> JobRun:
    run = JobRun.objects.latest("pk")
    carry_out(run)
    assert run.state == RunState.SUCCEEDED, run.error_text
    return run


def stored() -> dict[int, tuple[int, int]]:
    return {
        s.lead_id: (s.version.number, s.score) for s in LeadScore.objects.select_related("version")
    }


@pytest.fixture
def leads() -> None:
    make_leads(700, closed=True, seed=1)
    make_leads(300, closed=False, seed=2)


@pytest.mark.usefixtures("leads")
def test_older_version_is_compared_promoted_and_scores_change(manager: User, log_in: LogIn) -> None:
    train()
    before = stored()
    # The company sells to others now: what a source is worth turns round.
    Lead.objects.closed().filter(source="Cold list").update(source="Warm list")
    Lead.objects.closed().filter(source="Referral").update(source="Cold list")
    Lead.objects.closed().filter(source="Warm list").update(source="Referral")
    train(days=1)
    assert {number for number, _score in stored().values()} == {2}

    client = log_in(manager)
    client.post(f"{PAGE}compare/start/", {"a": 1, "b": 2})
    carry_out_newest()
    page = client.get(f"{PAGE}compare/?a=1&b=2")
    change = page.context["change"]
    changed = sum(before[lead][1] // 5 != score // 5 for lead, (_, score) in stored().items())
    assert change["total"] == 300
    assert 0 < change["changed"] <= changed
    assert -1 <= change["agreement"] < 0.5, "the order turned round"
    assert sum(cell["count"] for row in change["rows"] for cell in row["cells"]) == 300
    assert stored() != before, "comparing stores nothing on leads"

    client.post(f"{PAGE}roll-back/")
    run = carry_out_newest()
    assert run.model_version.number == 1
    assert stored() == before
    assert ModelVersion.objects.count() == 2, "nothing was trained"


@pytest.mark.usefixtures("leads")
def test_drift_is_quiet_at_first_and_names_what_moved(manager: User, log_in: LogIn) -> None:
    train()
    client = log_in(manager)
    drift = client.get(PAGE).context["drift"]
    assert drift["leads"] == 300
    assert not drift["has_shifted"]
    assert {one["label"] for one in drift["fields"]} >= {"Source", "Visits", "Plan"}

    Lead.objects.open().filter(source__in=["Fair", "Web"]).update(source="Referral")
    assert client.post(f"{PAGE}versions/1/promote/").status_code == 302, "refused: it is live"
    carry_out(ask(kind="analytics.lead_score", as_of=NOW, scope={"trains": False}))
    page = client.get(PAGE)
    first = page.context["drift"]["fields"][0]
    assert (first["label"], first["has_shifted"]) == ("Source", True)
    assert first["psi"] > 0.2
    (move,) = (m for m in first["moves"] if m["state"].casefold() == "referral")
    closed, still_open = Lead.objects.closed(), Lead.objects.open()
    for share, rows in ((move["before"], closed), (move["now"], still_open)):
        assert share == pytest.approx(rows.filter(source="Referral").count() / rows.count())
    assert "Retrain: the score then learns from leads like today" in page.content.decode()


def test_few_open_leads_are_no_shift(manager: User, log_in: LogIn) -> None:
    """With a dozen leads the index is large by chance."""
    make_leads(700, closed=True, seed=1)
    make_leads(12, closed=False, seed=2)
    train()
    drift = log_in(manager).get(PAGE).context["drift"]
    assert any(one["psi"] > 0.2 for one in [drift["score"], *drift["fields"]])
    assert not drift["has_shifted"]


@pytest.mark.usefixtures("leads")
def test_parts_add_up_to_the_same_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    from analytics.jobs import lead_scores

    whole = train().result["drift"]
    monkeypatch.setattr(lead_scores, "PARTITION_IDS", 50)
    run = carry_out(ask(kind="analytics.lead_score", as_of=NOW, scope={"trains": False}))
    assert run.partitions_total > 4
    assert run.result["drift"] == whole
    assert not [name for name in run.result if name.startswith("state_")], "the parts' counts go"


@pytest.mark.usefixtures("leads")
def test_groups_that_an_administrator_names_are_compared(
    administrator: User, manager: User, log_in: LogIn
) -> None:
    cold = Lead.objects.filter(source__in=list(SOURCES)[2:])
    cold.update(country="Peru")
    Lead.objects.exclude(pk__in=cold.values("pk")).update(country="Chile")
    few = Lead.objects.closed().values_list("pk", flat=True)[:8]
    Lead.objects.filter(pk__in=list(few)).update(country="Malta")
    client = log_in(administrator)
    answer = client.post(
        f"{PAGE}groups/", {"compared": ["crm.lead.country", "crm.lead.custom.desk"]}
    )
    assert answer.status_code == 302
    train()
    page = client.get(PAGE)
    country, desk = page.context["fairness"]
    rows = {row["name"]: row for row in country["rows"]}
    assert set(rows) == {"Peru", "Chile"}
    assert rows["Peru"]["is_surely_below"]
    assert (
        rows["Peru"]["selected_lower"] <= rows["Peru"]["selected"] <= rows["Peru"]["selected_upper"]
    )
    assert country["is_sure"]
    assert "Peru is among the likeliest fifth" in country["warning"]
    assert "Malta" in country["small"]
    assert not desk["is_sure"], "the desk has nothing to do with it"
    assert "Below the four-fifths rule." in page.content.decode()

    hides = ["crm.lead.country"]
    grants = {"crm.lead.view": Reach.ALL, "analytics.lead_score.view": Reach.ALL}
    blind = UserFactory(roles=[RoleFactory(grants=grants, hides=hides)])
    seen = log_in(blind).get(PAGE).content.decode()
    assert "Peru" not in seen
    assert log_in(manager).post(f"{PAGE}groups/", {"compared": []}).status_code == 403
    assert ComparedGroup.objects.count() == 2


@pytest.mark.usefixtures("leads")
def test_people_overrule_the_guard_in_both_directions(manager: User, log_in: LogIn) -> None:
    CustomField.objects.create(object_type="crm.lead", key="deal", label="Deal", type="choice")
    for lead in Lead.objects.closed():
        lead.custom["deal"] = "signed" if lead.status == LeadStatus.CONVERTED else "none yet"
        lead.save()
    train()
    client = log_in(manager)
    page = client.get(PAGE)
    assert [one["label"] for one in page.context["left_out"] if one["is_suspect"]] == ["Deal"]
    assert "cannot prove that a field knew the outcome" in page.content.decode()

    for field, known in (("custom.deal", "before"), ("source", "after")):
        client.post(f"{PAGE}field/", {"field": f"crm.lead.{field}", "known_when": known})
    train(days=1)
    names = {feature["name"] for feature in ModelVersion.objects.get(number=2).features}
    assert "crm.lead.custom.deal" in names, "a person knows it better than the guard"
    assert "crm.lead.source" not in names, "declared fields can be decided on, too"
    decided = {one["label"]: one["known_when"] for one in client.get(PAGE).context["decided"]}
    assert decided == {"Deal": KnownWhen.BEFORE, "Source": KnownWhen.AFTER}
    assert LeadFieldDecision.objects.get(field="crm.lead.source").decided_by == manager
