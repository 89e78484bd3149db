"""One role hides a field; its owner tries every way to the value: reading, ordering, guessing, writing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from core import audit
from core.choices import Reach, Sharing
from core.models import SavedView, User
from core.records import record_pages
from core.registries import record_types
from crm.models import DealContact
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    DealFactory,
    EventFactory,
    LeadFactory,
    LeadScoreFactory,
    ModelVersionFactory,
    ProductFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

ACTIONS = ("view", "create", "edit", "assign", "delete", "export")
WORD, NUMBER = "zqsecret77", 77317731
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Case:
    """A field of a record type; `secret` is a value that stands nowhere else."""

    kind: str
    field: str
    factory: Any
    secret: Any
    other: Any

    def __str__(self) -> str:
        return f"{self.kind}.{self.field}"

    @property
    def hidden(self) -> str:
        return f"{self.kind}.{self.field}"

    def make(self, owner: User, value: Any) -> Any:
        values: dict[str, Any] = {self.field: value}
        if self.field.startswith("custom."):
            values = {"custom": {self.field.removeprefix("custom."): value}}
        if self.field == "amount":
            values["base_amount"] = value
        return self.factory(owner=owner, team=owner.team, **values)


CASES = [
    Case("crm.contact", "email", ContactFactory, f"{WORD}@example.org", "a@example.org"),
    Case("crm.contact", "custom.nickname", ContactFactory, WORD, "a"),
    Case("crm.deal", "amount", DealFactory, NUMBER, 1),
    Case("crm.lead", "interest", LeadFactory, WORD, "a"),
    Case("crm.product", "price", ProductFactory, NUMBER, 1),
    Case("crm.activity", "subject", ActivityFactory, WORD, "a"),
    Case("crm.event", "cost", EventFactory, NUMBER, 1),
    Case("crm.company", "name", CompanyFactory, WORD, "a"),
]
each_case = pytest.mark.parametrize("case", CASES, ids=str)


def insider(*hidden: str) -> User:
    """A sales representative who sees their own records, but not these fields."""
    grants = {f"{kind.key}.{action}": Reach.OWN for kind in record_types for action in ACTIONS}
    return UserFactory(roles=[RoleFactory(grants=grants, hides=list(hidden))])


@dataclass
class Try:
    """The insider, the client, and three records: their values fall, then rise."""

    case: Case
    user: User
    client: Client
    records: list[Any]

    @property
    def secret(self) -> Any:
        return self.records[1]

    @property
    def list_url(self) -> str:
        return reverse(record_types[self.case.kind].list_url)

    def value(self) -> Any:
        record = type(self.secret)._base_manager.get(pk=self.secret.pk)
        if self.case.field.startswith("custom."):
            return record.custom.get("nickname")
        return getattr(record, self.case.field)

    def rows(self, query: dict[str, str]) -> list[int]:
        response = self.client.get(self.list_url, query)
        assert response.status_code == 200
        return [line.row.pk for line in response.context["lines"]]


@pytest.fixture
def trial(case: Case, log_in: Callable[[User], Client]) -> Try:
    CustomFieldFactory(object_type="crm.contact", key="nickname", label="Nickname")
    user = insider(case.hidden)
    values = (case.other, case.secret, case.other)
    records = [case.make(user, value) for value in values]
    _surround(records[1], user)
    audit.record(
        actor=user,
        action="edit",
        subject=records[1],
        changes={case.field: (case.secret, case.other), "tags": ([], [1])},
    )
    return Try(case, user, log_in(user), records)


def _surround(record: Any, user: User) -> None:
    """Records whose pages, panels and lists name this one."""
    given = {"owner": user, "team": user.team}
    match record._meta.model_name:
        case "contact":
            LeadFactory(**given, contact=record)
            DealContact.objects.create(deal=DealFactory(**given, contact=record), contact=record)
            ContactFactory(**given, reports_to=record)
            ActivityFactory(**given, contact=record, kind="task", at=timezone.now())
        case "company":
            LeadFactory(**given, contact=None, company=record)
            DealFactory(**given, company=record)
            ContactFactory(**given, company=record)
        case "deal" | "lead":
            link = {record._meta.model_name: record}
            ActivityFactory(**given, **link, kind="task", at=timezone.now())
        case "group":
            EventFactory(**given, group=record)


def shown(response: HttpResponse) -> str:
    """What an answer says, without what stands between letters and digits."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with ZipFile(BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    if body[:4] == b"%PDF":
        body = "".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages).encode()
    return re.sub(r"\W", "", body.decode())


def tells(text: str) -> bool:
    return WORD in text or str(NUMBER) in text


def assert_silent(response: HttpResponse) -> None:
    assert response.status_code < 500, response
    assert not tells(shown(response))


def reading(trial: Try) -> Iterator[tuple[str, dict[str, Any]]]:
    """The pages that could show the value."""
    kind, field = record_types[trial.case.kind], trial.case.field
    pk, page = trial.secret.pk, record_pages[trial.case.kind]
    detail = reverse(kind.detail_url, args=[pk])
    record = [kind.key, pk]
    yield trial.list_url, {"columns": field, "sort": f"-{field}"}
    yield detail, {"list": f"sort={field}"}
    for tab in ("timeline", "lines", "changes"):
        yield detail, {"tab": tab}
    yield reverse("record_preview", args=record), {}
    yield reverse("record_related", args=record), {}
    yield reverse("record_insight", args=record), {}
    yield reverse(page.edit_url, args=[pk]), {}
    yield reverse("record_field", args=[*record, field.replace(".", "_")]), {"as": "value"}
    for tool in ("list_filter", "list_columns", "list_sort"):
        yield reverse(tool, args=[kind.key]), {"field": field, "column": field, "sent": "1"}
    yield reverse("search"), {}
    yield reverse("recent_list"), {}
    yield reverse("lookup", args=[kind.key]), {"q": ""}
    yield reverse("home"), {}
    yield reverse("task_list"), {}
    yield reverse("notification_list"), {}
    for other in record_types:
        paths = [f"{link.name}.{field}" for link in other.fields if link.target == kind.key]
        yield reverse(other.list_url), {"columns": ",".join(paths)}
        for row in other.model._base_manager.exclude(pk=pk)[:1]:
            yield reverse(other.detail_url, args=[row.pk]), {}
            yield reverse("record_related", args=[other.key, row.pk]), {}
            yield reverse("record_preview", args=[other.key, row.pk]), {}
            yield reverse(record_pages[other.key].edit_url, args=[row.pk]), {}


@each_case
def test_no_page_tells_the_value(trial: Try) -> None:
    assert tells(re.sub(r"\W", "", str(trial.value())))  # else nothing is tried
    for url, query in reading(trial):
        response = trial.client.get(url, query)
        assert response.status_code < 500, url
        assert not tells(shown(response)), (url, query)


@each_case
def test_the_order_tells_nothing(trial: Try) -> None:
    field = trial.case.field
    usual = trial.rows({})
    assert trial.rows({"sort": field}) == usual
    assert trial.rows({"sort": f"-{field}"}) == usual
    for other in record_types:
        for link in (it for it in other.fields if it.target == trial.case.kind):
            url = reverse(other.list_url)
            for name in (f"{link.name}.{field}", f"-{link.name}.{field}"):
                plain, sorted_by = (
                    [line.row.pk for line in trial.client.get(url, q).context["lines"]]
                    for q in ({}, {"sort": name})
                )
                assert sorted_by == plain


@each_case
def test_a_filter_by_it_is_left_out(trial: Try) -> None:
    """What is asked does not change the rows; and all of such a list can be given to nothing."""
    field, secret = trial.case.field, trial.case.secret
    usual = trial.rows({})
    for test in (f"{field}:is:{secret}", f"{field}:set", f"{field}:contains:{secret}"):
        assert trial.rows({"if": test}) == usual
        response = trial.client.post(
            reverse("bulk_export", args=[trial.case.kind]),
            {"all": "1", "address": f"if={test}", "form": "csv"},
        )
        assert response.status_code == 302


@each_case
def test_words_do_not_find_it(trial: Try) -> None:
    words = str(trial.case.secret)
    for url in (trial.list_url, reverse("search"), reverse("lookup", args=[trial.case.kind])):
        response = trial.client.get(url, {"q": words})
        hits = [trial.secret.get_absolute_url(), f'data-number="{trial.secret.pk}"']
        assert not any(hit in response.content.decode() for hit in hits), url


@each_case
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_file_has_it(trial: Try, form: str) -> None:
    response = trial.client.post(
        reverse("bulk_export", args=[trial.case.kind]),
        {"all": "1", "address": f"columns={trial.case.field}", "form": form},
    )
    assert response.status_code == 200
    assert_silent(response)


@each_case
def test_a_shared_view_that_asks_for_it_shows_no_rows(trial: Try) -> None:
    field = trial.case.field
    view = SavedView.objects.create(
        object_type=trial.case.kind,
        name="Shared",
        owner=UserFactory(role="administrator"),
        sharing=Sharing.ALL,
        columns=[field],
        sort=f"-{field}",
        condition={"field": field, "operator": "set"},
    )
    response = trial.client.get(trial.list_url, {"view": view.pk})
    assert response.context["lines"] == []
    assert_silent(response)


@each_case
def test_it_cannot_be_written(trial: Try) -> None:
    """By the form, in place, for many at once, by putting back what the trail has."""
    kind, pk, field = trial.case.kind, trial.secret.pk, trial.case.field
    before, control = trial.value(), field.replace(".", "_")
    event = audit.record(
        actor=None, action="edit", subject=trial.secret, changes={field: ("5", "6")}
    )
    tries = [
        (reverse(record_pages[kind].edit_url, args=[pk]), {control: "5", "loaded": "{}"}),
        (reverse("record_field", args=[kind, pk, control]), {control: "5"}),
        (reverse("record_restore", args=[kind, pk, event.pk, field]), {}),
        (
            reverse("bulk_change", args=[kind, "edit"]),
            {"ids": [pk], "field": field, "value": "5", "apply": "1"},
        ),
    ]
    for url, data in tries:
        response = trial.client.post(url, data)
        assert_silent(response)
        assert trial.value() == before, url


@each_case
def test_the_bin_is_silent(trial: Try) -> None:
    kind = trial.case.kind
    url = reverse("bulk_change", args=[kind, "delete"])
    trial.client.post(url, {"ids": [trial.secret.pk], "apply": "1"})
    assert_silent(trial.client.get(reverse("bin_list"), {"type": kind}))
    gone = trial.client.get(trial.secret.get_absolute_url())
    assert gone.status_code == 404
    assert_silent(gone)
    found = trial.client.get(reverse("bin_list"), {"type": kind, "q": str(trial.case.secret)})
    assert f'value="{trial.secret.pk}"' not in found.content.decode()


def test_the_order_of_scores_tells_nothing(log_in: Callable[[User], Client]) -> None:
    user = insider("crm.lead.score")
    client, version = log_in(user), ModelVersionFactory()
    for score in (40, 90, 60):
        LeadScoreFactory(lead=LeadFactory(owner=user), score=score, version=version)
    url = reverse("lead_list")
    usual = [line.row.pk for line in client.get(url).context["lines"]]
    assert usual == sorted(usual, reverse=True)
    for query in ("sort=score", "sort=-score", "sort=chance", "sort=grade", "if=score:at_least:50"):
        assert [line.row.pk for line in client.get(f"{url}?{query}").context["lines"]] == usual
    assert "90" not in re.findall(r"<td[^>]*>\s*(\d+)", client.get(url).content.decode())


@pytest.mark.parametrize(
    ("hidden", "kind", "link"),
    [
        ("crm.contact.name", "crm.lead", "contact"),
        ("crm.contact.name", "crm.deal", "contact"),
        ("crm.company.name", "crm.contact", "company"),
    ],
)
def test_links_are_not_ordered_by_a_hidden_name(
    log_in: Callable[[User], Client], hidden: str, kind: str, link: str
) -> None:
    user = insider(hidden)
    client = log_in(user)
    target = ContactFactory if link == "contact" else CompanyFactory
    factory = {"crm.lead": LeadFactory, "crm.deal": DealFactory, "crm.contact": ContactFactory}
    for name in ("Beta", "Zeta", "Alpha"):
        row = target(owner=user, name=name)
        factory[kind](owner=user, **{link: row})
    url = reverse(record_types[kind].list_url)
    plain, up, down = (
        [line.row.pk for line in client.get(url, query).context["lines"]]
        for query in ({}, {"sort": link}, {"sort": f"-{link}"})
    )
    assert up == down == plain


def test_of_somebody_elses_contact_nothing_but_the_name_is_told(
    log_in: Callable[[User], Client],
) -> None:
    """A deal or a lead of mine may be about a person, and a company, that I may not open."""
    user, other = insider(), UserFactory()
    company = CompanyFactory(owner=other, name="Foreign Works")
    contact = ContactFactory(
        owner=other, email=f"{WORD}@example.org", phone="+49 77317731", job_title=WORD
    )
    lead = LeadFactory(owner=user, contact=contact, company=company)
    deal = DealFactory(owner=user, contact=contact, company=company)
    client = log_in(user)
    for record in (lead, deal):
        kind = record._meta.label_lower
        urls = [
            record.get_absolute_url(),
            reverse(record_pages[kind].edit_url, args=[record.pk]),
            reverse("record_preview", args=[kind, record.pk]),
            reverse("search"),
            reverse("recent_list"),
            reverse(record_types[kind].list_url),
            reverse("home"),
        ]
        for url in urls:
            page = client.get(url)
            assert not tells(shown(page)), url
            assert "ForeignWorks" not in shown(page), url


def test_a_name_is_a_text_everywhere(log_in: Callable[[User], Client]) -> None:
    """Markup in names, labels, help and options comes out as it was written."""
    evil = "<img src=x onerror=alert(1)>"
    user = UserFactory(role="administrator")
    client = log_in(user)
    CustomFieldFactory(
        object_type="crm.contact",
        key="evil",
        label=evil,
        help_text=evil,
        type="choice",
        options=[{"key": "a", "label": evil}],
    )
    contact = ContactFactory(
        owner=user, name=evil, custom={"evil": "a"}, company=CompanyFactory(name=evil)
    )
    ActivityFactory(owner=user, contact=contact, subject=evil, body=evil, at=NOW, done_at=NOW)
    view = SavedView.objects.create(
        object_type="crm.contact", name=evil, owner=user, columns=["custom.evil"]
    )
    urls = [
        f"{reverse('contact_list')}?view={view.pk}&if=custom.evil:is:a&sort=custom.evil",
        f"{reverse('list_filter', args=['crm.contact'])}?field=custom.evil",
        reverse("list_columns", args=["crm.contact"]),
        reverse("contact_edit", args=[contact.pk]),
        reverse("record_field", args=["crm.contact", contact.pk, "custom_evil"]),
        contact.get_absolute_url(),
        f"{contact.get_absolute_url()}?tab=notes",
        reverse("record_preview", args=["crm.contact", contact.pk]),
        f"{reverse('lookup', args=['crm.contact'])}?q=img",
        f"{reverse('search')}?q=img",
        reverse("custom_field_list"),
        f"{reverse('search')}?q={evil}",
    ]
    for url in urls:
        for headers in ({}, HTMX):
            assert "<img src=x" not in client.get(url, headers=headers).content.decode(), url


def test_a_view_is_named_on_one_line(log_in: Callable[[User], Client]) -> None:
    """Its name becomes a file's, in a header."""
    user = insider()
    ContactFactory(owner=user)
    client = log_in(user)
    url = reverse("view_create", args=["crm.contact"])
    client.post(url, {"name": "A\r\nSet-Cookie: b=c", "icon": "", "sharing": "private"})
    view = SavedView.objects.get(owner=user)
    assert view.name == "A Set-Cookie: b=c"
    address = f"view={view.pk}"
    response = client.post(
        reverse("bulk_export", args=["crm.contact"]),
        {"all": "1", "address": address, "form": "csv"},
    )
    assert response.status_code == 200


def test_deep_json_is_no_form_state(log_in: Callable[[User], Client]) -> None:
    user = insider()
    contact = ContactFactory(owner=user)
    response = log_in(user).post(
        reverse("contact_edit", args=[contact.pk]), {"name": "New", "loaded": "[" * 100_000}
    )
    assert response.status_code == 302
