"""Pipelines and stages as a company sets them up; deals never lose their place or their history."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.jobs.runner import execute_run
from core.models import AuditEvent, JobRun, User
from crm.choices import StageKind
from crm.models import Deal, Pipeline, Stage, StageChange
from crm.queries.pipelines import first_stage
from crm.services import stages as stage_services
from crm.services.pipelines import StageDraft, make_pipeline
from crm.services.stages import remove_stage
from tests.factories import DealFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
LIST = "/settings/pipelines/"


@pytest.fixture
def pipeline() -> Pipeline:
    drafts = [
        StageDraft("First", probability=10),
        StageDraft("Second", probability=40),
        StageDraft("Done", StageKind.WON, probability=100),
        StageDraft("Gone", StageKind.LOST),
    ]
    return make_pipeline(name="Renewals", stages=drafts)


@pytest.fixture
def client(administrator: User, log_in: LogIn) -> Client:
    return log_in(administrator)


def names(pipeline: Pipeline) -> list[str]:
    return list(Stage.objects.in_use().filter(pipeline=pipeline).values_list("name", flat=True))


def stage(pipeline: Pipeline, name: str) -> Stage:
    return Stage.objects.get(pipeline=pipeline, name=name)


def test_list_shows_stages_with_their_deals(pipeline: Pipeline, client: Client) -> None:
    DealFactory.create_batch(2, stage=stage(pipeline, "Second"))
    page = client.get(LIST).content.decode()
    assert "Renewals" in page
    assert "2 deals" in page


def test_stages_are_added_changed_and_ordered(pipeline: Pipeline, client: Client) -> None:
    new = {"name": "Third", "kind": "open", "probability": "70", "rotting_days": "9"}
    client.post(reverse("stage_create", args=[pipeline.pk]), new)
    assert names(pipeline) == ["First", "Second", "Third", "Done", "Gone"]
    third = stage(pipeline, "Third")
    client.post(reverse("stage_edit", args=[third.pk]), {**new, "name": "Offer"})
    client.post(reverse("stage_move", args=[third.pk]), {"way": "up"})
    assert names(pipeline) == ["First", "Offer", "Second", "Done", "Gone"]
    order = [stage(pipeline, name).pk for name in ("Second", "First", "Offer")]
    client.post(reverse("pipeline_order", args=[pipeline.pk]), {"order": ",".join(map(str, order))})
    assert names(pipeline) == ["Second", "First", "Offer", "Done", "Gone"]
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"stage.create", "stage.change", "stage.move"} <= actions


@pytest.mark.parametrize(
    "change",
    [
        {"name": "  "},
        {"name": "second"},
        {"probability": "101"},
        {"rotting_days": "-1"},
        {"kind": "x"},
    ],
)
def test_what_does_not_fit_is_refused(
    change: dict[str, str], pipeline: Pipeline, client: Client
) -> None:
    form = {"name": "Third", "kind": "open", "probability": "70", "rotting_days": "9", **change}
    assert client.post(reverse("stage_create", args=[pipeline.pk]), form).status_code == 422
    assert len(names(pipeline)) == 4


def test_won_is_certain_whatever_is_sent(pipeline: Pipeline, client: Client) -> None:
    form = {"name": "Won", "kind": "won", "probability": "30", "rotting_days": "5"}
    client.post(reverse("stage_create", args=[pipeline.pk]), form)
    won = stage(pipeline, "Won")
    assert (won.probability, won.rotting_days) == (100, 0)


def test_meaning_of_a_stage_with_deals_stays(pipeline: Pipeline, client: Client) -> None:
    second = stage(pipeline, "Second")
    DealFactory(stage=second)
    form = {"name": "Second", "kind": "won", "probability": "70", "rotting_days": "9"}
    assert client.post(reverse("stage_edit", args=[second.pk]), form).status_code == 422
    second.refresh_from_db()
    assert second.kind == StageKind.OPEN


def test_deals_of_a_removed_stage_move_with_their_history(
    pipeline: Pipeline, client: Client
) -> None:
    first, second = stage(pipeline, "First"), stage(pipeline, "Second")
    deal = DealFactory(stage=first)
    binned = DealFactory(stage=first, deleted_at=timezone.now())
    url = reverse("stage_remove", args=[first.pk])
    assert "2 deals stand in it" in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 422
    gone = stage(pipeline, "Gone")
    assert client.post(url, {"to": gone.pk}).status_code == 422  # open deals stay open
    assert client.post(url, {"to": second.pk}).status_code == 302
    for each in (deal, binned):
        each.refresh_from_db()
        assert each.stage == second
        change = StageChange.objects.get(deal=each)
        assert (change.from_stage, change.to_stage) == (first, second)
        moved = AuditEvent.objects.get(object_type="crm.deal", object_id=each.pk, action="move")
        assert moved.changes["stage"] == [first.pk, second.pk]
    assert "First" not in names(pipeline)
    assert client.get(url).status_code == 404
    assert client.get(reverse("deal_detail", args=[deal.pk])).status_code == 200


def test_last_stage_of_a_kind_stays(pipeline: Pipeline, client: Client) -> None:
    done = stage(pipeline, "Done")
    assert client.post(reverse("stage_remove", args=[done.pk]), {}).status_code == 422
    assert "Done" in names(pipeline)


def test_many_deals_are_moved_by_a_job(
    pipeline: Pipeline, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_services, "MOST_AT_ONCE", 2)
    first, second = stage(pipeline, "First"), stage(pipeline, "Second")
    DealFactory.create_batch(5, stage=first)
    run = remove_stage(stage=first, target=second, by=administrator, at=timezone.now())
    assert isinstance(run, JobRun)
    woken: list[Any] = [(run.pk, 0)]
    while woken:
        execute_run(woken.pop()[0], wake=lambda *call: woken.append(call))
    run.refresh_from_db()
    assert run.state == "succeeded"
    assert run.result["moved"] == 5
    assert Deal.objects.filter(stage=second).count() == 5


def test_pipelines_are_made_renamed_and_ordered(pipeline: Pipeline, client: Client) -> None:
    client.post(reverse("pipeline_create"), {"name": "Partners"})
    partners = Pipeline.objects.get(name="Partners")
    assert set(partners.stages.values_list("kind", flat=True)) == set(StageKind.values)
    assert client.post(reverse("pipeline_create"), {"name": "partners"}).status_code == 422
    client.post(reverse("pipeline_edit", args=[partners.pk]), {"name": "Resellers"})
    for _step in range(Pipeline.objects.count()):
        client.post(reverse("pipeline_move", args=[partners.pk]), {"way": "up"})
    begin = first_stage()
    assert begin is not None
    assert begin.pipeline.name == "Resellers"


def test_archived_pipeline_takes_no_new_deals_and_comes_back(
    pipeline: Pipeline, client: Client
) -> None:
    others = Pipeline.objects.exclude(pk=pipeline.pk)
    for other in others:
        client.post(reverse("pipeline_archive", args=[other.pk]))
    assert first_stage() == stage(pipeline, "First")
    page = client.post(reverse("pipeline_archive", args=[pipeline.pk]), follow=True)
    assert "Add another one first" in page.content.decode()
    client.post(reverse("pipeline_restore", args=[others[0].pk]))
    assert not Pipeline.objects.get(pk=others[0].pk).is_archived


def test_only_who_may_manages_pipelines(pipeline: Pipeline, manager: User, log_in: LogIn) -> None:
    assert log_in(manager).get(LIST).status_code == 403
    url = reverse("pipeline_archive", args=[pipeline.pk])
    assert log_in(manager).post(url).status_code == 403


def test_name_that_comes_with_the_product_keeps_its_translation(client: Client) -> None:
    seeded = Stage.objects.get(name="Qualified", pipeline__name="New business")
    form = {"name": "Qualified", "kind": "open", "probability": "15", "rotting_days": "3"}
    client.post(reverse("stage_edit", args=[seeded.pk]), form)
    seeded.refresh_from_db()
    assert (seeded.name, seeded.probability) == ("Qualified", 15)
