"""A page asks the database as often for three rows, or thirty, as for one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import audit
from core.choices import Reach, RunState, VersionState
from core.conditions import Criterion
from core.models import (
    Attachment,
    CustomField,
    JobRun,
    JobStep,
    ModelVersion,
    SavedView,
    User,
    Webhook,
)
from crm.models import ContactLife, DealContact, FileImport, ImportBatch, Lead, LifeStay, Membership
from crm.queries.inbox import inbox_url
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    CompanyLifetimeFactory,
    ContactFactory,
    ContactLifetimeFactory,
    ContactSegmentFactory,
    CustomFieldFactory,
    DealFactory,
    EventFactory,
    FileImportFactory,
    GroupFactory,
    JobRunFactory,
    LeadFactory,
    LeadScoreFactory,
    LifeStageFactory,
    ModelVersionFactory,
    NotificationFactory,
    RefusedRowFactory,
    RoleFactory,
    SegmentFactory,
    TagFactory,
    TeamFactory,
    UserFactory,
    WebhookDeliveryFactory,
    WebhookFactory,
)
from tests.factories.core import NOW
from tests.factories.crm import entry
from tests.house.test_pages import assert_safe

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15
SIZES = (1, 3, 30)
PLANT = {"number": "", "link": "crm.company"}

LogIn = Callable[..., Client]


def leads(user: User, number: int) -> str:
    version = ModelVersion.objects.first() or ModelVersionFactory()
    for _row in range(number):
        LeadScoreFactory(lead=LeadFactory(owner=UserFactory(team=user.team)), version=version)
    return reverse("lead_list")


def new_leads(user: User, number: int) -> str:
    """The inbox, whose rows have buttons."""
    leads(user, number)
    Lead.objects.update(awaits_since=NOW)
    return inbox_url()


def contacts(user: User, number: int) -> str:
    for _row in range(number):
        ContactFactory(owner=UserFactory(), team=user.team, company=CompanyFactory())
    return reverse("contact_list")


def companies(user: User, number: int) -> str:
    for _row in range(number):
        company = CompanyFactory(owner=UserFactory(), team=user.team)
        CompanyLifetimeFactory(company=company)
    columns = "value_ahead,value_at_risk,bought,buyers,last_purchase,model_segment,life_score"
    return f"{reverse('company_list')}?columns={columns}&sort=-value_ahead"


def many_columns(user: User, number: int) -> str:
    """Related, custom and tag columns, conditions over related records and a saved view."""
    kind = "crm.contact"
    for key, field_type in (("plant", "link"), ("budget", "number")):
        if not CustomField.objects.filter(object_type=kind, key=key).exists():
            CustomFieldFactory(object_type=kind, key=key, type=field_type, target=PLANT[field_type])
    view, _made = SavedView.objects.get_or_create(
        object_type=kind, owner=user, name="All of it", condition={"happened": "activity"}
    )
    for _row in range(number):
        company = CompanyFactory(parent=CompanyFactory(owner=user))
        custom = {"plant": company.pk, "budget": 5}
        contact = ContactFactory(owner=user, team=user.team, company=company, custom=custom)
        contact.tags.add(TagFactory(), TagFactory())
        ActivityFactory(contact=contact, owner=user, team=user.team, done_at=NOW)
    columns = "company,company.industry,company.parent,company.owner,tags,owner"
    columns += ",custom.plant,custom.budget,reports_to,reports_to.company"
    asked = "if=company.industry:empty&if=owner:is:me&sort=company.name"
    return f"{reverse('contact_list')}?view={view.pk}&columns={columns}&{asked}"


def several_links(user: User, number: int) -> str:
    """Columns that hold many rows each, own ones and those of a linked record."""
    for _row in range(number):
        company = CompanyFactory(owner=user, team=user.team)
        company.tags.add(TagFactory())
        contact = ContactFactory(owner=user, team=user.team, company=company)
        for factory in (GroupFactory, EventFactory):
            for _each in range(2):
                factory(owner=user, team=user.team).contacts.add(contact)
    return f"{reverse('contact_list')}?columns=company.tags,groups,events&if=groups:set"


def preview(user: User, number: int) -> str:
    contact = ContactFactory(owner=user, team=user.team, company=CompanyFactory())
    for _row in range(number):
        contact.tags.add(TagFactory())
        CustomFieldFactory(object_type="crm.contact")
        ActivityFactory(contact=contact, owner=user, team=user.team, done_at=NOW)
    return reverse("record_preview", args=["crm.contact", contact.pk])


def filter_fields(_user: User, number: int) -> str:
    CustomFieldFactory.create_batch(number, object_type="crm.contact")
    return reverse("list_filter", args=["crm.deal"])


def home(user: User, number: int) -> str:
    leads(user, number)
    return reverse("home")


def lead_page(user: User, number: int) -> str:
    """Custom fields, changes and reasons grow."""
    lead: Lead = LeadScoreFactory(lead=LeadFactory(owner=user)).lead
    for _row in range(number):
        field = CustomFieldFactory()
        lead.custom[field.key] = "x"
        lead.score.reasons.append({"field": field.name, "value": "x", "points": 1.0})
        audit.record(
            actor=UserFactory(), action="edit", subject=lead, changes={"source": ("a", "b")}
        )
    lead.save()
    lead.score.save()
    return reverse("lead_detail", args=[lead.pk])


def contact_page(user: User, number: int) -> str:
    contact = ContactFactory(owner=user, team=user.team, company=CompanyFactory())
    stages = LifeStageFactory.create_batch(2)
    ContactLife.objects.create(contact=contact, stage=stages[0], since=NOW, as_of=NOW)
    ContactLifetimeFactory(contact=contact)
    ContactSegmentFactory(contact=contact)
    SegmentFactory()
    for row in range(number):
        at = NOW - timedelta(days=row)
        LifeStay.objects.create(contact=contact, stage=stages[1], since=at, until=at)
        LeadScoreFactory(lead=LeadFactory(owner=user, contact=contact))
    return reverse("contact_detail", args=[contact.pk])


def insight_of_contact(user: User, number: int) -> str:
    return f"/records/crm.contact/{contact_page(user, number).split('/')[-2]}/insight/"


def segments(user: User, number: int) -> str:
    SegmentFactory.create_batch(number, owner=user, team=user.team)
    return reverse("segment_list")


def segment_page(user: User, number: int) -> str:
    """With members and sizes, and a condition that asks for another segment."""
    other = SegmentFactory(owner=user, team=user.team)
    asked = Criterion("segments", "has_any", [str(other.pk)])
    segment = SegmentFactory(owner=user, team=user.team, asked=asked)
    for row in range(number):
        contact = ContactFactory(owner=user, team=user.team)
        segment.members.create(contact=contact, since=NOW)
        segment.sizes.create(day=NOW.date() - timedelta(days=row), size=row)
    return reverse("segment_detail", args=[segment.pk])


def related_of_company(user: User, number: int) -> str:
    """What stands around a company, of every kind."""
    company = CompanyFactory(owner=user, team=user.team)
    for _row in range(number):
        LeadFactory(owner=user, company=company)
        ContactFactory(owner=user, team=user.team, company=company)
        CompanyFactory(owner=user, team=user.team, parent=company)
        DealFactory(owner=user, company=company)
    return reverse("record_related", args=["crm.company", company.pk])


def related_of_contact(user: User, number: int) -> str:
    contact = ContactFactory(owner=user, team=user.team)
    for _row in range(number):
        LeadFactory(owner=user, contact=contact)
        ContactFactory(owner=user, team=user.team, reports_to=contact)
        DealContact.objects.create(deal=DealFactory(owner=user), contact=contact)
        group = GroupFactory(owner=user, team=user.team)
        Membership.objects.create(group=group, contact=contact)
    return reverse("record_related", args=["crm.contact", contact.pk])


def changes_of_company(user: User, number: int) -> str:
    """Links and choices of many changes are put into words together."""
    company = CompanyFactory(owner=user, team=user.team)
    for _row in range(number):
        parents = [CompanyFactory(owner=user, team=user.team).pk for _ in range(2)]
        changes = {"parent": tuple(parents), "kind": ("customer", "partner")}
        audit.record(actor=UserFactory(), action="edit", subject=company, changes=changes)
    return f"{company.get_absolute_url()}?tab=changes"


def files_of_company(user: User, number: int) -> str:
    company = CompanyFactory(owner=user, team=user.team)
    for row in range(number):
        Attachment.objects.create(
            object_type="crm.company",
            object_id=company.pk,
            file="x",
            name=f"{row}.pdf",
            size=1,
            uploaded_by=UserFactory(),
        )
    return f"{company.get_absolute_url()}?tab=files"


def deal_page(user: User, number: int) -> str:
    """Added fields that link to records and tags grow."""
    deal = DealFactory(owner=user)
    for row in range(number):
        field = CustomFieldFactory(object_type="crm.deal", type="link", target="crm.company")
        deal.custom[field.key] = CompanyFactory(owner=user, team=user.team).pk
        deal.tags.add(TagFactory(name=f"Tag {row} {deal.pk}"))
    deal.save()
    return reverse("deal_detail", args=[deal.pk])


def company_page(user: User, number: int) -> str:
    company = CompanyFactory(owner=user, team=user.team)
    for _row in range(number):
        LeadScoreFactory(lead=LeadFactory(owner=user, company=company))
        ContactFactory(owner=user, team=user.team, company=company)
    return reverse("company_detail", args=[company.pk])


def jobs(user: User, number: int) -> str:
    for _row in range(number):
        JobRunFactory(requested_by=UserFactory())
        upload = FileImportFactory(created_by=user)
        JobRunFactory(
            kind="crm.file_import",
            requested_by=user,
            scope={"import": upload.pk, "file": "x.csv"},
            state=RunState.QUEUED,
        )
    return reverse("job_list")


def job_page(user: User, number: int) -> str:
    """Steps and earlier runs of the question grow."""
    runs: list[JobRun] = [
        JobRunFactory(
            scope={"number": number},
            as_of=NOW + timedelta(hours=hour),
            requested_by=user,
        )
        for hour in range(number + 1)
    ]
    for position in range(number):
        JobStep.objects.create(run=runs[-1], name=f"Step {position}", started_at=NOW)
    return reverse("job_run", args=[runs[-1].pk])


def imports(user: User, number: int) -> str:
    for _row in range(number):
        FileImportFactory(created_by=user, owner=UserFactory(), done=True)
    return reverse("import_list")


def import_page(user: User, number: int) -> str:
    lead_import: FileImport = FileImportFactory(created_by=user, done=True)
    for _row in range(number):
        RefusedRowFactory(file_import=lead_import)
    return reverse("import_detail", args=[lead_import.pk])


def import_parts(user: User, number: int) -> str:
    batch = ImportBatch.objects.create(file_name="export.zip", created_by=user)
    for _part in range(number):
        FileImportFactory(created_by=user, batch=batch, done=True)
        FileImportFactory(created_by=user, batch=batch)
    return reverse("import_batch", args=[batch.pk])


def import_columns(user: User, number: int) -> str:
    """Columns to match and colleagues to give the leads to grow."""
    names = [f"Column {position}" for position in range(number)]
    UserFactory.create_batch(number, team=user.team)
    lead_import = FileImportFactory(
        created_by=user, columns=names, mapping=[entry(name) for name in names]
    )
    return reverse("import_map", args=[lead_import.pk])


def lead_form(user: User, number: int) -> str:
    CustomFieldFactory.create_batch(number)
    return reverse("lead_edit", args=[LeadFactory(owner=user).pk])


def inbox(user: User, number: int) -> str:
    NotificationFactory.create_batch(number, user=user)
    return reverse("notification_list")


def model_page(_user: User, number: int) -> str:
    CustomFieldFactory.create_batch(number, known_when="after")
    for _row in range(number):
        ModelVersionFactory(state=VersionState.RETIRED)
        JobRunFactory()
    return reverse("lead_score_model")


def users(user: User, number: int) -> str:
    for _row in range(number):
        UserFactory(team=TeamFactory(), roles=[RoleFactory(), RoleFactory()])
    return reverse("user_list")


def user_page(user: User, number: int) -> str:
    person = UserFactory(team=user.team, roles=RoleFactory.create_batch(number))
    LeadFactory.create_batch(number, owner=person)
    return reverse("user_edit", args=[person.pk])


def teams(user: User, number: int) -> str:
    for _row in range(number):
        UserFactory(team=TeamFactory(parent=user.team))
    return reverse("team_list")


def roles(_user: User, number: int) -> str:
    RoleFactory.create_batch(number)
    return reverse("role_list")


def role_page(_user: User, number: int) -> str:
    CustomFieldFactory.create_batch(number)
    role = RoleFactory(hides=["crm.lead.source"])
    UserFactory.create_batch(number, roles=[role])
    return reverse("role_edit", args=[role.pk])


def rights(user: User, number: int) -> str:
    CustomFieldFactory.create_batch(number)
    grants = {"crm.lead.view": Reach.TEAM}
    person = UserFactory(team=user.team, roles=RoleFactory.create_batch(number, grants=grants))
    lead = LeadFactory(owner=UserFactory(team=TeamFactory(parent=user.team)))
    asked = f"user={person.pk}&record=crm.lead:{lead.pk}&what=field:crm.lead.source"
    return f"{reverse('rights')}?{asked}"


def webhooks(user: User, number: int) -> str:
    WebhookFactory.create_batch(number, owner=user)
    return reverse("webhook_list")


def log_of_webhook(user: User, number: int) -> str:
    webhook = Webhook.objects.first() or WebhookFactory(owner=user)
    WebhookDeliveryFactory.create_batch(number, webhook=webhook)
    return reverse("webhook_detail", args=[webhook.pk])


PAGES = [
    leads,
    new_leads,
    contacts,
    companies,
    many_columns,
    several_links,
    preview,
    filter_fields,
    home,
    lead_page,
    contact_page,
    insight_of_contact,
    segments,
    segment_page,
    company_page,
    related_of_company,
    related_of_contact,
    changes_of_company,
    files_of_company,
    deal_page,
    jobs,
    job_page,
    imports,
    import_page,
    import_columns,
    import_parts,
    lead_form,
    inbox,
    model_page,
    users,
    user_page,
    teams,
    roles,
    role_page,
    rights,
    webhooks,
    log_of_webhook,
]


@pytest.mark.parametrize("role", ["administrator", "manager", "sales"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_page_asks_as_often_for_many_rows_as_for_one(
    page: Callable[[User, int], str],
    role: str,
    request: pytest.FixtureRequest,
    log_in: LogIn,
) -> None:
    user = request.getfixturevalue(role)
    client = log_in(user)
    counts = []
    for size in SIZES:
        url = page(user, size)
        ContentType.objects.clear_cache()
        client.get(reverse("notification_list"))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
        if response.status_code == 403:
            pytest.skip(f"{role} may not open this page")
        assert response.status_code == 200
        assert_safe(response)
        counts.append([query["sql"] for query in queries])
    assert len({len(asked) for asked in counts}) == 1, more_of(counts[0], counts[-1])
    assert len(counts[-1]) <= MOST_QUERIES, "\n".join(counts[-1])


def more_of(few: list[str], many: list[str]) -> str:
    """The queries that came with the rows, for whoever has to find them."""
    return f"{len(few)} queries for one row, {len(many)} for thirty:\n" + "\n".join(many)
