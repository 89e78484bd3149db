"""Finding records: on both databases, with what the user reaches and sees."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from core.choices import Reach
from core.chores import search as rebuild
from core.jobs.context import RunContext
from core.models import JobRun, SearchEntry, User
from core.registries import record_types
from core.search.finding import find_records, search_condition
from core.services import search as service
from core.services.records import assign_records, save_record
from core.services.search import ask_for_first_index, index_records, remove_from_index
from crm.models import Company, Contact, Lead
from tests.factories import CompanyFactory, ContactFactory, LeadFactory, RoleFactory, UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

Capture = Callable[..., object]
VIEWS = ("crm.contact.view", "crm.lead.view", "crm.company.view")


def index() -> None:
    for kind in ("crm.company", "crm.contact", "crm.lead"):
        model = record_types[kind].model
        index_records(kind, model._base_manager.values_list("pk", flat=True))


def found(text: str, user: User, limit: int = 8) -> list[object]:
    hits = find_records(text, User.objects.get(pk=user.pk), limit=limit)
    return [record_types[h.object_type].model._base_manager.get(pk=h.object_id) for h in hits]


def listed(text: str, user: User, kind: str = "crm.contact") -> set[object]:
    condition = search_condition(text, record_types[kind], user)
    return set(record_types[kind].model._base_manager.filter(condition))


@pytest.fixture
def kestrel() -> Company:
    return CompanyFactory(
        name="Kestrel Robotics", phone="+31 10 555 0199", website="kestrel.example"
    )


@pytest.fixture
def zhang(kestrel: Company) -> Contact:
    contact = ContactFactory(
        name="张伟", email="wei.zhang@mingde.example", phone="+86 138 0013 8000", company=kestrel
    )
    CompanyFactory(name="北京明德精工科技有限公司")
    ContactFactory(name="Jonas Weber", email="jw@post.example", phone="+49 171 2345678")
    index()
    return contact


@pytest.mark.parametrize(
    "typed",
    [
        "zhangwei", "zw", "zhang wei", "张伟", "伟", "wei.zhang@ming", "mingde.example",
        "138-0013", "0013 8000", "13800138000", "张 kestrel",
    ],
)  # fmt: skip
def test_a_contact_is_found(typed: str, zhang: Contact, administrator: User) -> None:
    assert zhang in found(typed, administrator)
    assert zhang in listed(typed, administrator)


@pytest.mark.parametrize("typed", ["明德", "精工", "jinggong", "mdjg"])
def test_the_middle_of_a_name_is_found(typed: str, zhang: Contact, administrator: User) -> None:
    assert [str(it) for it in found(typed, administrator)] == ["北京明德精工科技有限公司"]


@pytest.mark.parametrize("typed", ["zhangqiang", "0013 8002", "qqqq", "!", "", "'\"):*&|<-> \\"])
def test_nothing_is_found_by_what_is_not_there(
    typed: str, zhang: Contact, administrator: User
) -> None:
    assert found(typed, administrator) == []
    assert listed(typed, administrator) == set()


def test_the_best_comes_first(administrator: User) -> None:
    beside = ContactFactory(name="Ada Kestrel")
    begins = CompanyFactory(name="Kestrel Robotics")
    called = CompanyFactory(name="Kestrel")
    index()
    works_there = ContactFactory(name="Zoe", company=called)
    index()
    assert found("kestrel", administrator) == [called, begins, beside, works_there]


@pytest.mark.parametrize("typed", ["kestrle", "kesrel", "kestrell", "kestral robotics", "robtoisc"])
def test_a_slip_is_put_right(
    typed: str, administrator: User, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        company = CompanyFactory(name="Kestrel Robotics")
        index()
    assert found(typed, administrator) == [company]
    assert listed(typed, administrator, "crm.company") == {company}


# -- what the user may see -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "expected"),
    [(Reach.OWN, {"own"}), (Reach.TEAM, {"own", "team"}), (Reach.ALL, {"own", "team", "foreign"})],
)
def test_only_what_the_user_reaches_is_found(reach: Reach, expected: set[str]) -> None:
    role = RoleFactory(grants={"crm.contact.view": reach})
    user, outsider = UserFactory(roles=[role]), UserFactory()
    mate = UserFactory()
    from tests.factories import TeamFactory

    user.team = mate.team = TeamFactory()
    user.save()
    ContactFactory(name="Ada own", owner=user, team=user.team)
    ContactFactory(name="Ada team", owner=mate, team=mate.team)
    ContactFactory(name="Ada foreign", owner=outsider)
    index()
    assert {str(it).split()[1] for it in found("ada", user)} == expected


def test_a_type_without_a_grant_is_not_found(zhang: Contact) -> None:
    user = UserFactory(roles=[RoleFactory(grants={"crm.lead.view": Reach.ALL})])
    assert found("zhangwei", user) == []


@pytest.mark.parametrize(
    ("hidden", "typed"),
    [
        ("crm.contact.name", "张伟"),
        ("crm.contact.name", "zhangwei"),
        ("crm.contact.email", "mingde.example"),
        ("crm.contact.phone", "0013 8000"),
        ("crm.contact.company", "kestrel"),
        ("crm.company.name", "kestrel"),
    ],
)
def test_a_hidden_field_finds_nothing(hidden: str, typed: str, zhang: Contact) -> None:
    grants = dict.fromkeys(VIEWS, Reach.ALL)
    sees = UserFactory(roles=[RoleFactory(grants=grants)])
    blind = UserFactory(roles=[RoleFactory(grants=grants, hides=[hidden])])
    assert zhang in found(typed, sees)
    assert zhang in listed(typed, sees)
    assert zhang not in found(typed, blind)
    assert zhang not in listed(typed, blind)


def test_a_hidden_field_of_a_linked_record_finds_no_lead(administrator: User) -> None:
    lead = LeadFactory(contact=ContactFactory(phone="+49 171 2345678"))
    index()
    role = RoleFactory(grants=dict.fromkeys(VIEWS, Reach.ALL), hides=["crm.contact.phone"])
    assert lead in found("171 2345", administrator)
    assert found("171 2345", UserFactory(roles=[role])) == []


# -- keeping the index ---------------------------------------------------------------------------


def test_saving_through_the_door_keeps_the_index(administrator: User) -> None:
    contact = save_record(record=Contact(name="Ada Lovelace"), by=administrator)
    assert found("lovelace", administrator) == [contact]
    contact.name = "Ada Byron"
    save_record(record=contact, by=administrator)
    assert found("lovelace", administrator) == []
    assert found("byron", administrator) == [contact]


def test_a_renamed_company_takes_its_people_along(kestrel: Company, administrator: User) -> None:
    contact = ContactFactory(company=kestrel)
    lead = LeadFactory(company=kestrel)
    index()
    kestrel.name = "Falcon"
    save_record(record=kestrel, by=administrator)
    assert set(found("falcon", administrator)) == {kestrel, contact, lead}
    assert found("kestrel robotics", administrator) == []


def test_a_company_with_many_people_leaves_them_to_a_job(
    kestrel: Company, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 2)
    contacts = [ContactFactory(company=kestrel) for _number in range(3)]
    index()
    JobRun.objects.all().delete()
    kestrel.name = "Falcon"
    save_record(record=kestrel, by=administrator)
    assert found("falcon", administrator) == [kestrel]
    run_rebuild(JobRun.objects.get(kind="core.search_rebuild"))
    assert set(found("falcon", administrator)) == {kestrel, *contacts}


def test_a_handed_over_lead_is_found_by_its_new_owner(
    manager: User, colleague: User, sales: User
) -> None:
    lead = LeadFactory(owner=sales, contact__name="Ada Lovelace")
    role = RoleFactory(grants={"crm.lead.view": Reach.OWN})
    colleague.roles.set([role])
    index()
    assert found("lovelace", colleague) == []
    rows = Lead.objects.filter(pk=lead.pk)
    assign_records(rows=rows, owner=colleague, by=manager, at=NOW)
    assert found("lovelace", colleague) == [lead]


def test_a_removed_record_is_not_found(zhang: Contact, administrator: User) -> None:
    remove_from_index("crm.contact", [zhang.pk])
    assert zhang not in found("zhangwei", administrator)


def run_rebuild(run: JobRun) -> None:
    job, context = rebuild.SearchRebuildJob(), RunContext(run, lease=_Held(), share=10)
    for payload in job.prepare(context).partitions:
        job.save(context, job.compute(context, job.load(context, payload)))


class _Held:
    is_lost = False


def test_the_job_indexes_what_was_there_before_and_forgets_what_is_gone(
    administrator: User, django_capture_on_commit_callbacks: Capture
) -> None:
    contact = ContactFactory(name="Ada Lovelace")
    gone = ContactFactory(name="Ada Gone")
    index_records("crm.contact", [gone.pk])
    gone.delete()
    run = JobRun.objects.create(
        kind="core.search_rebuild", question="q", key="k", as_of=timezone.now()
    )
    run_rebuild(run)
    assert found("ada", administrator) == [contact]
    assert SearchEntry.objects.count() == 1


def test_an_installation_from_before_the_index_is_asked_for_once() -> None:
    assert ask_for_first_index(as_of=timezone.now()) is None
    contact = ContactFactory()
    run = ask_for_first_index(as_of=timezone.now())
    assert run is not None
    assert run.kind == "core.search_rebuild"
    index_records("crm.contact", [contact.pk])
    assert ask_for_first_index(as_of=timezone.now()) is None


def test_an_unchanged_record_is_not_written_again(zhang: Contact) -> None:
    assert index_records("crm.contact", [zhang.pk]) == 0
    Contact.objects.filter(pk=zhang.pk).update(name="张三")
    assert index_records("crm.contact", [zhang.pk]) == 1


def test_a_lead_without_a_person_is_found_by_its_number(administrator: User) -> None:
    lead = LeadFactory(contact=None, company=None, external_id="L-00417")
    index()
    assert isinstance(lead, Lead)
    assert found("L-00417", administrator) == [lead]
    assert found("00417", administrator) == [lead]
