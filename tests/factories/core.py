"""People, roles, runs, model versions."""

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from core.choices import FieldAccess, FieldType, Reach, RunState
from core.jobs.questions import question_key
from core.models import (
    ApiToken,
    CustomField,
    FieldRule,
    Grant,
    JobRun,
    ModelVersion,
    Notification,
    Role,
    Tag,
    Team,
    User,
    Webhook,
    WebhookDelivery,
)
from core.services.api_tokens import digest_of

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence("Team {}".format)


class RoleFactory(DjangoModelFactory):
    """`grants={"crm.lead.view": Reach.OWN}`, `hides=["crm.lead.source"]`, `locks=[…]`."""

    class Meta:
        model = Role
        skip_postgeneration_save = True

    name = factory.Sequence("Role {}".format)

    @factory.post_generation
    def grants(self: Role, _create: bool, given: dict[str, Reach] | None, **_extra: Any) -> None:
        Grant.objects.bulk_create(
            Grant(role=self, permission=permission, reach=reach)
            for permission, reach in (given or {}).items()
        )

    @factory.post_generation
    def hides(self: Role, _create: bool, given: list[str] | None, **_extra: Any) -> None:
        add_rules(self, given or [], FieldAccess.NONE)

    @factory.post_generation
    def locks(self: Role, _create: bool, given: list[str] | None, **_extra: Any) -> None:
        add_rules(self, given or [], FieldAccess.SEE)


def add_rules(role: Role, fields: list[str], access: FieldAccess) -> None:
    FieldRule.objects.bulk_create(
        FieldRule(role=role, field=name, access=access) for name in fields
    )


class UserFactory(DjangoModelFactory):
    """`role="sales"` takes a seeded role by its key, `roles=[…]` takes roles."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence("person{}@example.com".format)
    name = factory.Sequence("Person {}".format)

    @classmethod
    def _create(cls, model_class: type[User], *_args: Any, **fields: Any) -> User:
        return model_class.objects.create_user(**fields)

    @factory.post_generation
    def role(self: User, _create: bool, given: str | None, **_extra: Any) -> None:
        if given:
            self.roles.add(Role.objects.get(key=given))

    @factory.post_generation
    def roles(self: User, _create: bool, given: list[Role] | None, **_extra: Any) -> None:
        self.roles.add(*(given or []))


class TagFactory(DjangoModelFactory):
    class Meta:
        model = Tag

    name = factory.Sequence("Tag {}".format)


class CustomFieldFactory(DjangoModelFactory):
    class Meta:
        model = CustomField

    object_type = "crm.lead"
    key = factory.Sequence("field_{}".format)
    label = factory.Sequence("Field {}".format)
    type = FieldType.TEXT


class JobRunFactory(DjangoModelFactory):
    class Meta:
        model = JobRun

    kind = "analytics.lead_score"
    scope = factory.Sequence(lambda number: {"number": number})
    question = factory.LazyAttribute(lambda run: question_key(run.kind, run.scope))
    key = factory.LazyAttribute(lambda run: f"{run.question}@{run.as_of.isoformat()}")
    as_of = NOW
    state = RunState.SUCCEEDED
    started_at = NOW
    finished_at = NOW


class ModelVersionFactory(DjangoModelFactory):
    class Meta:
        model = ModelVersion

    kind = "analytics.lead_score"
    number = factory.Sequence(lambda number: number + 1)
    algorithm = "logistic_regression"
    fingerprint = "0" * 64
    artifact_sha256 = "0" * 64


class ApiTokenFactory(DjangoModelFactory):
    """`secret` is what its digest is of; everything its user may, unless told otherwise."""

    class Meta:
        model = ApiToken

    class Params:
        secret = factory.Sequence("rm_secret-of-a-test-{}".format)

    name = "Sync"
    prefix = "rm_secret-o"
    user = factory.SubFactory(UserFactory)
    scopes = ["*"]
    digest = factory.LazyAttribute(lambda token: digest_of(token.secret))


class NotificationFactory(DjangoModelFactory):
    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    kind = "job"
    message = "“%(job)s” is done."
    message_args = {"job": "Lead score"}
    url = "/"


class WebhookFactory(DjangoModelFactory):
    """Told of leads and deals, with the rights of `owner`."""

    class Meta:
        model = Webhook

    name = factory.Sequence("Webhook {}".format)
    url = "https://receiver.example.com/hook"
    kinds = factory.LazyFunction(
        lambda: [
            f"crm.{noun}.{verb}"
            for noun in ("lead", "deal")
            for verb in ("created", "changed", "deleted", "restored")
        ]
    )
    owner = factory.SubFactory(UserFactory)


class WebhookDeliveryFactory(DjangoModelFactory):
    class Meta:
        model = WebhookDelivery

    webhook = factory.SubFactory(WebhookFactory)
    kind = "crm.lead.changed"
    object_type = "crm.lead"
    object_id = factory.Sequence(lambda number: number + 1)
    body = '{"type":"crm.lead.changed"}'
    created_at = NOW
    next_at = NOW
