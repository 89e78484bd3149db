"""Addresses of marketing in the API."""

from django.urls import path

from marketing.api import (
    campaign_plans,
    campaigns,
    consents,
    messages,
    purposes,
    segments,
    web_forms,
)

urlpatterns = [
    path(
        "campaigns/<int:pk>/plan/",
        campaign_plans.CampaignPlan.as_view(),
        name="api_campaign_plan",
    ),
    path(
        "campaigns/<int:pk>/sending/",
        campaigns.CampaignSending.as_view(),
        name="api_campaign_sending",
    ),
    path(
        "campaigns/<int:pk>/checks/",
        campaigns.CampaignChecks.as_view(),
        name="api_campaign_checks",
    ),
    path(
        "campaigns/<int:pk>/recipients/",
        campaigns.CampaignRecipients.as_view(),
        name="api_campaign_recipients",
    ),
    path(
        "campaigns/<int:pk>/winner/",
        campaigns.CampaignWinner.as_view(),
        name="api_campaign_winner",
    ),
    path("purposes/", purposes.Purposes.as_view(), name="api_purposes"),
    path("purposes/<int:pk>/", purposes.PurposeDetail.as_view(), name="api_purpose_detail"),
    path("consents/", consents.Consents.as_view(), name="api_consents"),
    path("suppressions/", consents.Suppressions.as_view(), name="api_suppressions"),
    path(
        "contacts/<int:pk>/consents/",
        consents.ContactConsents.as_view(),
        name="api_contact_consents",
    ),
    path("webforms/<int:pk>/setup/", web_forms.WebFormSetup.as_view(), name="api_webform_setup"),
    path(
        "webforms/<int:pk>/answers/",
        web_forms.WebFormAnswers.as_view(),
        name="api_webform_answers",
    ),
    path("messages/", messages.Messages.as_view(), name="api_messages"),
    path("messages/<int:pk>/", messages.MessageDetail.as_view(), name="api_message_detail"),
    path(
        "messages/<int:pk>/texts/<str:language>/",
        messages.MessageTexts.as_view(),
        name="api_message_text",
    ),
    path(
        "messages/<int:pk>/preview/", messages.MessagePreview.as_view(), name="api_message_preview"
    ),
    path("messages/<int:pk>/checks/", messages.MessageChecks.as_view(), name="api_message_checks"),
    path("segments/count/", segments.SegmentCount.as_view(), name="api_segment_count"),
    path(
        "segments/<int:pk>/condition/",
        segments.SegmentCondition.as_view(),
        name="api_segment_condition",
    ),
    path(
        "segments/<int:pk>/members/", segments.SegmentMembers.as_view(), name="api_segment_members"
    ),
    path(
        "segments/<int:pk>/reconcile/",
        segments.SegmentReconcile.as_view(),
        name="api_segment_reconcile",
    ),
]
