"""Every address of the product, with records made for its parameters.

A new address is covered by itself. One with a parameter that nobody knows yet fails with a sentence
that says where to add it: a maker in `RECORDS` (by the noun its name begins with).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from analytics.models import CampaignEffect
from core import audit
from core.choices import Reach, RunState
from core.models import (
    Archive,
    Attachment,
    ChangeSet,
    ExchangeRate,
    ExternalKey,
    Installation,
    SavedView,
    User,
)
from core.registries import record_types
from crm.models import (
    AssignmentRule,
    Contact,
    DayOff,
    FileImport,
    ImportBatch,
    LeadConversion,
    MergedRecord,
    StageChange,
)
from marketing.models import (
    ConfirmationRequest,
    FormSubmission,
    Message,
    MessageImage,
    MessageText,
)
from marketing.services.messages.blocks import new_block
from marketing.services.public_links import confirmation_url, preferences_url, unsubscribe_url
from marketing.services.returns import door
from tests.factories import (
    ActivityFactory,
    ApiTokenFactory,
    CampaignFactory,
    CampaignFileFactory,
    CloseReasonFactory,
    CompanyFactory,
    CompetitorFactory,
    ContactFactory,
    ContactLifetimeFactory,
    CustomerSegmentFactory,
    CustomFieldFactory,
    DealFactory,
    EventFactory,
    FileImportFactory,
    FileTrialFactory,
    ForecastSeriesFactory,
    GroupFactory,
    JobRunFactory,
    LeadFactory,
    LifeStageFactory,
    ModelVersionFactory,
    PipelineFactory,
    PointsRuleFactory,
    ProductFactory,
    PurposeFactory,
    QuoteFactory,
    RoleFactory,
    SegmentFactory,
    SeriesTrialFactory,
    StageFactory,
    SuggestionAnswerFactory,
    TagFactory,
    TeamFactory,
    UserFactory,
    WebFormFactory,
    WebhookDeliveryFactory,
    WebhookFactory,
)
from tests.factories.core import NOW

OWN_ROOMS = ("core.", "crm.", "marketing.", "analytics.", "config.")


@dataclass(frozen=True)
class Address:
    """One URL pattern: its name, its view and the names of its parameters."""

    name: str
    route: str
    view: Callable[..., Any]
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return self.name or self.route

    @property
    def is_ours(self) -> bool:
        return self.view.__module__.startswith(OWN_ROOMS)

    @property
    def is_api(self) -> bool:
        """Whether it answers programs: 401, not the log-in page; problems, not pages."""
        return self.route.removeprefix("^").startswith("api/") and self.name != "api_docs"

    @property
    def permission(self) -> str:
        """What the view says with @requires, @signed_in or @public; empty when it says nothing."""
        stated: str = getattr(self.view, "required_permission", "")
        return stated.replace("<object_type>", OTHERS["object_type"])

    def url(self, owner: User) -> str:
        """The address of a record of this user's."""
        if not self.parameters:
            return f"/{self.route.replace('^', '')}"
        return reverse(self.name, kwargs=values_of(self, owner))

    @property
    def is_panel(self) -> bool:
        """A page of the admin panel; tests/house/test_panel.py walks those."""
        return self.route.startswith("admin/")

    def panel_url(self, pk: object) -> str:
        values = {"object_id": pk, "app_label": "crm"}
        return reverse(f"admin:{self.name}", kwargs={p: values[p] for p in self.parameters})


def addresses() -> list[Address]:
    return [address for address in _walk(get_resolver(), "", ()) if not address.is_panel]


def panel_addresses() -> list[Address]:
    """Those with a name; the nameless ones lead from old addresses of Django to these."""
    found = [address for address in _walk(get_resolver(), "", ()) if address.is_panel]
    return [address for address in found if address.name]


def _walk(resolver: URLResolver, route: str, parameters: tuple[str, ...]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        found = (*parameters, *pattern.pattern.converters, *_groups(pattern))
        if isinstance(pattern, URLPattern):
            yield Address(pattern.name or "", here, pattern.callback, tuple(dict.fromkeys(found)))
        else:
            yield from _walk(pattern, here, found)


def _groups(pattern: URLPattern | URLResolver) -> tuple[str, ...]:
    """Named groups of a `re_path`, as allauth writes them."""
    return tuple(pattern.pattern.regex.groupindex)


def _lead(owner: User) -> int:
    return LeadFactory(owner=owner).pk


def _converted_lead(owner: User) -> int:
    lead, now = LeadFactory(owner=owner, status="converted"), timezone.now()
    deal = DealFactory(owner=owner, lead=lead)
    change_set = ChangeSet.objects.create(
        object_type="crm.lead", action="convert", actor=owner, at=now
    )
    LeadConversion.objects.create(lead=lead, deal=deal, change_set=change_set, at=now)
    return lead.pk


def _contact(owner: User) -> int:
    return ContactFactory(owner=owner, team=owner.team).pk


def _company(owner: User) -> int:
    return CompanyFactory(owner=owner, team=owner.team).pk


def _owned(factory: Any) -> Callable[[User], int]:
    return lambda owner: factory(owner=owner, team=owner.team).pk


def _edit(owner: User) -> dict[str, int]:
    """An edit of a lead."""
    lead = LeadFactory(owner=owner)
    event = audit.record(
        actor=owner, action="edit", subject=lead, changes={"source": ("Fair", "Web")}
    )
    return {"pk": lead.pk, "event": event.pk}


def _file(owner: User) -> dict[str, int]:
    """A file of a lead."""
    lead = LeadFactory(owner=owner)
    upload = SimpleUploadedFile("a.txt", b"text")
    kept = Attachment.objects.create(
        object_type="crm.lead", object_id=lead.pk, file=upload, name="a.txt", size=4
    )
    return {"pk": lead.pk, "file": kept.pk}


def _deleted_file(owner: User) -> dict[str, int]:
    made = _file(owner)
    Attachment.objects.filter(pk=made["file"]).update(deleted_at=NOW)
    return made


def _import(owner: User) -> int:
    lead_import: FileImport = FileImportFactory(created_by=owner, done=True)
    return lead_import.pk


def _waiting_import(owner: User) -> int:
    return FileImportFactory(created_by=owner).pk


def _tried_import(owner: User) -> int:
    trial = JobRunFactory(kind="crm.import_trial", requested_by=owner, state=RunState.SUCCEEDED)
    return FileImportFactory(created_by=owner, trial=trial).pk


def _import_batch(owner: User) -> int:
    batch = ImportBatch.objects.create(file_name="export.zip", created_by=owner)
    FileImportFactory(created_by=owner, batch=batch)
    return batch.pk


def _view(owner: User) -> int:
    return SavedView.objects.create(object_type="crm.contact", name="Mine", owner=owner).pk


def _job(owner: User) -> int:
    return JobRunFactory(requested_by=owner, state=RunState.QUEUED, finished_at=None).pk


def _custom_field(_owner: User) -> int:
    return CustomFieldFactory().pk


def _change(owner: User) -> int:
    return ChangeSet.objects.create(
        object_type="crm.contact", action="delete", actor=owner, at=timezone.now()
    ).pk


def _currency(_owner: User) -> int:
    day = date(2026, 1, 1)
    rate, _made = ExchangeRate.objects.get_or_create(
        currency="USD", valid_from=day, defaults={"rate": 1}
    )
    return rate.pk


def _merge(owner: User) -> int:
    """The change set of two contacts that were merged."""
    one, other = ContactFactory.create_batch(2, owner=owner, team=owner.team)
    change_set = ChangeSet.objects.create(
        object_type="crm.contact", action="merge", actor=owner, at=timezone.now()
    )
    Contact.objects.filter(pk=other.pk).update(deleted_at=timezone.now())
    MergedRecord.objects.create(
        object_type="crm.contact",
        survivor_id=one.pk,
        loser_id=other.pk,
        change_set=change_set,
        moved={"rows": {}, "custom": {}, "dropped": []},
        at=timezone.now(),
    )
    return change_set.pk


def _pipeline(_owner: User) -> int:
    return PipelineFactory().pk


def _points_rule(_owner: User) -> int:
    return PointsRuleFactory().pk


def _assignment_rule(owner: User) -> int:
    return AssignmentRule.objects.create(name="House", person=owner).pk


def _days_off(owner: User) -> int:
    day = timezone.now().date()
    return DayOff.objects.create(user=owner, first_on=day, last_on=day).pk


def _stage(_owner: User) -> int:
    """One of two open stages of a pipeline."""
    stage = StageFactory()
    StageFactory(pipeline=stage.pipeline)
    return stage.pk


def _moved_deal(owner: User) -> dict[str, int]:
    """A deal and a step of it."""
    deal = DealFactory(owner=owner, team=owner.team)
    step = StageChange.objects.create(deal=deal, to_stage=deal.stage, at=timezone.now(), by=owner)
    return {"pk": deal.pk, "step": step.pk}


def _tag(_owner: User) -> int:
    return TagFactory().pk


def _schedule(_owner: User) -> int:
    """Of a task of ours: the seeded ones stay as they are for other tests."""
    crontab, _made = CrontabSchedule.objects.get_or_create(minute="0", hour="4")
    task, _made = PeriodicTask.objects.get_or_create(
        name="House", defaults={"task": "core.recover_runs", "crontab": crontab, "enabled": False}
    )
    return task.pk


def _logo(_owner: User) -> dict[str, str]:
    """The address of the company's logo."""
    picture = ContentFile(b"RIFF", "a.webp")
    installation, _made = Installation.objects.get_or_create(pk=1)
    if not installation.logo:
        installation.logo.save("a.webp", picture)
    return {"picture": PurePath(installation.logo.name).name}


def _user(owner: User) -> int:
    return UserFactory(role="sales", team=owner.team).pk


def _team(owner: User) -> int:
    return TeamFactory(parent=owner.team).pk


def _role(_owner: User) -> int:
    return RoleFactory(grants={"crm.lead.view": Reach.OWN}).pk


def _webhook(owner: User) -> int:
    return WebhookFactory(owner=owner).pk


def _delivery(owner: User) -> dict[str, int]:
    delivery = WebhookDeliveryFactory(webhook__owner=owner)
    return {"pk": delivery.webhook_id, "delivery": delivery.pk}


def _token(owner: User) -> int:
    return ApiTokenFactory(user=owner).pk


def _archive(owner: User) -> int:
    name = default_storage.save("archives/house.zip", ContentFile(b"zip"))
    until = timezone.now() + timedelta(days=1)
    return Archive.objects.create(
        file=name, size=3, rows=1, created_by=owner, made_at=timezone.now(), expires_at=until
    ).pk


def _version(_owner: User) -> dict[str, int]:
    return {"number": ModelVersionFactory().number}


def _trial(owner: User) -> int:
    return FileTrialFactory(created_by=owner, done=True).pk


def _waiting_trial(owner: User) -> int:
    return FileTrialFactory(created_by=owner).pk


def _past_campaign(owner: User) -> int:
    campaign = CampaignFactory(owner=owner, state="sent", has_told_outcomes=True)
    return CampaignFileFactory(created_by=owner, done=True, campaign=campaign).pk


def _waiting_past_campaign(owner: User) -> int:
    return CampaignFileFactory(created_by=owner).pk


def _series(owner: User) -> int:
    return SeriesTrialFactory(created_by=owner, done=True).pk


def _waiting_series(owner: User) -> int:
    return SeriesTrialFactory(created_by=owner).pk


def _forecast(owner: User) -> int:
    return ForecastSeriesFactory(cut="owner", key=str(owner.pk)).pk


def _measured_campaign(owner: User) -> int:
    campaign = CampaignFactory(owner=owner, team=owner.team, started_at=NOW)
    funnel = {"sent": 1, "bounced": 0, "clicked": 0, "replied": 0, "converted": 0, "people": 1}
    figures = {"funnel": funnel | {"revenue": 0.0}, "effects": [], "extra": None, "variants": []}
    CampaignEffect.objects.create(campaign=campaign, figures=figures, as_of=NOW)
    return int(campaign.pk)


def _customer(owner: User) -> int:
    contact = ContactFactory(owner=owner, team=owner.team)
    return ContactLifetimeFactory(contact=contact).pk


def _customer_segment(_owner: User) -> int:
    return CustomerSegmentFactory().pk


def _life_stage(_owner: User) -> int:
    return LifeStageFactory().pk


def _suggestion_answer(owner: User) -> int:
    return SuggestionAnswerFactory(by=owner, contact__owner=owner, contact__team=owner.team).pk


def _token_of(url: str) -> dict[str, str]:
    """What stands in a public link."""
    return {"token": url.rstrip("/").rpartition("/")[2]}


def _unsubscribe_link(owner: User) -> dict[str, str]:
    return _token_of(unsubscribe_url(_contact(owner), None))


def _preferences_link(owner: User) -> dict[str, str]:
    return _token_of(preferences_url(_contact(owner)))


def _confirmation_link(owner: User) -> dict[str, str]:
    asked = ConfirmationRequest.objects.create(
        contact_id=_contact(owner),
        address="ada@example.org",
        address_key="ada@example.org",
        created_at=timezone.now(),
    )
    return _token_of(confirmation_url(asked.pk))


def _form_key(owner: User) -> dict[str, str]:
    return {"key": WebFormFactory(owner=owner, team=owner.team).key}


def _spam(owner: User) -> dict[str, int]:
    form = WebFormFactory(owner=owner, team=owner.team)
    row = FormSubmission.objects.create(
        form=form, token=uuid4().hex, state="spam", values={"name": "Ada"}, at=timezone.now()
    )
    return {"pk": form.pk, "answer": row.pk}


# By the whole name of the address, else by the noun it begins with.
def _message(owner: User) -> int:
    """Of a campaign: it is reached as far as that is."""
    pk = CampaignFactory(owner=owner, team=owner.team).variants.get().message_id
    MessageText.objects.create(message_id=pk, language="en")
    return int(pk)


def _template(owner: User) -> int:
    return Message.objects.create(name="Template", owner=owner, is_template=True).pk


def _picture(_owner: User) -> dict[str, Any]:
    digest = uuid4().hex * 2
    data = ContentFile(b"x", name=f"{digest[:40]}.png")
    image = MessageImage.objects.create(
        file=data, name="x.png", digest=digest, width=1, height=1, size=1
    )
    return {"picture": image.address}


def _block(owner: User) -> dict[str, Any]:
    message = _message(owner)
    body = [{**new_block("divider"), "id": "block1"}]
    MessageText.objects.filter(message_id=message).update(body=body)
    return {"pk": message, "block": "block1"}


RECORDS: dict[str, Callable[[User], int | dict[str, Any]]] = {
    "archive": _archive,
    "assignment": _assignment_rule,
    "assignment_person": _user,
    "assignment_away": _user,
    "assignment_back": _days_off,
    "lead": _lead,
    "lead_convert_undo": _converted_lead,
    "lead_score_version_promote": _version,
    "lead_score_version_retire": _version,
    "version": _version,
    "contact": _contact,
    "customer": _customer,
    "company": _company,
    "company_logo": _logo,
    "pipeline": _pipeline,
    "points": _points_rule,
    "customer_segment_detail": _customer_segment,
    "customer_segment_edit": _customer_segment,
    "stage": _stage,
    "tag": _tag,
    "schedule": _schedule,
    "stage_create": _pipeline,
    "activity": _owned(ActivityFactory),
    "deal": _owned(DealFactory),
    "deal_unmove": _moved_deal,
    "quote": _owned(QuoteFactory),
    "quote_create": _owned(DealFactory),
    "reason": lambda _owner: CloseReasonFactory().pk,
    "competitor": lambda _owner: CompetitorFactory().pk,
    "product": _owned(ProductFactory),
    "group": _owned(GroupFactory),
    "event": _owned(EventFactory),
    "segment": _owned(SegmentFactory),
    "campaign": _owned(CampaignFactory),
    "message": _message,
    "message_change": _template,
    "message_condition": _block,
    "campaign_effect": _measured_campaign,
    "message_image": _picture,
    "mail": lambda _owner: {"recipient": 1, "signature": "x"},
    "mail_returns": lambda _owner: {"way": "json", "token": door()},
    "record": _lead,
    "record_restore": _edit,
    "record_file": _file,
    "record_file_delete": _file,
    "record_file_restore": _deleted_file,
    "import": _import,
    "import_batch": _import_batch,
    "import_batch_start": _import_batch,
    "import_batch_check": _import_batch,
    "import_batch_revert": _import_batch,
    "import_map": _waiting_import,
    "import_check": _tried_import,
    "job": _job,
    "custom": _custom_field,
    "record_preview": _contact,
    "record_unmerge": _merge,
    "merges": _merge,
    "view": _view,
    "view_as_start": _user,
    "user": _user,
    "unsubscribe": _unsubscribe_link,
    "webform": _owned(WebFormFactory),
    "webform_take": _spam,
    "web_form_page": _form_key,
    "web_form_frame": _form_key,
    "web_form_send": _form_key,
    "purpose": lambda _owner: PurposeFactory().pk,
    "preferences": _preferences_link,
    "consent_confirm": _confirmation_link,
    "team": _team,
    "role": _role,
    "change": _change,
    "currency": _currency,
    "webhook": _webhook,
    "webhook_delivery": _delivery,
    "activity_log": _lead,
    "activity_people": _lead,
    "timeline": _lead,
    "token": _token,
    "past": _past_campaign,
    "past_campaign_columns": _waiting_past_campaign,
    "series": _series,
    "series_columns": _waiting_series,
    "forecast": _forecast,
    "life": _life_stage,
    "suggestion": _contact,
    "suggestion_undo": _suggestion_answer,
    "trial": _trial,
    "trial_columns": _waiting_trial,
}
OTHERS = {
    "kind": "analytics.lead_score",
    "record_type": "crm.contact",
    "action": "assign",
    "provider_id": "oidc",
    "uidb36": "1",
    "key": "no-such-key",
    "object_type": "crm.lead",
    "name": "source",
    "language": "en",
    "quarter": f"{timezone.now().year + 1}-Q1",
}
# By the address, where another value is needed.
OTHERS_BY_NAME = {
    # Of a web form that is made.
    ("web_form_page", "key"): None,
    ("web_form_frame", "key"): None,
    ("web_form_send", "key"): None,
    ("record_related_edit", "key"): "deals",
    ("view_as_start", "key"): "user",
    ("record_merge", "object_type"): "crm.contact",
    ("reason_create", "kind"): "won",
}


def values_of(address: Address, owner: User) -> dict[str, Any]:
    """What to put for the parameters: of one record, where several belong to it."""
    values = {p: _other(address, p) for p in address.parameters if _other(address, p) is not None}
    missing = [parameter for parameter in address.parameters if parameter not in values]
    if not missing:
        return values
    made = _maker(address, missing)(owner)
    return {**values, **(made if isinstance(made, dict) else dict.fromkeys(missing, made))}


def _other(address: Address, parameter: str) -> Any:
    return OTHERS_BY_NAME.get((address.name, parameter), OTHERS.get(parameter))


def _api_maker(address: Address, missing: list[str]) -> Callable[[User], Any] | None:
    """By the noun in the middle: `api_lead_detail` is of a lead."""
    noun = address.name.split("_")[1]
    if "source" in missing:
        return lambda owner: _named_as(owner, noun)
    if "file" in missing:
        return lambda owner: _file_of(owner, noun)
    return RECORDS.get(address.name.removeprefix("api_")) or RECORDS.get(noun)


def _named_as(owner: User, noun: str) -> dict[str, str]:
    """A record that another system knows."""
    pk, key = RECORDS[noun](owner), uuid4().hex
    kind = _kind_of(noun)
    ExternalKey.objects.create(object_type=kind, source="erp", key=key, object_id=pk)
    return {"source": "erp", "key": key}


def _kind_of(noun: str) -> str:
    return next(kind.key for kind in record_types if kind.key.endswith(f".{noun}"))


def _file_of(owner: User, noun: str) -> dict[str, Any]:
    pk = RECORDS[noun](owner)
    kept = Attachment.objects.create(
        object_type=_kind_of(noun),
        object_id=pk,
        file=SimpleUploadedFile("a.txt", b"text"),
        name="a.txt",
        size=4,
    )
    return {"pk": pk, "file": kept.pk}


def _maker(address: Address, missing: list[str]) -> Callable[[User], int | dict[str, Any]]:
    noun = address.name.partition("_")[0]
    maker = RECORDS.get(address.name) or RECORDS.get(noun)
    if address.is_api:
        maker = _api_maker(address, missing)
    assert maker is not None, (
        f"{address}: nobody knows what to put for {missing}. Add {noun!r} to RECORDS in "
        "tests/house/addresses.py."
    )
    return maker
