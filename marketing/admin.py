"""Marketing in the admin panel."""

from typing import Any, ClassVar

from django.contrib import admin

from core.admin.base import PanelAdmin
from core.admin.filters import BinFilter
from core.admin.records import KEPT_BY_US, RecordAdmin
from marketing.models import (
    Campaign,
    CampaignVariant,
    ConfirmationRequest,
    Consent,
    ConsentEvent,
    ContactPreference,
    ContactUplift,
    DeliveryProblem,
    FormSubmission,
    LinkCheck,
    MailHit,
    MailSettings,
    MarketingOptions,
    Message,
    MessageImage,
    MessageText,
    Pace,
    PageView,
    PastPerson,
    Purpose,
    Recipient,
    Segment,
    SegmentMember,
    SegmentSize,
    Sending,
    StaleMembership,
    Suppression,
    Visitor,
    WebForm,
    Website,
)


@admin.register(Segment)
class SegmentAdmin(RecordAdmin):
    """The condition is written in the product, which checks it."""

    icon = "category"
    group = "market"
    may_add = False
    list_display: ClassVar[Any] = ("name", "kind", "size", "owner", "team", "created_at")
    list_filter: ClassVar[Any] = (BinFilter, "kind", "sharing")
    exclude: ClassVar[Any] = ("contacts",)
    readonly_fields: ClassVar[Any] = (
        *KEPT_BY_US,
        "kind",
        "condition",
        "sharing",
        "size",
        "checked_at",
        "archived_at",
    )


@admin.register(SegmentMember)
class SegmentMemberAdmin(PanelAdmin):
    group = "market"
    icon = "group"
    has_name = False
    list_display: ClassVar[Any] = ("segment", "contact", "since")
    joined: ClassVar[Any] = ("segment", "contact")


@admin.register(SegmentSize)
class SegmentSizeAdmin(PanelAdmin):
    group = "market"
    icon = "show_chart"
    has_name = False
    list_display: ClassVar[Any] = ("segment", "day", "size", "joined", "left")
    joined: ClassVar[Any] = ("segment",)


@admin.register(StaleMembership)
class StaleMembershipAdmin(PanelAdmin):
    group = "market"
    icon = "hourglass_top"
    has_name = False
    list_display: ClassVar[Any] = ("contact_number", "since", "done_at")


@admin.register(Purpose)
class PurposeAdmin(PanelAdmin):
    group = "market"
    icon = "topic"
    list_display: ClassVar[Any] = ("name", "is_confirmed", "archived_at")


@admin.register(Consent)
class ConsentAdmin(PanelAdmin):
    group = "market"
    icon = "verified_user"
    has_name = False
    list_display: ClassVar[Any] = ("contact", "purpose", "channel", "state", "source", "at")
    list_filter: ClassVar[Any] = ("channel", "state", "source")
    joined: ClassVar[Any] = ("contact", "purpose")


@admin.register(ConsentEvent)
class ConsentEventAdmin(PanelAdmin):
    group = "market"
    icon = "history"
    has_name = False
    list_display: ClassVar[Any] = ("contact", "purpose", "channel", "state", "source", "at")
    joined: ClassVar[Any] = ("contact", "purpose")


@admin.register(Suppression)
class SuppressionAdmin(PanelAdmin):
    group = "market"
    icon = "block"
    has_name = False
    list_display: ClassVar[Any] = ("address_key", "reason", "detail", "at")
    list_filter: ClassVar[Any] = ("reason",)


@admin.register(Message)
class MessageAdmin(RecordAdmin):
    """The text is written in the product, which cleans it."""

    icon = "mail"
    group = "market"
    may_add = False
    list_display: ClassVar[Any] = ("name", "form", "is_template", "owner", "team", "created_at")
    list_filter: ClassVar[Any] = (BinFilter, "form", "is_template")
    readonly_fields: ClassVar[Any] = (*KEPT_BY_US, "form")


@admin.register(MessageText)
class MessageTextAdmin(PanelAdmin):
    group = "market"
    icon = "translate"
    has_name = False
    list_display: ClassVar[Any] = ("message", "language", "subject")
    joined: ClassVar[Any] = ("message",)


@admin.register(MessageImage)
class MessageImageAdmin(PanelAdmin):
    group = "market"
    icon = "image"
    list_display: ClassVar[Any] = ("name", "width", "height", "size", "created_at")


@admin.register(Campaign)
class CampaignAdmin(RecordAdmin):
    """A campaign is changed and sent in the product, which checks both."""

    icon = "campaign"
    group = "market"
    may_add = False
    list_display: ClassVar[Any] = (
        "name",
        "state",
        "purpose",
        "scheduled_at",
        "owner",
        "created_at",
    )
    list_filter: ClassVar[Any] = (BinFilter, "state", "channel")
    readonly_fields: ClassVar[Any] = (
        *KEPT_BY_US,
        "channel",
        "purpose",
        "segments",
        "excluded",
        "condition",
        "holdout_share",
        "test_share",
        "decision",
        "scheduled_at",
    )


@admin.register(CampaignVariant)
class CampaignVariantAdmin(PanelAdmin):
    group = "market"
    icon = "science"
    has_name = False
    list_display: ClassVar[Any] = ("campaign", "letter", "message", "weight")
    joined: ClassVar[Any] = ("campaign", "message")


@admin.register(Recipient)
class RecipientAdmin(PanelAdmin):
    group = "market"
    icon = "forward_to_inbox"
    has_name = False
    list_display: ClassVar[Any] = ("campaign", "contact", "arm", "state", "sent_at")
    list_filter: ClassVar[Any] = ("state", "arm")
    joined: ClassVar[Any] = ("campaign", "contact")


@admin.register(PastPerson)
class PastPersonAdmin(PanelAdmin):
    group = "market"
    icon = "person_outline"
    has_name = False
    list_display: ClassVar[Any] = ("campaign", "recipient", "arm", "variant", "has_converted")
    list_filter: ClassVar[Any] = ("arm", "has_converted")
    joined: ClassVar[Any] = ("campaign", "recipient", "variant")


@admin.register(MailHit)
class MailHitAdmin(PanelAdmin):
    group = "market"
    icon = "ads_click"
    has_name = False
    list_display: ClassVar[Any] = ("campaign", "recipient", "kind", "at", "verdict", "sign")
    list_filter: ClassVar[Any] = ("kind", "verdict", "sign")
    joined: ClassVar[Any] = ("campaign", "recipient")


@admin.register(Website)
class WebsiteAdmin(PanelAdmin):
    group = "market"
    icon = "language"
    list_display: ClassVar[Any] = ("domain", "created_at")


@admin.register(Visitor)
class VisitorAdmin(PanelAdmin):
    group = "market"
    icon = "badge"
    has_name = False
    list_display: ClassVar[Any] = ("key", "contact", "first_at", "last_at")
    joined: ClassVar[Any] = ("contact",)


@admin.register(PageView)
class PageViewAdmin(PanelAdmin):
    group = "market"
    icon = "visibility"
    has_name = False
    list_display: ClassVar[Any] = ("visitor", "at", "url")
    joined: ClassVar[Any] = ("visitor",)


@admin.register(MarketingOptions)
class MarketingOptionsAdmin(PanelAdmin):
    group = "market"
    icon = "tune"
    has_name = False
    list_display: ClassVar[Any] = ("week_cap", "month_cap", "sender_name", "sender_address")


@admin.register(ContactPreference)
class ContactPreferenceAdmin(PanelAdmin):
    group = "market"
    icon = "rule"
    has_name = False
    list_display: ClassVar[Any] = ("contact", "week_cap", "month_cap", "paused_until", "at")
    joined: ClassVar[Any] = ("contact",)


@admin.register(DeliveryProblem)
class DeliveryProblemAdmin(PanelAdmin):
    group = "market"
    icon = "unsubscribe"
    has_name = False
    list_display: ClassVar[Any] = ("address_key", "kind", "detail", "at")
    list_filter: ClassVar[Any] = ("kind",)


@admin.register(ConfirmationRequest)
class ConfirmationRequestAdmin(PanelAdmin):
    group = "market"
    icon = "mark_email_read"
    has_name = False
    list_display: ClassVar[Any] = ("contact", "address", "created_at", "sent_at", "confirmed_at")
    joined: ClassVar[Any] = ("contact",)


@admin.register(LinkCheck)
class LinkCheckAdmin(PanelAdmin):
    group = "market"
    icon = "link"
    has_name = False
    list_display: ClassVar[Any] = ("url", "fault", "status", "leads_to", "checked_at")
    list_filter: ClassVar[Any] = ("fault",)


@admin.register(WebForm)
class WebFormAdmin(RecordAdmin):
    """What a form asks for is chosen in the product, which checks it."""

    icon = "dynamic_form"
    group = "market"
    may_add = False
    list_display: ClassVar[Any] = ("name", "is_open", "owner", "team", "created_at")
    list_filter: ClassVar[Any] = (BinFilter, "is_open")
    readonly_fields: ClassVar[Any] = (
        *KEPT_BY_US,
        "key",
        "fields",
        "origins",
        "purposes",
        "redirect_url",
    )


@admin.register(FormSubmission)
class FormSubmissionAdmin(PanelAdmin):
    hidden: ClassVar[Any] = ("token",)
    group = "market"
    icon = "inbox"
    has_name = False
    list_display: ClassVar[Any] = ("form", "state", "contact", "at")
    list_filter: ClassVar[Any] = ("state",)
    joined: ClassVar[Any] = ("form", "contact")


@admin.register(MailSettings)
class MailSettingsAdmin(PanelAdmin):
    """Changed in the product, which encrypts what is secret."""

    hidden: ClassVar[Any] = (
        "password",
        "api_key",
        "mailbox_password",
        "webhook_secret",
        "signing_key",
    )
    group = "market"
    icon = "outgoing_mail"
    has_name = False
    list_display: ClassVar[Any] = ("way", "host", "port", "security", "per_minute")


@admin.register(Sending)
class SendingAdmin(PanelAdmin):
    group = "market"
    icon = "send"
    has_name = False
    list_display: ClassVar[Any] = ("campaign", "fault", "answer", "answered_at", "not_before")
    joined: ClassVar[Any] = ("campaign",)


@admin.register(Pace)
class PaceAdmin(PanelAdmin):
    group = "market"
    icon = "speed"
    has_name = False
    list_display: ClassVar[Any] = ("key", "next_at")


@admin.register(ContactUplift)
class ContactUpliftAdmin(PanelAdmin):
    group = "market"
    icon = "trending_up"
    has_name = False
    list_display: ClassVar[Any] = ("contact", "points", "percentile", "version", "as_of")
    joined: ClassVar[Any] = ("contact", "version")
