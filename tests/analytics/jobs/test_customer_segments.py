"""Segments of customers, from what they buy and do to the stored rows, on contacts whose kind is known."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from analytics.jobs import customer_segments
from analytics.jobs.customer_reassigning import reassign_changed
from analytics.models import SegmentOptions, StaleSegment
from analytics.queries.customer_segments import KIND, NO_SEGMENTS
from analytics.services.customer_segments import name_segment
from core.choices import RunState
from core.jobs.questions import ask
from core.models import JobPartition, JobRun, ModelVersion, User
from crm.models import Activity, Contact, ContactSegment, CustomerSegment, Interaction
from crm.services.interactions import NewInteraction, record_interactions
from tests.analytics.kinds_of_customers import behave, few_draws, make_customers  # noqa: F401
from tests.factories import ContactFactory, JobRunFactory
from tests.factories.core import NOW
from tests.running import carry_out, lose_worker, make_due, work_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_draws")]


def compute(days: int = 0, **scope: object) -> JobRun:
    return carry_out(ask(kind=KIND, as_of=NOW + timedelta(days=days), scope=scope))


def stored() -> list[tuple[object, ...]]:
    columns = ("contact", "segment", "probability", "cell", "recency", "frequency", "value")
    return list(ContactSegment.objects.order_by("pk").values_list(*columns, "previous", "reasons"))


@pytest.fixture
def kinds() -> dict[int, str]:
    return make_customers(240)


def names_by_kind(kinds: dict[int, str]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for row in ContactSegment.objects.select_related("segment"):
        found.setdefault(kinds[row.pk], Counter())[str(row.segment)] += 1
    return found


def test_kinds_that_are_there_are_found_and_named(kinds: dict[int, str]) -> None:
    run = compute()
    assert run.state == RunState.SUCCEEDED, run.error_text
    found = names_by_kind(kinds)
    assert {kind: len(names) for kind, names in found.items()} == dict.fromkeys(found, 1)
    assert {next(iter(names)) for names in found.values()} == {
        "Loyal regulars",
        "Former buyers",
        "Interested, not buying yet",
        "Quiet contacts",
    }
    sizes = CustomerSegment.objects.current().values_list("size", flat=True)
    assert sorted(sizes) == [60, 60, 60, 60]
    assert run.result["assigned"] == 240


def test_whoever_bought_is_in_a_cell_and_nobody_else(kinds: dict[int, str]) -> None:
    compute()
    for row in ContactSegment.objects.all():
        has_bought = kinds[row.pk] in {"regular", "former"}
        assert bool(row.cell) is has_bought
        assert (row.recency is not None) is has_bought
    regular = ContactSegment.objects.filter(pk__in=[k for k, v in kinds.items() if v == "regular"])
    assert set(regular.values_list("cell", flat=True)) <= {"champions", "loyal"}


def test_probabilities_are_sure_of_the_own_segment(kinds: dict[int, str]) -> None:
    compute()
    said = list(ContactSegment.objects.values_list("probability", flat=True))
    assert min(said) > 0.8
    row = ContactSegment.objects.filter(pk=next(iter(kinds))).get()
    assert row.reasons
    assert sum(reason["weight"] for reason in row.reasons) <= 1.001


def test_partitions_change_nothing(kinds: dict[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    compute()
    whole = stored()
    ContactSegment.objects.all().delete()
    monkeypatch.setattr(customer_segments, "PARTITION_IDS", 50)
    run = compute(trains=False)
    assert run.partitions_total >= 4
    assert stored() == whole


def test_a_lost_worker_changes_nothing(
    kinds: dict[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker dies within a partition: its lease ends, and another one goes on."""
    compute()
    whole, sizes = stored(), sorted(CustomerSegment.objects.values_list("size", flat=True))
    for model in (ContactSegment, CustomerSegment, JobRun, ModelVersion):
        model.objects.all().delete()
    monkeypatch.setattr(customer_segments, "PARTITION_IDS", 50)
    run = ask(kind=KIND, as_of=NOW)
    save, seen = customer_segments.CustomerSegmentsJob.save, []

    def dying(self, context, results):  # type: ignore[no-untyped-def]
        seen.append(1)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return save(self, context, results)

    monkeypatch.setattr(customer_segments.CustomerSegmentsJob, "save", dying)
    with pytest.raises(KeyboardInterrupt):
        work_once(run)
    assert 0 < ContactSegment.objects.count() < 240
    monkeypatch.setattr(customer_segments.CustomerSegmentsJob, "save", save)
    for row in JobPartition.objects.filter(run=run, state="running"):
        lose_worker(row)
    make_due(run)
    carry_out(run)
    assert run.state == RunState.SUCCEEDED, run.error_text
    names = {old[1]: new[1] for old, new in zip(whole, stored(), strict=True)}
    assert len(set(names.values())) == len(names), "the same groups under new numbers"
    assert [row[2:7] for row in stored()] == [row[2:7] for row in whole]
    assert sorted(CustomerSegment.objects.values_list("size", flat=True)) == sizes


def test_two_workers_share_a_run(kinds: dict[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """While one is at its first part, another one comes and does all the others."""
    monkeypatch.setattr(customer_segments, "PARTITION_IDS", 50)
    run = ask(kind=KIND, as_of=NOW)
    compute_part, seen = customer_segments.CustomerSegmentsJob.compute, []

    def shared(self, context, data):  # type: ignore[no-untyped-def]
        seen.append(id(self))
        if len(seen) == 1:
            work_once(JobRun.objects.get(pk=run.pk))
        return compute_part(self, context, data)

    monkeypatch.setattr(customer_segments.CustomerSegmentsJob, "compute", shared)
    work_once(run)
    assert run.state == RunState.SUCCEEDED, run.error_text
    assert len(set(seen)) == 2
    assert len(seen) == run.partitions_total
    assert run.result["assigned"] == ContactSegment.objects.count() == 240


def test_names_stay_after_a_slight_change(kinds: dict[int, str], administrator: User) -> None:
    compute()
    segment = CustomerSegment.objects.get(archetype="regulars")
    name_segment(
        segment=segment,
        name="Our best",
        description="",
        colour=5,
        by=administrator,
        at=timezone.now(),
    )
    before = {row.pk: row.segment_id for row in ContactSegment.objects.all()}
    Contact.objects.filter(pk__in=sorted(kinds)[:20]).delete()
    make_customers(16, seed=7)
    compute(days=7)
    assert ModelVersion.objects.filter(kind=KIND).count() == 2
    kept = ContactSegment.objects.filter(pk__in=before)
    assert np.mean([row.segment_id == before[row.pk] for row in kept]) > 0.98
    segment.refresh_from_db()
    assert (str(segment), segment.colour, segment.is_current) == ("Our best", 5, True)
    assert segment.version is not None
    assert segment.version.number == 2
    colours = list(CustomerSegment.objects.current().values_list("colour", flat=True))
    assert len(set(colours)) == len(colours)


def test_newcomer_is_put_into_the_segment_of_its_kind(kinds: dict[int, str]) -> None:
    compute()
    regulars = CustomerSegment.objects.get(archetype="regulars")
    newcomer = ContactFactory()
    Contact.objects.filter(pk=newcomer.pk).update(created_at=NOW + timedelta(minutes=1))
    chance = np.random.default_rng(3)
    Interaction.objects.bulk_create(behave(newcomer, "regular", chance, NOW))
    StaleSegment.objects.get_or_create(contact=newcomer, defaults={"since": NOW})
    StaleSegment.objects.update(since=NOW)
    assert reassign_changed(at=NOW + timedelta(hours=1)) == 1
    row = ContactSegment.objects.get(pk=newcomer.pk)
    assert row.segment == regulars
    assert row.is_newcomer
    assert row.run is None
    assert 0.5 < row.probability <= 1
    assert not StaleSegment.objects.exists()
    assert ModelVersion.objects.filter(kind=KIND).count() == 1


def test_purchases_are_noted_and_move_the_contact(kinds: dict[int, str]) -> None:
    compute()
    sleeper = next(pk for pk, kind in kinds.items() if kind == "sleeper")
    before = ContactSegment.objects.get(pk=sleeper)
    now = timezone.now()
    record_interactions(
        [
            NewInteraction(
                contact=sleeper,
                kind="visit",
                at=now - timedelta(days=day + 1),
                key=f"new:{day}",
                channel="web",
            )
            for day in range(12)
        ]
    )
    assert StaleSegment.objects.filter(contact=sleeper).exists()
    reassign_changed(at=timezone.now() + timedelta(seconds=1))
    after = ContactSegment.objects.get(pk=sleeper)
    assert after.segment_id != before.segment_id
    assert after.previous_id == before.segment_id
    assert after.since is not None
    assert after.since >= now


def test_movement_is_counted_by_the_run(kinds: dict[int, str]) -> None:
    compute()
    sleeper = next(pk for pk, kind in kinds.items() if kind == "sleeper")
    before = ContactSegment.objects.get(pk=sleeper).segment_id
    chance = np.random.default_rng(5)
    contact = Contact.objects.get(pk=sleeper)
    Interaction.objects.bulk_create(behave(contact, "looker", chance, NOW + timedelta(days=1)))
    run = compute(days=1, trains=False)
    after = ContactSegment.objects.get(pk=sleeper).segment_id
    moves = {key: times for key, times in run.result.items() if key.startswith("move_")}
    assert moves == {f"move_{before}_{after}": 1}


def test_while_a_run_is_at_work_contacts_wait() -> None:
    contact = ContactFactory()
    StaleSegment.objects.get_or_create(contact=contact, defaults={"since": timezone.now()})
    JobRunFactory(kind=KIND, state=RunState.WORKING, finished_at=None)
    assert reassign_changed(at=timezone.now() + timedelta(seconds=1)) == 0
    assert StaleSegment.objects.exists()


def test_without_groups_it_says_so_and_cells_are_there_all_the_same() -> None:
    """One cloud without gaps: everybody bought at random times for random amounts."""
    chance = np.random.default_rng(2)
    contacts = [ContactFactory() for _number in range(130)]
    rows = []
    for contact in contacts:
        rows += behave(contact, "regular", chance, NOW)[: int(chance.integers(1, 12))]
    Interaction.objects.bulk_create(rows)
    run = compute()
    assert run.state == RunState.SUCCEEDED, run.error_text
    version = ModelVersion.objects.get(kind=KIND)
    assert version.algorithm == NO_SEGMENTS
    assert version.parameters["why_not"] == "unstable"
    assert not CustomerSegment.objects.exists()
    row = ContactSegment.objects.filter(cell__gt="").first()
    assert row is not None
    assert row.segment is None
    assert row.reasons == []


def test_few_contacts_have_cells_and_no_segments() -> None:
    make_customers(20)
    run = compute()
    assert run.state == RunState.SUCCEEDED, run.error_text
    assert ModelVersion.objects.get(kind=KIND).parameters["why_not"] == "few_rows"
    assert ContactSegment.objects.exclude(cell="").count() == 10


def test_nothing_to_go_by_says_what_is_needed() -> None:
    ContactFactory()
    run = compute()
    assert run.state == RunState.INSUFFICIENT
    assert "100 contacts" in run.error_text


def test_training_that_finds_nothing_leaves_the_segments(
    kinds: dict[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compute()
    before = dict(ContactSegment.objects.values_list("pk", "segment"))
    from analytics.methods.segmentation import clustering

    monkeypatch.setattr(clustering, "STABLE", 2.0)
    run = compute(days=2)
    assert run.state == RunState.SUCCEEDED, run.error_text
    assert run.model_version is not None
    assert run.model_version.number == 1
    newest = ModelVersion.objects.filter(kind=KIND).order_by("-number").first()
    assert newest is not None
    assert (newest.number, newest.state, newest.reason) == (2, "challenger", "unstable")
    assert dict(ContactSegment.objects.values_list("pk", "segment")) == before


def test_imports_that_follow_each_other_do_not_train_each_time(kinds: dict[int, str]) -> None:
    compute()
    make_customers(12, seed=3)
    again = carry_out(ask(kind=KIND, as_of=NOW + timedelta(hours=2)))
    assert ModelVersion.objects.filter(kind=KIND).count() == 1
    assert again.result["assigned"] == 252
    make_customers(60, seed=4)
    carry_out(ask(kind=KIND, as_of=NOW + timedelta(hours=3)))
    assert ModelVersion.objects.filter(kind=KIND).count() == 2


def test_whoever_asks_gets_a_training(kinds: dict[int, str], administrator: User) -> None:
    compute()
    run = ask(kind=KIND, as_of=NOW + timedelta(hours=2), requested_by=administrator)
    carry_out(run)
    assert ModelVersion.objects.filter(kind=KIND).count() == 2


def test_text_is_read_where_it_may_be_and_tells_what_it_adds(kinds: dict[int, str]) -> None:
    words = {
        "regular": "订购 光伏 组件，按时 交货",
        "former": "complaint about late delivery",
        "looker": "asked for a brochure and prices",
        "sleeper": "no answer on the phone",
    }
    Activity.objects.bulk_create(
        Activity(kind="note", subject=words[kind], contact_id=pk, at=NOW - timedelta(days=9))
        for pk, kind in kinds.items()
    )
    Activity.objects.update(created_at=NOW - timedelta(days=9))
    compute()
    version = ModelVersion.objects.get(kind=KIND)
    tried = {row["block"]: row for row in version.parameters["tried"]}
    assert tried["text"]["joins"]
    assert tried["text"]["is_stable"]
    assert any("光伏" in theme for theme in version.parameters["themes"])
    SegmentOptions.objects.create(reads_text=False)
    compute(days=7)
    version = ModelVersion.objects.get(kind=KIND, number=2)
    assert "text" not in {row["block"] for row in version.parameters["tried"]}
    assert version.parameters["themes"] == []


def test_first_run_tells_who_moved_within_the_last_month(kinds: dict[int, str]) -> None:
    """Two who slept until three weeks ago and look around since then; one of them was not known before."""
    sleepers = [pk for pk, kind in kinds.items() if kind == "sleeper"][:2]
    Contact.objects.filter(pk=sleepers[1]).update(created_at=NOW - timedelta(days=10))
    record_interactions(
        NewInteraction(pk, "visit", NOW - timedelta(days=day), channel="web", key=f"{pk}:{day}")
        for pk in sleepers
        for day in range(2, 22, 2)
    )
    run = compute()
    awake, new = (ContactSegment.objects.get(pk=pk) for pk in sleepers)
    asleep = ContactSegment.objects.filter(pk__in=[k for k, v in kinds.items() if v == "sleeper"])
    quiet = Counter(asleep.values_list("segment", flat=True)).most_common(1)[0][0]
    assert (awake.previous_id, awake.since) == (quiet, NOW)
    assert awake.segment_id not in {None, quiet}
    assert (new.previous_id, new.segment_id, new.since) == (None, awake.segment_id, NOW)
    assert run.result[f"move_{quiet}_{awake.segment_id}"] >= 1
    assert not ContactSegment.objects.filter(since=None).exists()
    later = compute(days=1)
    assert not [key for key in later.result if key.startswith(f"move_{quiet}_")]
