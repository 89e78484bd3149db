"""The pages of merging: side by side, afterwards, undone; the old address."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.choices import RunState
from core.models import Attachment, JobRun, User
from crm.choices import PairState
from crm.models import Company, Contact, DuplicatePair, MergedRecord
from tests.factories import CompanyFactory, ContactFactory, DealFactory, LeadFactory
from tests.running import carry_out

pytestmark = pytest.mark.django_db

MERGE = reverse("record_merge", args=["crm.contact"])
MOST_QUERIES = 15


@pytest.fixture
def client(sales: User, log_in: Callable[[User], Client]) -> Client:
    return log_in(sales)


def people(owner: User, count: int = 2) -> list[Contact]:
    return [
        ContactFactory(
            owner=owner, team=owner.team, name=f"Ada {n}", email=f"{n}@a.example", phone=""
        )
        for n in range(count)
    ]


def test_records_stand_side_by_side_with_a_proposal(client: Client, sales: User) -> None:
    one, other = people(sales)
    LeadFactory(contact=other)
    page = client.get(MERGE, {"ids": [one.pk, other.pk]})
    assert page.status_code == 200
    html = page.content.decode()
    assert "0@a.example" in html
    assert "1@a.example" in html
    assert html.count('name="value-email"') == 2
    assert page.context["around"] == [("Leads", 1)]


def test_the_page_of_five_asks_no_more_than_that_of_two(client: Client, sales: User) -> None:
    counts = []
    client.get(MERGE)
    for number in (2, 2, 5):
        company = CompanyFactory(owner=sales, team=sales.team)
        records = people(sales, number)
        Contact.objects.filter(pk__in=[r.pk for r in records]).update(company=company)
        with CaptureQueriesContext(connection) as queries:
            client.get(MERGE, {"ids": [record.pk for record in records]})
        counts.append(len(queries))
    assert counts[1] == counts[2] <= MOST_QUERIES


def test_merging_leads_to_the_survivor_and_undoing_brings_the_other_back(
    client: Client, sales: User
) -> None:
    one, other = people(sales)
    data = {"ids": [one.pk, other.pk], "survivor": one.pk, "value-email": other.pk}
    page = client.post(MERGE, data, follow=True)
    assert page.redirect_chain[-1][0] == one.get_absolute_url()
    assert Contact.objects.get(pk=one.pk).email == "1@a.example"
    assert "Merged into this record" in page.content.decode()
    merge = MergedRecord.objects.get()
    page = client.post(reverse("record_unmerge", args=[merge.change_set_id]), follow=True)
    assert "The merge is undone" in page.content.decode()
    assert Contact.objects.get(pk=one.pk).email == "0@a.example"
    assert Contact.objects.get(pk=other.pk).deleted_at is None


def test_the_old_address_leads_to_what_the_record_became(client: Client, sales: User) -> None:
    one, other = people(sales)
    client.post(MERGE, {"ids": [one.pk, other.pk], "survivor": one.pk})
    page = client.get(other.get_absolute_url())
    assert (page.status_code, page.headers["Location"]) == (302, one.get_absolute_url())
    assert client.get(reverse("contact_detail", args=[other.pk + 1000])).status_code == 404


def test_the_old_address_of_a_company_too(client: Client, sales: User) -> None:
    one, other = [
        CompanyFactory(owner=sales, team=sales.team, name=name) for name in ("Acme", "ACME GmbH")
    ]
    deal = DealFactory(company=other)
    url = reverse("record_merge", args=["crm.company"])
    client.post(url, {"ids": [one.pk, other.pk], "survivor": one.pk, "value-name": other.pk})
    assert Company.objects.get(pk=one.pk).name == "ACME GmbH"
    deal.refresh_from_db()
    assert deal.company_id == one.pk
    assert client.get(other.get_absolute_url()).headers["Location"] == one.get_absolute_url()


def test_a_stranger_is_not_led_to_the_survivor(
    sales: User, log_in: Callable[[User], Client], outsider: User
) -> None:
    one, other = people(sales)
    log_in(sales).post(MERGE, {"ids": [one.pk, other.pk], "survivor": one.pk})
    assert log_in(outsider).get(other.get_absolute_url()).status_code == 404


def test_without_a_survivor_the_page_says_so_and_keeps_the_choice(
    client: Client, sales: User
) -> None:
    one, other = people(sales)
    page = client.post(MERGE, {"ids": [one.pk, other.pk], "value-email": other.pk})
    assert page.status_code == 422
    assert "Choose the record that stays." in page.content.decode()
    cells = next(line for line in page.context["different"] if line.name == "email").cells
    assert [cell.is_chosen for cell in cells] == [False, True]


@pytest.mark.parametrize("ids", [[], ["1"], ["x", "999999"], list("123456")])
def test_with_too_few_or_too_many_records_it_says_what_to_do(
    client: Client, ids: list[str]
) -> None:
    page = client.get(MERGE, {"ids": ids})
    assert page.status_code == 200
    assert "Nothing to merge" in page.content.decode()


def test_a_foreign_record_is_not_compared(client: Client, sales: User, outsider: User) -> None:
    (one,), (foreign,) = people(sales, 1), people(outsider, 1)
    page = client.get(MERGE, {"ids": [one.pk, foreign.pk]})
    assert "Nothing to merge" in page.content.decode()
    client.post(MERGE, {"ids": [one.pk, foreign.pk], "survivor": one.pk})
    assert not MergedRecord.objects.exists()


def test_files_of_the_loser_are_on_the_survivors_page(client: Client, sales: User) -> None:
    one, other = people(sales)
    Attachment.objects.create(
        object_type="crm.contact", object_id=other.pk, file="a.txt", name="plan.txt", size=1
    )
    client.post(MERGE, {"ids": [one.pk, other.pk], "survivor": one.pk})
    assert "plan.txt" in client.get(f"{one.get_absolute_url()}?tab=files").content.decode()


def test_the_record_and_the_queue_lead_to_merging(client: Client, sales: User) -> None:
    one, other = people(sales)
    assert "Possible duplicates" not in client.get(one.get_absolute_url()).content.decode()
    DuplicatePair.objects.create(
        object_type="crm.contact",
        one_id=one.pk,
        other_id=other.pk,
        probability=0.97,
        digest=1,
        seen_at=one.created_at,
    )
    address = f"{MERGE}?ids={one.pk}&amp;ids={other.pk}"
    assert address in client.get(one.get_absolute_url()).content.decode()
    queue = client.get(reverse("duplicate_list")).content.decode()
    assert f"{MERGE}?ids=" in queue
    client.post(MERGE, {"ids": [one.pk, other.pk], "survivor": one.pk})
    assert f"{MERGE}?ids=" not in client.get(reverse("duplicate_list")).content.decode()


def pair(one: Contact, other: Contact, probability: float) -> DuplicatePair:
    return DuplicatePair.objects.create(
        object_type="crm.contact",
        one_id=min(one.pk, other.pk),
        other_id=max(one.pk, other.pk),
        probability=probability,
        digest=1,
        seen_at=one.created_at,
    )


BULK = reverse("duplicate_merge")


def carried_out() -> JobRun:
    return carry_out(JobRun.objects.filter(kind="crm.duplicate_merge").latest("pk"))


def test_all_pairs_from_a_probability_on_are_merged_and_whole_groups_into_one(
    client: Client, sales: User
) -> None:
    one, two, three, four, five = people(sales, 5)
    for each, likely in (((one, two), 0.999), ((two, three), 0.995), ((one, three), 0.992)):
        pair(*each, probability=likely)
    unsure = pair(four, five, 0.93)
    client.post(BULK, {"type": "crm.contact", "least": "0.99", "all": "1"})
    run = carried_out()
    assert (run.state, run.result["merged"]) == (RunState.SUCCEEDED, 2)
    kept = set(Contact.objects.kept().values_list("pk", flat=True))
    assert len(kept & {one.pk, two.pk, three.pk}) == 1
    assert kept >= {four.pk, five.pk}
    assert list(DuplicatePair.objects.open()) == [unsure]


def test_ticked_pairs_are_merged_and_others_wait(client: Client, sales: User) -> None:
    one, two, three, four = people(sales, 4)
    ticked, other = pair(one, two, 0.95), pair(three, four, 0.99)
    client.post(BULK, {"type": "crm.contact", "ids": [ticked.pk]})
    assert carried_out().result["merged"] == 1
    assert list(DuplicatePair.objects.open()) == [other]


def test_a_pair_that_is_decided_in_between_is_left_alone(client: Client, sales: User) -> None:
    one, two = people(sales)
    ticked = pair(one, two, 0.95)
    client.post(BULK, {"type": "crm.contact", "ids": [ticked.pk]})
    run = JobRun.objects.get(kind="crm.duplicate_merge")
    DuplicatePair.objects.update(state=PairState.DISMISSED)
    carry_out(run)
    assert Contact.objects.kept().filter(pk__in=[one.pk, two.pk]).count() == 2


def test_foreign_records_are_not_merged_in_bulk(
    client: Client, sales: User, outsider: User
) -> None:
    (one,), (foreign,) = people(sales, 1), people(outsider, 1)
    chosen = pair(one, foreign, 0.99)
    client.post(BULK, {"type": "crm.contact", "ids": [chosen.pk]})
    carried_out()
    assert not MergedRecord.objects.exists()


def test_nothing_is_merged_when_nothing_is_chosen(client: Client, sales: User) -> None:
    pair(*people(sales), probability=0.99)
    client.post(BULK, {"type": "crm.contact"})
    assert not JobRun.objects.filter(kind="crm.duplicate_merge").exists()
