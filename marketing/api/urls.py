"""Addresses of marketing in the API."""

from django.urls import path

from marketing.api import consents, messages, segments

urlpatterns = [
    path("purposes/", consents.Purposes.as_view(), name="api_purposes"),
    path("consents/", consents.Consents.as_view(), name="api_consents"),
    path("suppressions/", consents.Suppressions.as_view(), name="api_suppressions"),
    path(
        "contacts/<int:pk>/consents/",
        consents.ContactConsents.as_view(),
        name="api_contact_consents",
    ),
    path(
        "webforms/<int:pk>/answers/", consents.WebFormAnswers.as_view(), name="api_webform_answers"
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
