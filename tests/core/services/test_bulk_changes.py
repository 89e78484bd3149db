"""Changes of a selection: a few at once, many by a job that may die anywhere."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from core.changes import AddTags, Assign, Change, Delete, RemoveTags, Restore, SetField
from core.changes import change_from_json as read
from core.choices import Reach, RunState
from core.errors import Refused
from core.jobs import ranges as jobs
from core.lists.selection import Selection
from core.models import AuditEvent, ChangeSet, JobPartition, JobRun, User
from core.registries import record_types
from core.services import bulk_changes
from core.services.bulk_changes import Outcome, change_selection, undo_change
from core.services.jobs import cancel_run, resume_run
from core.services.records import save_record
from crm.models import Contact
from tests.factories import ContactFactory, RoleFactory, TagFactory, UserFactory
from tests.factories.core import NOW
from tests.running import carry_out, lose_worker, work_once

pytestmark = pytest.mark.django_db

KIND = record_types["crm.contact"]
ALL = Selection(KIND, address="")
LATER = NOW + timedelta(minutes=5)
TO_ULM = SetField("city", "Ulm")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three records are many, and a job takes two at a time."""
    monkeypatch.setattr(bulk_changes, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(jobs, "PER_PARTITION", 2)


def contacts(owner: User, number: int, **fields: Any) -> list[Contact]:
    made: list[Contact] = ContactFactory.create_batch(
        number, owner=owner, team=owner.team, **fields
    )
    return made


def change(by: User, what: Change = TO_ULM, selection: Selection = ALL) -> Outcome:
    return change_selection(selection=selection, change=what, by=by, at=NOW)


def run_of(outcome: Outcome) -> JobRun:
    assert outcome.run is not None
    return outcome.run


def cities() -> list[str]:
    return list(Contact.objects.order_by("pk").values_list("city", flat=True))


@pytest.mark.parametrize(
    "what",
    [Delete(), Restore(), Assign(3), AddTags((1, 2)), RemoveTags((1,)), SetField("city", "乌尔姆")],
)
def test_change_travels_as_json(what: Change) -> None:
    assert read(what.as_json()) == what
    selection = Selection(KIND, (1, 2), None)
    assert Selection.from_json(selection.as_json()) == selection


# -- at once -------------------------------------------------------------------------------------


def test_ticked_records_are_changed_at_once(sales: User, colleague: User) -> None:
    (mine,), (theirs,) = contacts(sales, 1), contacts(colleague, 1)
    given = [str(mine.pk), str(theirs.pk), "x", "9" * 30, "²"]
    outcome = change(sales, selection=Selection.of_texts(KIND, given))
    assert (outcome.change_set.count, outcome.left_alone, outcome.run) == (1, 1, None)
    assert cities() == ["Ulm", ""]


def test_nothing_chosen_is_told(sales: User, outsider: User) -> None:
    (foreign,) = contacts(outsider, 1)
    for ids in ((), (foreign.pk,)):
        with pytest.raises(Refused, match="at least one"):
            change(sales, selection=Selection(KIND, ids))


def test_list_with_its_condition_is_changed(sales: User) -> None:
    contacts(sales, 2, city="Bonn")
    contacts(sales, 1, city="Jena")
    change(sales, selection=Selection(KIND, address="if=city:is:Bonn&sort=-name"))
    assert cities() == ["Ulm", "Ulm", "Jena"]


@pytest.mark.parametrize("address", ["if=city:is:Bonn", "if=nonsense", "if=city:xx"])
def test_list_with_a_filter_that_is_hidden_or_unknown_is_refused(address: str) -> None:
    """Leaving the filter out would change more records than anybody has seen."""
    grants = {"crm.contact.view": Reach.ALL, "crm.contact.delete": Reach.ALL}
    user = UserFactory(roles=[RoleFactory(grants=grants, hides=["crm.contact.city"])])
    contacts(user, 1, city="Bonn")
    with pytest.raises(Refused):
        change(user, Delete(), Selection(KIND, address=address))
    assert Contact.objects.kept().count() == 1


# -- by a job ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few")
def test_many_records_are_changed_by_a_job(sales: User, colleague: User) -> None:
    contacts(sales, 5)
    contacts(colleague, 1)
    outcome = change(sales)
    assert (cities(), outcome.change_set.count) == ([""] * 6, 0)
    run = carry_out(run_of(outcome))
    assert run.state == RunState.SUCCEEDED
    assert run.result == {"changed": 5, "left": 1}
    assert cities() == ["Ulm"] * 5 + [""]
    change_set = ChangeSet.objects.get()
    assert (change_set.count, change_set.run, change_set.events.count()) == (5, run, 5)


@pytest.mark.usefixtures("few")
def test_job_changes_what_no_longer_meets_the_condition_once_it_is_changed(sales: User) -> None:
    contacts(sales, 5, city="Bonn")
    selection = Selection(KIND, address="if=city:is:Bonn")
    run = carry_out(run_of(change(sales, selection=selection)))
    assert (run.result["changed"], cities()) == (5, ["Ulm"] * 5)


@pytest.mark.usefixtures("few")
def test_job_works_with_the_rights_that_the_user_has_by_then(sales: User) -> None:
    rows = contacts(sales, 5)
    outcome = change(sales, Delete())
    work_once_with_one_partition(run_of(outcome))
    Contact.objects.filter(pk=rows[4].pk).update(owner=None)
    run = carry_out(run_of(outcome))
    assert (run.state, run.result) == (RunState.SUCCEEDED, {"changed": 4, "left": 1})


def work_once_with_one_partition(run: JobRun) -> None:
    """A worker that is lost after the first partition."""
    die_after(run, lambda: JobPartition.objects.filter(run=run, state="done").exists())


class Died(BaseException):
    """The worker is gone: nothing of it is caught."""


def die_after(run: JobRun, is_time: Callable[[], bool]) -> None:
    """Work until it is time, then be lost."""
    asking = False

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal asking
        if not asking and "SAVEPOINT" not in sql:  # what it had begun is rolled back
            asking = True
            is_over = is_time()
            asking = False
            if is_over:
                context["cursor"].close()  # goes with its connection
                raise Died
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper), pytest.raises(Died):
        work_once(run)
    connection.needs_rollback = False  # its connection is gone; ours is the test's
    lose_everybody(run)


def lose_everybody(run: JobRun) -> None:
    run.refresh_from_db()
    if run.is_active:
        lose_worker(run)
    for partition in run.partitions.exclude(lease_until=None):
        lose_worker(partition)


@pytest.mark.usefixtures("few")
def test_right_that_was_taken_away_ends_the_job(sales: User) -> None:
    contacts(sales, 3)
    outcome = change(sales, Delete())
    sales.roles.clear()
    run = carry_out(run_of(outcome))
    assert run.state == RunState.FAILED
    assert "may no longer" in run.error_text
    assert Contact.objects.kept().count() == 3


@pytest.mark.usefixtures("few")
def test_what_the_job_would_refuse_is_refused_at_once(sales: User, marketing: User) -> None:
    contacts(sales, 3)
    with pytest.raises(Refused):
        change(sales, SetField("birthday", "soon"))
    with pytest.raises(PermissionDenied):
        change(marketing, Assign(marketing.pk))
    assert JobRun.objects.count() == ChangeSet.objects.count() == 0


# A run of five records in three partitions asks the database less often than this.
MOST_QUERIES = 400


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("what", ["change", "undo"])
def test_worker_may_die_anywhere(what: str, sales: User) -> None:
    """Lost before each of its queries in turn: in the end everything is done, and done once."""
    rows = contacts(sales, 5, city="Bonn")
    deaths = 0
    for place in range(0, MOST_QUERIES, 5):
        Contact.objects.update(city="Bonn")
        outcome = change(sales)
        if what == "undo":
            carry_out(run_of(outcome))
            outcome = undo_change(change_set=fresh(outcome.change_set), by=sales, at=LATER)
        run = run_of(outcome)
        countdown = iter(range(place))
        try:
            die_after(run, lambda left=countdown: next(left, None) is None)
            deaths += 1
        except pytest.fail.Exception:  # it was done before
            break
        carry_out(run)
        expected = "Ulm" if what == "change" else "Bonn"
        assert (run.state, cities()) == (RunState.SUCCEEDED, [expected] * 5)
        events = AuditEvent.objects.filter(change_set=outcome.change_set)
        assert sorted(events.values_list("object_id", flat=True)) == [row.pk for row in rows]
        assert fresh(outcome.change_set).count == 5
        clear()
    else:
        raise AssertionError("The run asks more often than this test dies.")
    assert deaths > 20


def fresh(change_set: ChangeSet) -> ChangeSet:
    return ChangeSet.objects.select_related("run").get(pk=change_set.pk)


def clear() -> None:
    AuditEvent.objects.all().delete()
    ChangeSet.objects.all().delete()
    JobRun.objects.all().delete()


# -- undoing many --------------------------------------------------------------------------------


@pytest.mark.usefixtures("few")
def test_change_of_many_is_undone_by_a_job(sales: User, manager: User) -> None:
    touched, *_others = contacts(sales, 5, city="Bonn")
    done = change(sales)
    carry_out(run_of(done))
    touched.refresh_from_db()
    touched.city = "Jena"
    save_record(record=touched, by=manager)
    undoing = undo_change(change_set=fresh(done.change_set), by=sales, at=LATER)
    run = carry_out(run_of(undoing))
    assert run.result == {"undone": 4, "left": 1}
    assert cities() == ["Jena", *["Bonn"] * 4]
    assert fresh(undoing.change_set).count == 4
    with pytest.raises(Refused):
        undo_change(change_set=fresh(done.change_set), by=sales, at=LATER)


@pytest.mark.usefixtures("few")
def test_job_that_still_runs_is_cancelled_before_it_is_undone(sales: User, colleague: User) -> None:
    contacts(sales, 5, city="Bonn")
    done = change(sales)
    run = run_of(done)
    work_once_with_one_partition(run)
    with pytest.raises(Refused, match="still being made"):
        undo_change(change_set=fresh(done.change_set), by=sales, at=LATER)
    with pytest.raises(PermissionDenied):
        cancel_run(run=run, by=colleague)
    cancel_run(run=run, by=sales)
    work_once(run)
    assert run.state == RunState.CANCELLED
    undo_change(change_set=fresh(done.change_set), by=sales, at=LATER)
    assert cities() == ["Bonn"] * 5


@pytest.mark.usefixtures("few")
def test_cancelled_job_goes_on_where_it_stopped(sales: User) -> None:
    contacts(sales, 5)
    run = run_of(change(sales))
    work_once_with_one_partition(run)
    cancel_run(run=run, by=sales)
    work_once(run)
    resume_run(run=run, by=sales)
    carry_out(run)
    assert (run.result["changed"], cities()) == (5, ["Ulm"] * 5)


def test_tags_of_many(sales: User) -> None:
    tag = TagFactory()
    contacts(sales, 2)
    change(sales, AddTags((tag.pk,)))
    assert Contact.objects.filter(tags=tag).count() == 2
