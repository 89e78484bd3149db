"""Other systems: tokens of the API, keys of records elsewhere, webhooks. Read here only."""

from typing import Any, ClassVar

from django.contrib import admin

from core.admin.base import PanelAdmin
from core.admin.filters import RecordTypeFilter
from core.models import (
    ApiToken,
    ExternalKey,
    GivenAnswer,
    Webhook,
    WebhookDelivery,
    WebhookEvent,
)


@admin.register(ApiToken)
class ApiTokenAdmin(PanelAdmin):
    changed_in = "token_list"
    icon = "token"
    is_small = True
    hidden: ClassVar[Any] = ("digest",)
    list_display: ClassVar[Any] = ("name", "user", "role", "expires_at", "last_used_at")
    words: ClassVar[Any] = ("name__icontains", "prefix")


@admin.register(ExternalKey)
class ExternalKeyAdmin(PanelAdmin):
    icon = "link"
    list_display: ClassVar[Any] = ("record_type", "object_id", "source", "key")
    list_filter: ClassVar[Any] = (RecordTypeFilter,)
    numbers: ClassVar[Any] = ("pk", "object_id")


@admin.register(GivenAnswer)
class GivenAnswerAdmin(PanelAdmin):
    """What a repeated request is answered; its body is the asker's."""

    icon = "reply"
    hidden: ClassVar[Any] = ("digest", "body", "headers")
    list_display: ClassVar[Any] = ("created_at", "user", "status")
    numbers: ClassVar[Any] = ("pk", "user_id")
    has_name = False


@admin.register(Webhook)
class WebhookAdmin(PanelAdmin):
    changed_in, changed_at = "webhook_list", ("webhook_detail", "pk")
    icon = "webhook"
    is_small = True
    hidden: ClassVar[Any] = ("key", "secret_version", "old_secret_until")
    list_display: ClassVar[Any] = ("name", "url", "state", "owner", "failures")
    list_filter: ClassVar[Any] = ("state",)
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(WebhookEvent)
class WebhookEventAdmin(PanelAdmin):
    icon = "bolt"
    list_display: ClassVar[Any] = ("at", "record_type", "object_id", "actor")
    list_filter: ClassVar[Any] = (RecordTypeFilter,)
    numbers: ClassVar[Any] = ("pk", "object_id")
    has_name = False


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(PanelAdmin):
    changed_in, changed_at = "webhook_list", ("webhook_detail", "webhook_id")
    icon = "outbox"
    list_display: ClassVar[Any] = ("webhook", "kind", "state", "attempts", "created_at", "sent_at")
    list_filter: ClassVar[Any] = ("state",)
    numbers: ClassVar[Any] = ("pk", "webhook_id", "object_id")
    has_name = False
