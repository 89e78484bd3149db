"""Campaigns as people know them, and the tables of campaigns, messages and consents in an archive."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.registries import ArchiveTable, RecordType
from core.registries.records import Field, Searched

CAMPAIGN = RecordType(
    "marketing.campaign",
    _("Campaign"),
    _("Campaigns"),
    "send",
    "campaign_detail",
    "campaign_list",
    (
        Field("name", pgettext_lazy("campaign", "Name"), compared="name_key", is_required=True),
        Field("state", pgettext_lazy("campaign", "State"), FieldType.CHOICE, is_editable=False),
        Field("channel", _("Channel"), FieldType.CHOICE, is_editable=False, has_place=False),
        Field("goal", _("Goal"), FieldType.CHOICE, is_editable=False),
        Field("scheduled", _("Begins"), FieldType.MOMENT, path="scheduled_at", is_editable=False),
        Field("started", _("Began"), FieldType.MOMENT, path="started_at", is_editable=False),
        Field("finished", _("Ended"), FieldType.MOMENT, path="finished_at", is_editable=False),
        Field("cost", _("Cost"), FieldType.MONEY, currency="currency", is_editable=False),
        Field("tags", _("Tags"), FieldType.TAGS),
        Field("owner", _("Owner"), FieldType.USER, order="owner__name", is_editable=False),
        Field("created", _("Created"), FieldType.MOMENT, path="created_at", is_editable=False),
    ),
    searched=Searched({"name": ["name"]}, summary=["state"]),
    slug="campaigns",
)

ARCHIVE_TABLES = (
    ArchiveTable("purposes", "marketing.Purpose", ("name_key",), order=30),
    ArchiveTable("consents", "marketing.Consent", order=30),
    ArchiveTable("consent_events", "marketing.ConsentEvent", ("origin",), order=30),
    ArchiveTable("suppressions", "marketing.Suppression", order=30),
    ArchiveTable("marketing_options", "marketing.MarketingOptions", order=30),
    ArchiveTable("contact_preferences", "marketing.ContactPreference", order=30),
    ArchiveTable("delivery_problems", "marketing.DeliveryProblem", order=30),
    ArchiveTable(
        "confirmation_requests", "marketing.ConfirmationRequest", several=("purposes",), order=31
    ),
    ArchiveTable("web_forms", "marketing.WebForm", ("name_key",), ("purposes", "tags"), order=31),
    ArchiveTable("form_submissions", "marketing.FormSubmission", order=32),
    ArchiveTable("messages", "marketing.Message", ("name_key",), ("tags",), order=30),
    ArchiveTable("message_texts", "marketing.MessageText", order=30),
    ArchiveTable("message_images", "marketing.MessageImage", order=30, file="file"),
    ArchiveTable(
        "campaigns",
        "marketing.Campaign",
        ("name_key",),
        ("segments", "excluded", "tags"),
        order=31,
        at_rest={"state": {"sending": "paused", "scheduled": "draft", "approval": "draft"}},
        later=("winner",),
    ),
    ArchiveTable("campaign_variants", "marketing.CampaignVariant", order=32),
    ArchiveTable("past_people", "marketing.PastPerson", order=34),
    ArchiveTable("mail_hits", "marketing.MailHit", order=34),
    ArchiveTable("websites", "marketing.Website", order=30),
    ArchiveTable(
        "recipients", "marketing.Recipient", ("claim", "lease_until", "begun_at"), order=33
    ),
)
